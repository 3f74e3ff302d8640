"""The rows of a sheet as texts, and those of them that are no records by the YAML's words."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from crm_sync.config.file_words import FileWords
from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.csv_pages import Taken
from crm_sync.sources.files.workbook_cells import write_cell
from crm_sync.sources.files.workbook_parts import MAX_ROWS
from crm_sync.untyped import ExtraModule


@dataclass
class SheetRows:
    """Rows of a sheet as texts.

    Args:
        sheet: of openpyxl, read only.
        read: its read configuration.
        name: of the file.
    """

    sheet: ExtraModule
    read: FileWords
    name: str
    width: int = 0
    """Cells of the header; a row with fewer ends in empty ones."""
    skipped: int = 0
    left_over: int = 0
    """Rows after the blank one that ended the sheet."""
    lonely: int = 0
    """Rows of one cell since the last blank one; none where there was no blank one."""
    _number: int = field(default=0, init=False)
    _is_over: bool = field(default=False, init=False)
    _had_blank: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        # what a file says of its size may be wrong, and would cut the rows
        self.sheet.reset_dimensions()
        self._rows: Iterator[Sequence[ExtraModule]] = self.sheet.iter_rows()

    def take_header(self) -> list[str]:
        """Give the header's cells; none where the sheet ends above it."""
        with _without_warnings():
            while (cells := self._next()) is not None:
                if self._number >= self.read.header_row and not self._is_skipped(cells):
                    return cells
        return []

    def take(self, count: int) -> Taken:
        """Take records; see `Pages.take`."""
        with _without_warnings():
            return self._take(count)

    def _take(self, count: int) -> Taken:
        records: list[list[str]] = []
        lines: list[int] = []
        while len(records) < count and not self._is_over:
            cells = self._next()
            if cells is None:
                self._is_over = True
            elif not cells and self.read.end_at_blank_line:
                self._is_over, self.left_over = True, self._count_rest()
            elif cells and self._is_skipped(cells):
                self.skipped += 1
            else:
                self._watch(cells)
                records.append(cells + [""] * (self.width - len(cells)) if cells else [])
                lines.append(self._number)
        return records, lines

    def _watch(self, cells: list[str]) -> None:
        """Count the rows that may be a footer."""
        if not cells:
            self._had_blank, self.lonely = True, 0
        elif len(cells) == 1 and self.width > 1 and any(map(str.isalpha, cells[0])):
            self.lonely += self._had_blank
        else:
            self._had_blank, self.lonely = False, 0

    def _is_skipped(self, cells: list[str]) -> bool:
        prefixes = self.read.skip_lines_starting
        return bool(prefixes and cells) and cells[0].startswith(prefixes)

    def _count_rest(self) -> int:
        return sum(bool(cells) for cells in iter(self._next, None))

    def _next(self) -> list[str] | None:
        """Give the texts of the next row, without empty ones at its end; None: there is none."""
        row = next(self._rows, None)
        if row is None:
            return None
        self._number += 1
        if self._number > MAX_ROWS:
            raise FatalSourceError(f"File {self.name} has more than {MAX_ROWS:,} rows. Nothing was saved.")
        cells = [write_cell(cell) for cell in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells and max(map(len, cells)) > self.read.max_field_chars:
            raise FatalSourceError(
                f"File {self.name}, line {self._number:,}: a cell is longer than max_field_chars, "
                f"{self.read.max_field_chars:,}. Nothing was saved."
            )
        return cells


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Keep the package from warning of days outside of the calendar, which become an error's text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield

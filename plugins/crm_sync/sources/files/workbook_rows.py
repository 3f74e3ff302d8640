"""Workbooks of Excel (.xlsx) to frames: one sheet, its header, and its records as texts."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import polars as pl

from crm_sync.config.file_words import FileWords
from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.extra_packages import load_package
from crm_sync.sources.files.header import check_header, get_mapped
from crm_sync.sources.files.missing import find_missing
from crm_sync.sources.files.notes import Notes, show_text
from crm_sync.sources.files.record_sieve import RecordSieve
from crm_sync.sources.files.sheet_rows import SheetRows
from crm_sync.sources.files.sifted_frames import build_frames, log_lines, tell_left_out
from crm_sync.sources.files.workbook_frames import PlainMarks, WorkbookFrames
from crm_sync.sources.files.workbook_parts import SheetOddities, find_oddities
from crm_sync.untyped import ExtraModule

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ADVICE = "check sheet and header_row"
_SHOWN_CHARS = 150
_SHOWN_SHEETS = 5
_BROKEN = (
    # what a workbook with a part that is missing or wrong makes of its reader
    *(OSError, EOFError, SyntaxError, LookupError, ValueError, TypeError, AttributeError),
    *(ArithmeticError, RuntimeError, zlib.error, zipfile.BadZipFile),
)


@dataclass
class WorkbookFile:
    """One workbook on the local disk.

    Args:
        path: where it lies.
        name: its name in messages.
        entity: whose columns are read.
        read: its read configuration.
        seen: sources of columns that earlier reads of the entity found.
        notes: takes sentences about oddities.
    """

    path: Path
    name: str
    entity: EntityConfig
    read: FileWords
    seen: Collection[str] = ()
    notes: Notes = field(default_factory=Notes)
    missing: frozenset[str] = field(default=frozenset(), init=False)
    """Once a frame was given: mapped columns that the header does not have."""
    found: frozenset[str] = field(default=frozenset(), init=False)
    """Once a frame was given: mapped sources that the header has."""

    def read_frames(self, *, page_records: int, skip: int = 0) -> Iterator[pl.DataFrame]:
        """Read the sheet from its beginning.

        Args:
            page_records: most records of a frame.
            skip: records to leave out, read by an earlier try.

        Yields:
            Frames in the sheet's order, none of them empty; blank rows are no records.

        Raises:
            FatalSourceError: the workbook is broken or protected, lacks the sheet, or its header is wrong.
        """
        package = load_package("openpyxl", self.name, "a workbook of Excel")
        with _translated(self.name), zipfile.ZipFile(self.path) as archive, self.path.open("rb") as file:
            self._check_size(archive)
            with closing(_load(package, file)) as book:
                sheet = self._choose(book)
                oddities = find_oddities(archive, sheet.title)
                yield from self._read(SheetRows(sheet, self.read, self.name), oddities, page_records, skip)

    def _check_size(self, archive: zipfile.ZipFile) -> None:
        size = sum(info.file_size for info in archive.infolist())
        if size > self.read.max_bytes:
            raise FatalSourceError(
                f"File {self.name} is larger than max_bytes, {self.read.max_bytes:,} bytes, when it is "
                "unpacked; nothing was read."
            )

    def _choose(self, book: ExtraModule) -> ExtraModule:
        """Give the sheet that the YAML names, or the first one that a user sees."""
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        wanted = self.read.sheet
        visible = [title for title, sheet in sheets.items() if sheet.sheet_state == "visible"]
        chosen = wanted or next(iter(visible or sheets), "")
        if chosen not in sheets:
            others = ", ".join(map(show_text, list(sheets)[:_SHOWN_SHEETS])) or "none that can be read"
            raise FatalSourceError(
                f"File {self.name} has no sheet {show_text(wanted)}; it has {others}. Nothing was read."
            )
        return sheets[chosen]

    def _read(
        self, rows: SheetRows, oddities: SheetOddities, page_records: int, skip: int
    ) -> Iterator[pl.DataFrame]:
        cells = rows.take_header()
        names = check_header(cells, self.entity, self.read, name=self.name, advice=_ADVICE)
        missing = find_missing(names, self.entity, seen=self.seen, name=self.name, advice=_ADVICE)
        self.missing, self.found = missing.columns, get_mapped(self.entity).intersection(names)
        if missing.note is not None:
            self.notes.add(self.name, missing.note)
        rows.width = len(names)
        builder = WorkbookFrames(
            *(self.name, names, self.read, get_mapped(self.entity), PlainMarks(self.read)),
            unresolved=oddities.unresolved,
        )
        sieve = RecordSieve(cells, self.read)
        yield from build_frames(rows, sieve, builder, page_records=page_records, skip=skip)
        self._tell(rows, oddities)
        tell_left_out(sieve, builder, self.notes)

    def _tell(self, rows: SheetRows, oddities: SheetOddities) -> None:
        log_lines(self.name, rows.skipped, "skipped because of skip_lines_starting")
        log_lines(self.name, rows.left_over, "skipped after the blank line that ends the file")
        if oddities.merged:
            self.notes.add(
                self.name,
                f"{len(oddities.merged):,} ranges of its cells are merged, such as "
                f"{show_text(oddities.merged[0])}; only the top left cell of each has a value.",
            )
        if rows.lonely and not self.read.footer_rows:
            self.notes.add(
                self.name,
                f"its last {rows.lonely:,} rows, behind a blank one, have one cell each and were read as "
                "records; if they are a footer, set end_at_blank_line or footer_rows.",
            )


def check_protected(path: Path, name: str) -> None:
    """Refuse a workbook that is locked by a password, or of an older Excel.

    Raises:
        FatalSourceError: it is one of these.
    """
    with path.open("rb") as file:
        if file.read(len(_COMPOUND)) == _COMPOUND:
            raise FatalSourceError(
                f"File {name} is a workbook with a password, or of an old Excel (.xls): save it as .xlsx "
                "without a password. Nothing was read."
            )


def _load(package: ExtraModule, file: BinaryIO) -> ExtraModule:
    with warnings.catch_warnings():
        # of styles, links and extensions, of which nothing is read
        warnings.simplefilter("ignore")
        return package.load_workbook(file, read_only=True, data_only=True, keep_links=False)


@contextmanager
def _translated(name: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        reason = str(error).partition("\n")[0][:_SHOWN_CHARS] or type(error).__name__
        raise FatalSourceError(
            f"File {name} can't be read as a workbook: {reason}. Nothing was saved."
        ) from error

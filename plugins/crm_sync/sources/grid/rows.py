"""Rows of cells to records: padded, blank ones and totals left out, each with its number."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_grid import FILE_ID, OWN_SOURCES, ROW_NUMBER, TAB_ID, TAB_TITLE, RestGridRead
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.fields.paths import source_paths
from crm_sync.sources.base import Record
from crm_sync.sources.grid.cells import CellReader
from crm_sync.sources.grid.header import Header
from crm_sync.sources.grid.layout import Tab
from crm_sync.sources.rest.labels import fold_label

logger = logging.getLogger(__name__)


def fill_rows(rows: Sequence[list[Any]], count: int, width: int) -> list[list[Any]]:
    """Add the empty rows that an answer leaves out at its end.

    Raises:
        UnexpectedResponseError: there are more rows or cells than were asked for.
    """
    if len(rows) > count or any(len(row) > width for row in rows):
        raise UnexpectedResponseError(
            f"the answer has {len(rows):,} rows of up to {max(map(len, rows)):,} cells where {count:,} rows "
            f"of {width:,} cells were asked for"
        )
    return [*rows, *([] for _ in range(count - len(rows)))]


class RecordBuilder:
    """Builds the records of one tab.

    Args:
        entity: whose columns name titles.
        words: which rows are no records, and how cells are written.
        tab: that is read.
        header: its titles.
        file: id of its file.
    """

    def __init__(
        self, entity: EntityConfig, words: RestGridRead, tab: Tab, header: Header, file: str
    ) -> None:
        self._names, self._places = list(header.names.values()), list(header.names)
        self._width = header.width
        self._cells = CellReader(entity, words.cells, tab)
        # most cells of a wide tab are nobody's column: they are taken as they are, without a call for each
        self._read_names = [name for name in self._names if self._cells.converts(name)]
        self._plain_names = [name for name in self._names if not self._cells.converts(name)]
        self._skips = {fold_label(name): {fold_label(one) for one in texts}
                       for name, texts in words.skip_rows.items()}  # fmt: skip
        self._skipped = 0
        named = {path for name, field in entity.fields.items() for path in source_paths(name, field.source)}
        own = {FILE_ID: file, TAB_TITLE: tab.title, TAB_ID: tab.id, ROW_NUMBER: 0}
        self._own: Record = {name: own[name] for name in OWN_SOURCES if name in named}
        if unknown := sorted(self._skips.keys() - {fold_label(name) for name in header.mapped}):
            raise UnexpectedResponseError(
                f"tab '{tab.title}': there is no title '{unknown[0]}', by which read.skip_rows tells rows "
                "that are no records"
            )

    def build(self, rows: Sequence[Sequence[Any]], first: int) -> list[Record]:
        """Build the records of some rows, the first of which has this number."""
        return list(self._build(rows, first))

    def list_notes(self) -> list[str]:
        """List what is worth a line in log and history, though all was read."""
        if self._skipped:
            logger.info("%s rows are no records, by read.skip_rows.", f"{self._skipped:,}")
        return [
            f"'{title}' holds numbers of more than 15 digits ({count:,}), of which a sheet keeps 15: format "
            "these cells as text and enter them again."
            for title, count in self._cells.long_numbers.items()
        ]

    def _build(self, rows: Sequence[Sequence[Any]], first: int) -> Iterator[Record]:
        read = self._cells.read
        for number, row in enumerate(rows, start=first):
            if all(_is_blank(cell) for cell in row):
                continue
            filled = row if len(row) >= self._width else [*row, *[None] * (self._width - len(row))]
            record: Record = dict(zip(self._names, [filled[at] for at in self._places], strict=True))
            if self._is_skipped(record):
                self._skipped += 1
                continue
            for name in self._read_names:
                record[name] = read(name, record[name])
            if "" in row:
                record |= {name: None for name in self._plain_names if record[name] == ""}
            record |= self._own
            if ROW_NUMBER in self._own:
                record[ROW_NUMBER] = number
            yield record

    def _is_skipped(self, cells: Mapping[str, Any]) -> bool:
        if not self._skips:
            return False
        return any(
            fold_label("" if cell is None else str(cell)) in self._skips.get(fold_label(name), ())
            for name, cell in cells.items()
        )


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())

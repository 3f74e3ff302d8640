"""One tab of a spreadsheet as a source: its titles, then its rows page by page; there is no delta.

A tab has no modified time and no mark of deletion: it is read whole, saving leaves equal rows untouched, and
rows that a whole read did not show are gone. Pages are requests of their own, so a page begins with the last
row of the one before: if that is another row by now, rows have moved, and nothing is taken as deleted. The
titles are asked for again behind the last page: if a column moved meanwhile, no cell is where it was thought.
So is the tab's size: what a row that was inserted meanwhile has pushed below the end is read, too.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Any

from typing_extensions import override

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_grid import ROW_NUMBER, RestGridRead
from crm_sync.exceptions import StalePositionError, UnexpectedResponseError
from crm_sync.fields.paths import source_paths
from crm_sync.rest.client import RestClient
from crm_sync.sources.base import Cursor, Page, ReadRequest, build_page
from crm_sync.sources.grid.calls import GridCalls, GridFile, find_file
from crm_sync.sources.grid.header import Header, read_header
from crm_sync.sources.grid.layout import Tab, read_tab
from crm_sync.sources.grid.memory import Strategy, build_memory, hash_row, is_unchanged, read_columns
from crm_sync.sources.grid.place import Place
from crm_sync.sources.grid.ranges import name_cells, name_rows
from crm_sync.sources.grid.row_pages import list_ranges, read_ranges
from crm_sync.sources.grid.rows import RecordBuilder, fill_rows
from crm_sync.sources.rest.source import RestSource

logger = logging.getLogger(__name__)

CURSOR_KEY = "rows"
_MOST_LOOKS = 5
"""How often the end of a tab is looked for."""


class GridSource(RestSource):
    """Reads one tab.

    Args:
        client: of the account.
        entity: with the strategy `rest_grid`.
        paths: pieces of paths by placeholder.
    """

    reads_whole = True

    def __init__(self, client: RestClient, entity: EntityConfig, paths: Mapping[str, str]) -> None:
        if not isinstance(entity.read, RestGridRead):
            raise TypeError(f"{entity.sync_type} is not read by rest_grid")
        super().__init__(client, entity)
        self._words = entity.read
        self._paths = paths
        self._strategy: Strategy = "read"
        self._file = GridFile("")
        self._version: Mapping[str, Any] = {}
        self._columns: frozenset[str] = frozenset()
        self._titles = ""

    def read_clock(self) -> datetime | None:
        """Give None: everything is read each time, so no clock decides what."""
        return None

    @override
    def count(self, request: ReadRequest) -> int | None:
        """Give None: a tab's size counts blank rows, too."""
        return None

    def describe(self) -> dict[str, Any]:
        """Give what the next run compares with; call it after the pages."""
        return build_memory(self._strategy, self._entity, self._file.id, self._version, self._columns)

    def look(self) -> tuple[GridCalls, Tab, Header]:
        """Ask for the tab and its titles.

        Raises:
            SourceError: the file may not be read, or the tab or a title that is needed is gone.
            ConfigError: the connection or the YAML does not name a file.
        """
        self._file = find_file(self._words, self._client)
        calls = GridCalls(self._client, self._words, self._file, self._paths)
        tab = read_tab(calls.send_layout(), self._entity, self._words, self._file.tab_id)
        cells = self._send_titles(calls, tab)
        self._titles = hash_row(cells)
        where = f"tab '{tab.title}', row {self._words.header_row}"
        header = read_header(cells, self._entity, where, seen=self._columns)
        return calls, tab, header

    def look_closely(self) -> tuple[Tab, Header]:
        """Ask for the tab, its titles and the row below them; errors as for `look`."""
        calls, tab, header = self.look()
        first = self._words.header_row + 1
        if first <= tab.rows:
            rows = calls.send_rows(name_cells(tab.title, first, first, header.width))
            # what the YAML says of titles is looked at, too
            RecordBuilder(self._entity, self._words, tab, header, self._file.id).build(rows, first)
        return tab, header

    def _send_titles(self, calls: GridCalls, tab: Tab) -> list[Any]:
        row = self._words.header_row
        return calls.send_header(name_rows(tab.title, row, row)) if row <= tab.rows else []

    def _read(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Generator[Page]:
        self._strategy, self._columns = "read", read_columns(request.previous)
        self._file = find_file(self._words, self._client)
        calls = GridCalls(self._client, self._words, self._file, self._paths)
        self._version = calls.send_probe() if self._words.probes else {}
        name = self._entity.sync_type
        if self._is_unchanged(request, cursors):
            self._strategy = "unchanged"
            logger.info("Nothing was read: the file of %s has not changed since the previous run.", name)
            return
        if not request.must_read:
            logger.info("%s has no modified filter: it is read whole and compared.", name)
        calls, tab, header = self.look()
        self.notes += header.notes
        self._note_key()
        self._columns |= header.mapped
        yield from self._read_rows(calls, tab, header, request, cursors.get(CURSOR_KEY) or {})

    def _is_unchanged(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> bool:
        # pages of an earlier try are staged already: they have to be completed
        if not self._version or request.must_read or cursors:
            return False
        return is_unchanged(request.previous, self._entity, self._file.id, self._version)

    def _note_key(self) -> None:
        if any(self._find_own(column) == ROW_NUMBER for column in self._entity.primary_key):
            self.notes.append(
                "Rows are known by their numbers: one that is inserted or deleted gives all rows below it "
                "another number, and so the values of their neighbours."
            )

    def _find_own(self, column: str) -> str:
        return source_paths(column, self._entity.fields[column].source)[0]

    def _read_rows(
        self, calls: GridCalls, tab: Tab, header: Header, request: ReadRequest, cursor: Mapping[str, Any]
    ) -> Iterator[Page]:
        builder = RecordBuilder(self._entity, self._words, tab, header, self._file.id)
        at = self._find_begin(tab, Place.from_cursor(cursor))
        for _ in range(_MOST_LOOKS):
            at = yield from self._read_down(calls, tab, header, builder, request, at)
            if at.doubt or request.max_records:
                break
            # a row that was inserted meanwhile has pushed the last ones below the end that was known
            now = read_tab(calls.send_layout(), self._entity, self._words, self._file.tab_id)
            if now.rows <= tab.rows:
                break
            tab = replace(tab, rows=now.rows)
        else:
            at = at.with_doubt(f"The tab '{tab.title}' got rows whenever its end was reached.")
        self.notes += builder.list_notes()
        # titles are looked at whatever is known by then: cells in wrong columns may not be saved as partial
        doubt = self._doubt_end(calls, tab, at.pages)
        self.incomplete_reason = at.doubt or doubt

    def _read_down(  # each comes from another room
        self,
        calls: GridCalls,
        tab: Tab,
        header: Header,
        builder: RecordBuilder,
        request: ReadRequest,
        at: Place,
    ) -> Generator[Page, None, Place]:
        """Read from a place to the last row that is known; gives the place behind it."""
        ranges = list_ranges(at.row, tab.rows, request.page_size, has_before=at.last is not None)
        # a sample must not ask for rows that it will not keep
        ahead = not request.max_records
        with closing(read_ranges(calls, tab.title, header.width, ranges, ahead=ahead)) as pages:
            while True:
                try:
                    asked, rows = next(pages, (None, []))
                except StalePositionError as error:
                    at = at.with_doubt(f"The tab became smaller while it was read: {error}.")
                    break
                if asked is None:
                    break
                rows = fill_rows(rows, asked.count, header.width)
                if at.last is not None and hash_row(rows.pop(0)) != at.last:
                    at = at.with_doubt(
                        f"Row {asked.first:,} of the tab '{tab.title}' was another one when the rows below "
                        "it were read: rows were moved or edited meanwhile, so some may not have been seen."
                    )
                records = builder.build(rows, at.row)
                at = Place(asked.end + 1, hash_row(rows[-1]), at.pages + 1, at.doubt, self._titles)
                page = build_page(records, cursor_key=CURSOR_KEY, cursor=at.to_cursor())
                yield replace(page, missing=header.missing) if records else page
        return at

    def _find_begin(self, tab: Tab, stored: Place | None) -> Place:
        """Go on behind the last stored page, unless its rows were read by other titles."""
        begin = Place(self._words.header_row + 1)
        if stored is None or stored.titles in ("", self._titles):
            return stored or begin
        return begin.with_doubt(
            f"The titles of the tab '{tab.title}' are not those by which its first rows were read: it was "
            "read again from the first row."
        )

    def _doubt_end(self, calls: GridCalls, tab: Tab, pages: int) -> str | None:
        """Say that the file changed between its pages, if the probe shows it; one page is never half old.

        Raises:
            UnexpectedResponseError: the titles changed meanwhile, so cells may be in wrong columns.
        """
        if self._version and calls.send_probe() == self._version:
            return None
        if pages and hash_row(self._send_titles(calls, tab)) != self._titles:
            raise UnexpectedResponseError(
                f"tab '{tab.title}': its titles in row {self._words.header_row} changed while its rows were "
                "read, so values may be in wrong columns: nothing of it is used, the next run reads it anew"
            )
        if not self._version or pages <= 1:
            return None
        return "The file was changed while it was read, so some rows may not have been seen."

    @override
    def _was_whole(self, request: ReadRequest) -> bool:
        is_read = self._strategy == "read" and self.incomplete_reason is None
        return is_read and self._words.missing_rows == "mark"

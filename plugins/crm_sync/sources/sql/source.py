"""Entities in tables of an SQL database: whole on a full run, one fixed window on a delta.

A delta reads `since <= cursor <= high`, where `high` is the source's clock at the start of the run. Rows
written while it reads lie above `high`, so that none of them is half seen; those between the watermark, which
stays the safety lag behind, and `high` are read now and once more by the next run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from crm_sync.config.models import EntityConfig
from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.constants import SyncMode
from crm_sync.exceptions import SourceError
from crm_sync.rest.waits import Waiter
from crm_sync.sources.base import Cursor, Page, ReadRequest, name_error
from crm_sync.sources.by_keys import KEYS, RecordKey
from crm_sync.sources.sql.clocks import ask_newest, measure_skew
from crm_sync.sources.sql.counts import RowCount
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.keyed_rows import fetch_keys
from crm_sync.sources.sql.keyset import FIRST_ROWS, PAGE_ROWS, KeysetWalk, RowPage, collecting_seldom
from crm_sync.sources.sql.kinds import ColumnKind
from crm_sync.sources.sql.read_ahead import ReadAhead
from crm_sync.sources.sql.row_frames import RowFrames
from crm_sync.sources.sql.session import SqlSession
from crm_sync.sources.sql.statements import Condition, build_query
from crm_sync.sources.sql.table_look import TableLook, look_at
from crm_sync.sources.sql.window import build_window

log = logging.getLogger(__name__)
T = TypeVar("T")

WHOLE, CHANGED, UNDATED, UNKEYED = "rows", "changed", "undated", "unkeyed"
"""Cursor keys: every row; rows by their cursor; rows whose cursor is null; rows with null in their key."""


class SqlTableSource:
    """One entity in one table.

    Args:
        entity: its configuration; `read` is a SqlTableRead.
        database: that holds the table.
        waiter: pauses between repetitions; None: real ones.
    """

    can_resume = False
    sweep_scope = None

    def __init__(self, entity: EntityConfig, database: SqlDatabase, *, waiter: Waiter | None = None) -> None:
        if not isinstance(entity.read, SqlTableRead):
            msg = f"{entity.sync_type} is not read by sql_table"
            raise TypeError(msg)
        self.incomplete_reason: str | None = None
        self.is_whole = False
        self.notes: list[str] = []
        self._entity, self._read, self._database = entity, entity.read, database
        self._query = build_query(entity, entity.read, database.dialect)
        self._session = SqlSession(database, limit_s=entity.read.statement_limit_s, waiter=waiter)
        self._zone = None if database.time_zone == entity.source_time_zone else database.time_zone
        self._kinds: list[ColumnKind] = []
        self._facts: dict[str, Any] = {}
        self._count = RowCount(self._query, self._session)
        self._look: TableLook
        self._frames = RowFrames(entity, zone=self._zone)
        self._unkeyed = 0
        self._skew_s = 0.0
        self._ahead = ReadAhead()

    @property
    def reads_whole(self) -> bool:
        """Without a cursor column every read is of everything."""
        return self._read.cursor is None

    def read_clock(self) -> datetime | None:
        """Ask the database for its time."""
        statement = self._database.dialect.clock()
        if statement is None:
            return None
        ((value,),) = self._do(lambda: self._session.fetch_rows(statement))
        moment = self._database.dialect.read_clock(value)
        self._skew_s = measure_skew(moment, datetime.now(UTC))
        return moment

    def count(self, request: ReadRequest) -> int | None:
        """Count the rows of a full read; over a window that would be a scan."""
        if request.mode is not SyncMode.FULL:
            return None
        return self._do(self._count.read)

    def read_pages(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Generator[Page, None, None]:
        """Read the table, or its rows in the window, each walk from its stored position on."""
        self.incomplete_reason, self.is_whole = None, False
        try:
            self._do(self._look_at_table)
            with collecting_seldom():
                if request.mode is SyncMode.FULL or self._read.cursor is None:
                    yield from self._read_whole(request, cursors)
                    self.is_whole = self.incomplete_reason is None
                else:
                    yield from self._read_window(request, cursors)
        except SourceError as error:
            name_error(error, self._entity)
            raise

    def read_keys(self, _request: ReadRequest, batches: Iterable[Sequence[RecordKey]]) -> Iterator[Page]:
        """Read the rows of chosen keys; see `ReadsKeys`."""
        self._do(self._look_at_table)
        for batch in batches:
            block = self._do(partial(fetch_keys, self._session, self._look, batch))
            yield self._frames.build(RowPage(block, None, block.rows), key=KEYS)

    def describe(self) -> dict[str, Any]:
        """Say how the table was read."""
        return {"table": self._read.table, **self._facts}

    def metrics(self) -> dict[str, float]:
        """Give queries as api_calls, and the size of what they brought."""
        return {
            "api_calls": float(self._session.queries),
            "retries": float(self._session.retries),
            "bytes_fetched": float(self._frames.bytes),
            "clock_skew_seconds": round(self._skew_s, 3),
        }

    def close(self) -> None:
        """Close the connection."""
        self._ahead.close(self._session.close)

    def _do(self, work: Callable[[], T]) -> T:
        try:
            return self._ahead.call(work)
        except SourceError as error:
            name_error(error, self._entity)
            raise

    def _look_at_table(self) -> None:
        self._look = look_at(self._session, self._entity, self._read, self._database.dialect)
        self._query, self._kinds = self._look.query, self._look.kinds
        self._frames.begin(self._look)
        self.notes = list(self._look.gone.notes)

    def _read_whole(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Iterator[Page]:
        # by the primary key, which no change moves: a row that is written meanwhile is neither lost nor twice
        self._facts = {"reads": "full_table", "page_by": "pk"}
        if self.reads_whole and not request.must_read:
            log.info("%s has no modified filter: it is read whole and compared.", self._entity.sync_type)
        self._note_newest()
        yield from self._read_unkeyed(())
        walk = self._build_walk(request, (), self._query.keys)
        yield from self._walk(walk, WHOLE, request, cursors)

    def _read_window(self, request: ReadRequest, cursors: Mapping[str, Cursor]) -> Iterator[Page]:
        query, entity = self._query, self._entity
        # the watermark follows the slower clock; rows carry the time of the database's
        lag_s = entity.safety_lag_s + max(0.0, self._skew_s)
        window = build_window(request, lag_s, self._zone or entity.source_time_zone)
        is_by_cursor = self._is_by_cursor(cursors.get(CHANGED))
        self._facts = {"reads": "window", "page_by": "cursor" if is_by_cursor else "pk", **window.to_json()}
        if (cursor := query.cursor) is None:
            return
        if is_by_cursor:
            self._note_newest()
        order = (cursor, *query.keys) if is_by_cursor else query.keys
        limit = self._look.limits.limit
        within, undated = limit(cursor, window), Condition(self._database.dialect.is_null(cursor))
        yield from self._walk(self._build_walk(request, [within], order), CHANGED, request, cursors)
        yield from self._read_unkeyed([Condition(f"({within.text} OR {undated.text})", within.values)])
        created = query.null_cursor
        if created is not None:
            walk = self._build_walk(request, [undated, limit(created, window)], (created, *query.keys))
        else:
            # nothing says when they were written, so all of them are read; mostly there are none
            walk = self._build_walk(request, [undated], query.keys)
        yield from self._walk(walk, UNDATED, request, cursors)

    def _note_newest(self) -> None:
        """Note how old the newest row is: with a wrong zone a delta finds nothing, and nothing fails."""
        zone = self._zone or self._entity.source_time_zone
        now = datetime.now(UTC) + timedelta(seconds=self._skew_s)
        how = (self._session, self._query, self._read, self._kinds)
        if (newest := self._do(lambda: ask_newest(*how, zone=zone, now=now))) is not None:
            self._facts |= newest.to_json()
            newest.warn(self._query.name, zone)

    def _is_by_cursor(self, stored: Cursor) -> bool:
        if stored is not None:
            # the positions of an earlier try are in its order
            return bool(len(stored["after"]) > len(self._query.keys))
        if self._read.page_by != "auto":
            return self._read.page_by == "cursor"
        return self._do(lambda: self._look.has_index(self._session, str(self._read.cursor)))

    def _read_unkeyed(self, conditions: Sequence[Condition]) -> Iterator[Page]:
        """Read the rows whose key has a null, which no walk by the key can pass; each of them is rejected."""
        statement = self._look.unkeyed(conditions, FIRST_ROWS)
        if statement is None:
            return
        block = self._do(lambda: self._session.fetch(statement, self._kinds))
        if (rows := block.rows) == FIRST_ROWS:
            what = f"{rows:,} or more rows with null in their key, and only that many were read"
            self.incomplete_reason = f"{self._query.name} has {what}."
        self._unkeyed = rows
        if rows:
            yield self._frames.build(RowPage(block, None, rows), key=UNKEYED)

    def _build_walk(
        self, request: ReadRequest, conditions: Sequence[Condition], order: Sequence[str]
    ) -> KeysetWalk:
        is_set = "page_size" in self._entity.model_fields_set or request.page_size != self._entity.page_size
        rows = request.page_size if is_set else PAGE_ROWS
        conditions = [*conditions, *self._look.keyed()]
        walk = KeysetWalk(self._session, self._query, self._kinds, conditions, order, rows)
        walk.is_unique = self._look.is_unique
        return walk

    def _walk(
        self, walk: KeysetWalk, key: str, request: ReadRequest, cursors: Mapping[str, Cursor]
    ) -> Iterator[Page]:
        if key in cursors and cursors[key] is None:
            return
        stored = cursors.get(key)
        after, walk.done = (stored["after"], stored["rows"]) if stored else (None, 0)
        most = request.max_records or None
        pages = self._check_each(self._ahead.read(walk, after, most), walk, key)
        yield from self._ahead.build(pages, partial(self._frames.build, key=key))
        if key == WHOLE and most is None:
            loss = self._do(partial(self._count.find_loss, walk.done + self._unkeyed))
            self.incomplete_reason = self.incomplete_reason or loss

    def _check_each(self, pages: Iterator[RowPage], walk: KeysetWalk, key: str) -> Iterator[RowPage]:
        for page in pages:
            if key == WHOLE:
                self._count.check_end(page.done, walk.page_rows)
            yield page

"""Writes one piece of a chunk, whole or not at all: new rows by COPY, known ones through a staging table."""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
import psycopg2
import psycopg2.errors
from psycopg2 import sql

from crm_sync.storage.copy import copy_rows
from crm_sync.storage.database_errors import ErrorKind, classify, get_line
from crm_sync.storage.rows import merge_sql
from crm_sync.storage.rows.chunk_result import DifferingRow
from crm_sync.storage.rows.known_rows import KnownRows
from crm_sync.storage.rows.merge_sql import (
    GONE_AT_COLUMN,
    GONE_COLUMN,
    KEYS,
    PIECE_COLUMN,
    POSITION_COLUMN,
    STAGE,
    MergeTarget,
)
from crm_sync.storage.rows.older_rows import OlderRows, find_differing
from crm_sync.storage.rows.skipped_rows import SkippedRows, refuse_skipped

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

_STAGED_ROWS = 10_000
"""Rows of earlier pieces, told apart by their number, that may stay in the temporary tables: TRUNCATE gets
slower with every use in a transaction, and a chunk with many bad rows is written in thousands of pieces."""


class PieceWriter:
    """Writes pieces inside the caller's transaction, each behind a savepoint of its own.

    Args:
        cursor: in that transaction; temporary tables for keys and rows are made in it.
        target: where the rows go.
        now: moment for new records that are gone without saying since when, aware UTC; None: by this clock.
        expects_new: the table has most likely none of the rows, as in a first load: they are inserted without
            looking for them, and looked for once one is refused because the table has its key.

    Attributes:
        seconds: time per step since the chunk began.
        older: rows that the guard refused.
    """

    def __init__(
        self, cursor: PgCursor, target: MergeTarget, now: datetime | None, *, expects_new: bool = False
    ) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._cursor, self._target = cursor, target
        self._now = now or datetime.now(UTC)
        self._sent: pl.Series | None = None
        self._number = self._staged_rows = 0
        self._known_only, self._expects_new = False, expects_new
        merge_sql.set_planner(cursor, by_key=True)
        self._known = KnownRows(cursor, target)
        self.older = OlderRows(cursor, target)
        self._skipped = SkippedRows(cursor, target)
        cursor.execute(merge_sql.compose_stage(target))
        self._clear = sql.SQL("truncate {}, {}").format(KEYS, STAGE).as_string(cursor)
        self._update = ""

    def start_chunk(self, missing: Collection[str], *, known_only: bool) -> None:
        """Begin a chunk.

        Args:
            missing: columns that the source no longer has: known rows keep their values.
            known_only: rows that the table does not have are left out.
        """
        self.seconds.clear()
        self.older.start_chunk(missing)
        self._skipped.start_chunk(missing)
        self._known_only = known_only
        self._update = merge_sql.compose_update(self._target, missing).as_string(self._cursor)

    def write(self, piece: pl.DataFrame) -> tuple[int, int]:
        """Insert the new rows and update the known ones that differ.

        Args:
            piece: prepared rows with different keys.

        Returns:
            Rows created and updated.

        Raises:
            psycopg2.Error: nothing of the piece is written; where the data is at fault, the transaction
                goes on.
        """
        with self._savepoint():
            piece = self._number_rows(piece)
            self._staged_rows += piece.height
            if self._expects_new and not self._known_only and self._insert_all(piece):
                return piece.height, 0
            self._sent = piece[POSITION_COLUMN]
            with self._timed("probe"):
                known = self._known.find(piece, self._number)
            created = updated = 0
            if len(known) < piece.height and not self._known_only:
                fresh = piece.filter(~pl.col(POSITION_COLUMN).is_in(known)) if known else piece
                with self._timed("insert"):
                    created = self._insert(fresh)
            if known:
                is_all = len(known) == piece.height
                old = piece if is_all else piece.filter(pl.col(POSITION_COLUMN).is_in(known))
                updated = self._overwrite(old)
        return created, updated

    def locate(self, error: psycopg2.Error) -> int | None:
        """Find which row of the piece an error of COPY is about; a hint only, the row is tried alone."""
        line = get_line(error)
        if line is None or self._sent is None or not 0 < line <= len(self._sent):
            return None
        return int(self._sent[line - 1])

    def find_differing(self, rows: pl.DataFrame, missing: Collection[str]) -> list[DifferingRow]:
        """Find prepared rows whose key has a live row in the table, with other values; writes nothing."""
        self._number += 1
        self._stage(self._number_rows(rows))
        how = (self._cursor, self._target, self._number)
        return find_differing(*how, missing=missing, is_older=False, limit=rows.height)

    def _number_rows(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.with_row_index(POSITION_COLUMN).with_columns(pl.lit(self._number).alias(PIECE_COLUMN))

    def _copy(self, fresh: pl.DataFrame) -> int:
        """Send rows to the table; gives how many it took."""
        now = pl.lit(self._now, dtype=pl.Datetime("us", "UTC"))
        fresh = fresh.with_columns(
            sync_deleted_at=pl.when(GONE_COLUMN).then(pl.coalesce(GONE_AT_COLUMN, now)),
            sync_history_id=pl.lit(self._target.history_id, dtype=pl.Int64),
        )
        # neighbours in the index one after the other: rows in any order take a quarter longer
        order = fresh[self._target.key[0]].arg_sort()
        self._sent = fresh[POSITION_COLUMN].gather(order)
        columns = (*self._target.columns, "sync_deleted_at", "sync_history_id")
        return copy_rows(self._cursor, self._target.table, fresh.select(columns), order=order)

    def _insert(self, fresh: pl.DataFrame) -> int:
        if self._copy(fresh) < fresh.height:
            self._check_inserted(fresh)
        return fresh.height

    def _insert_all(self, piece: pl.DataFrame) -> bool:
        """Insert a piece; False: nothing was inserted, since the table has one of its keys or skips one."""
        taken = 0
        with contextlib.suppress(psycopg2.errors.UniqueViolation), self._timed("insert"):
            taken = self._copy(piece)
        if taken == piece.height:
            return True
        self._cursor.execute("rollback to savepoint crm_sync_piece")
        self._expects_new = False
        return False

    def _check_inserted(self, fresh: pl.DataFrame) -> None:
        """Look whether rows that the table did not count are there: its trigger may move them to another."""
        again = fresh.with_columns(pl.lit(-self._number).alias(PIECE_COLUMN))
        if len(self._known.find(again, -self._number)) < fresh.height:
            self._sent = None
            raise refuse_skipped()

    def _overwrite(self, old: pl.DataFrame) -> int:
        with self._timed("stage"):
            self._sent = old[POSITION_COLUMN]
            self._stage(old)
        self._sent = None
        with self._timed("update"):
            self._cursor.execute(self._update, (self._number,))
            updated = self._cursor.rowcount
            if updated < old.height:
                self.older.note_update(self._number)
            # a trigger that gives the old row back, or a rule for another table, counts as an update
            self._skipped.check_update(self._number)
        return updated

    def _stage(self, rows: pl.DataFrame) -> None:
        columns = (PIECE_COLUMN, *self._target.columns, *merge_sql.EXTRA_COLUMNS)
        copy_rows(self._cursor, STAGE, rows.select(columns))

    @contextlib.contextmanager
    def _savepoint(self) -> Iterator[None]:
        self._number += 1
        if self._staged_rows > _STAGED_ROWS:
            self._cursor.execute(self._clear)
            self._staged_rows = 0
        self._cursor.execute("savepoint crm_sync_piece")
        try:
            yield
        except psycopg2.Error as error:
            if classify(error) is ErrorKind.DATA:
                self._cursor.execute("rollback to savepoint crm_sync_piece")
            raise
        self._cursor.execute("release savepoint crm_sync_piece")

    @contextlib.contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] += time.perf_counter() - started

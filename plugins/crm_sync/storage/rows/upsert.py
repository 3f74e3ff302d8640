"""Writes one chunk of rows: new ones straight into the table by COPY, known ones through a staging table.

Bad rows are cut out until they stand alone. Transactions, rejected records and counts of a run are left to
`sync/save.py`; statements are composed in `merge_sql.py`.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import psycopg2
from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.fields.findings import HIDDEN, is_hidden
from crm_sync.storage.copy import copy_rows
from crm_sync.storage.database_errors import ErrorKind, RowError, classify, describe_row_error, get_line
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.rows import merge_sql
from crm_sync.storage.rows.chunk_result import ChunkResult, RejectedWrite
from crm_sync.storage.rows.chunk_rows import find_missing_rows, prepare_rows
from crm_sync.storage.rows.fault_watch import FaultWatch
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
from crm_sync.storage.rows.pieces import Pieces
from crm_sync.storage.rows.versions import keep_newest
from crm_sync.storage.statements import get_identifier

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as PgCursor  # noqa: N812 - a class, under its role

_STAGED_ROWS = 10_000
"""Rows of earlier pieces, told apart by their number, that may stay in the temporary tables: TRUNCATE gets
slower with every use in a transaction, and a chunk with many bad rows is written in thousands of pieces."""


class ChunkWriter:
    """Writes chunks of one entity inside the caller's transaction; make a new one for each transaction.

    Args:
        cursor: in a transaction that has the fence.
        entity: configuration of the target table, which exists and fits.
        history_id: run that writes.
        force: every row overwrites once, whatever the timestamps.
        now: moment for new records that are gone without saying since when, aware UTC; None: by this clock.
        table: another table than the entity's own: the temporary one of a dry run.
        future: modified times after this moment are not believed; None: all are.
    """

    def __init__(  # noqa: PLR0913 - each is optional and has its own meaning
        self,
        cursor: PgCursor,
        entity: EntityConfig,
        *,
        history_id: int,
        force: bool = False,
        now: datetime | None = None,
        table: sql.Composable | None = None,
        future: datetime | None = None,
    ) -> None:
        columns = (*entity.fields, *(("extra",) if entity.extra else ()))
        place = table or get_identifier(entity)
        self._target = MergeTarget(entity, place, columns, history_id, force, future)
        self._cursor = cursor
        self._now = now or datetime.now(UTC)
        self._sent: pl.Series | None = None
        self._seconds: dict[str, float] = defaultdict(float)
        self._piece = self._staged_rows = 0
        self._known_only = False
        merge_sql.set_planner(cursor, by_key=True)
        self._known = KnownRows(cursor, self._target)
        self._older = OlderRows(cursor, self._target)
        cursor.execute(merge_sql.compose_stage(self._target))
        self._clear = sql.SQL("truncate {}, {}").format(KEYS, STAGE).as_string(cursor)
        self._update = ""

    def write(
        self,
        frame: pl.DataFrame,
        *,
        faults: FaultWatch | None = None,
        missing: Collection[str] = (),
        known_only: bool = False,
    ) -> ChunkResult:
        """Write the newest version of each key.

        Args:
            frame: typed rows with the entity's columns; `_row` names them in the result (else the position);
                where the column `_not_after` is set, a table row written later than that is left alone.
            faults: counter of refused rows over the whole run; None counts within this chunk.
            missing: columns that the source no longer has: known rows keep their values.
            known_only: rows that the table does not have are left out, and count as unchanged.

        Returns:
            Counts that add up to the frame's height together with the duplicates, and the refused rows.

        Raises:
            SchemaFaultError: too many rows are refused for one reason.
            psycopg2.Error: any failure that is not the data's; the transaction has to be rolled back.
        """
        faults = faults or FaultWatch(self._target.entity)
        faults.start_chunk()
        self._seconds.clear()
        self._known_only = known_only
        self._older.start_chunk(missing)
        self._update = merge_sql.compose_update(self._target, missing).as_string(self._cursor)
        prepared = prepare_rows(frame, self._target)
        keyed = prepared.drop_nulls(list(self._target.key))
        rejected = [self._reject_keyless(row) for row in find_missing_rows(prepared, keyed)]
        modified = self._target.entity.modified_column
        newest = keep_newest(keyed, self._target.key, modified, future=self._target.future)
        created = updated = written = 0
        for piece, done in self._write_pieces(newest):
            if isinstance(done, RowError):
                rejected.append(RejectedWrite(int(piece[merge_sql.ROW_COLUMN][0]), done))
                faults.note_refused(done, self._name_record(piece))
                continue
            faults.note_taken()
            created, updated, written = created + done[0], updated + done[1], written + piece.height
        counts = Counts(
            created=created,
            updated=updated,
            unchanged=written - created - updated,
            failed=len(rejected),
            duplicates=keyed.height - newest.height,
            older=self._older.count,
        )
        return ChunkResult(counts, rejected, dict(self._seconds), self._older.examples)

    def find_conflicts(self, frame: pl.DataFrame, missing: Collection[str] = ()) -> list[tuple[Any, ...]]:
        """Give the keys of rows whose key has a live row in the table, with other values; writes nothing."""
        self._piece += 1
        piece = prepare_rows(frame, self._target).with_columns(pl.lit(self._piece).alias(PIECE_COLUMN))
        self._stage(piece)
        rows, count = (self._cursor, self._target, self._piece), piece.height
        return [row.key for row in find_differing(*rows, missing=missing, is_older=False, limit=count)]

    def _write_pieces(self, frame: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, tuple[int, int] | RowError]]:
        """Write all rows in as few pieces as can be; a bad row comes back alone with its error."""
        pieces = Pieces(frame.height)
        for start, length in pieces:
            piece = frame.slice(start, length)
            try:
                with self._savepoint():
                    done = self._write_piece(piece)
            except psycopg2.Error as error:
                if classify(error) is not ErrorKind.DATA:
                    raise
                if length == 1:
                    yield piece, describe_row_error(error, self._target.entity)
                else:
                    pieces.note_refused(self._locate(error))
            else:
                pieces.note_taken()
                yield piece, done

    def _write_piece(self, piece: pl.DataFrame) -> tuple[int, int]:
        """Insert the new rows and update the known ones that differ.

        Returns:
            Rows created and updated.
        """
        piece = piece.with_row_index(POSITION_COLUMN).with_columns(pl.lit(self._piece).alias(PIECE_COLUMN))
        self._staged_rows += piece.height
        self._sent = piece[POSITION_COLUMN]
        with self._timed("probe"):
            known = self._known.find(piece, self._piece)
        created = updated = 0
        if len(known) < piece.height and not self._known_only:
            fresh = piece.filter(~pl.col(POSITION_COLUMN).is_in(known)) if known else piece
            with self._timed("insert"):
                created = self._insert(fresh)
        if known:
            old = piece if len(known) == piece.height else piece.filter(pl.col(POSITION_COLUMN).is_in(known))
            updated = self._overwrite(old)
        return created, updated

    def _insert(self, fresh: pl.DataFrame) -> int:
        now = pl.lit(self._now, dtype=pl.Datetime("us", "UTC"))
        fresh = fresh.with_columns(
            sync_deleted_at=pl.when(GONE_COLUMN).then(pl.coalesce(GONE_AT_COLUMN, now)),
            sync_history_id=pl.lit(self._target.history_id, dtype=pl.Int64),
        )
        return self._copy(
            self._target.table, fresh, (*self._target.columns, "sync_deleted_at", "sync_history_id")
        )

    def _overwrite(self, old: pl.DataFrame) -> int:
        with self._timed("stage"):
            self._sent = old[POSITION_COLUMN]
            self._stage(old)
        self._sent = None
        with self._timed("update"):
            self._cursor.execute(self._update, (self._piece,))
            updated = self._cursor.rowcount
            if updated < old.height:
                self._older.note_update(self._piece)
        return updated

    def _stage(self, rows: pl.DataFrame) -> None:
        columns = (PIECE_COLUMN, *self._target.columns, *merge_sql.EXTRA_COLUMNS)
        copy_rows(self._cursor, STAGE, rows.select(columns))

    def _copy(self, table: sql.Composable, frame: pl.DataFrame, columns: tuple[str, ...]) -> int:
        self._sent = frame[POSITION_COLUMN]
        return copy_rows(self._cursor, table, frame.select(columns))

    def _locate(self, error: psycopg2.Error) -> int | None:
        """Find which row of the piece an error of COPY is about; a hint only, the row is tried alone."""
        line = get_line(error)
        if line is None or self._sent is None or not 0 < line <= len(self._sent):
            return None
        return int(self._sent[line - 1])

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        self._piece += 1
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

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self._seconds[name] += time.perf_counter() - started

    def _reject_keyless(self, row: int) -> RejectedWrite:
        columns = ", ".join(self._target.key)
        error = RowError("23502", f"the key ({columns}) has an empty part", self._target.key[0])
        return RejectedWrite(row, error)

    def _name_record(self, piece: pl.DataFrame) -> str:
        key = self._target.key
        if any(is_hidden(self._target.entity.fields[column]) for column in key):
            return HIDDEN
        return "|".join(str(value) for value in piece.select(key).row(0))

"""Writes one chunk of rows: the newest of each key, in pieces that are cut until bad rows stand alone.

Transactions, rejected records and counts of a run are left to `sync/save.py`; `piece_writer.py` writes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl
import psycopg2
from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.fields.findings import HIDDEN, is_hidden
from crm_sync.fields.record_ids import record_id_expression
from crm_sync.storage.database_errors import ErrorKind, RowError, classify, describe_row_error
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.rows.chunk_result import ChunkResult, RejectedWrite
from crm_sync.storage.rows.chunk_rows import find_missing_rows, prepare_rows
from crm_sync.storage.rows.fault_watch import FaultWatch
from crm_sync.storage.rows.merge_sql import ROW_COLUMN, MergeTarget
from crm_sync.storage.rows.piece_writer import PieceWriter
from crm_sync.storage.rows.pieces import Pieces
from crm_sync.storage.rows.versions import keep_newest
from crm_sync.storage.statements import get_identifier

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor


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
        expects_new: the table has most likely none of the rows, as in a first load; that is faster then.
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
        expects_new: bool = False,
    ) -> None:
        columns = (*entity.fields, *(("extra",) if entity.extra else ()))
        place = table or get_identifier(entity)
        self._target = MergeTarget(entity, place, columns, history_id, force, future)
        self._piece_writer = PieceWriter(cursor, self._target, now, expects_new=expects_new)

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
        writer = self._piece_writer
        writer.start_chunk(missing, known_only=known_only)
        prepared = prepare_rows(frame, self._target)
        keyed = prepared.drop_nulls(list(self._target.key))
        rejected = [self._reject_keyless(row) for row in find_missing_rows(prepared, keyed)]
        modified = self._target.entity.modified_column
        newest = keep_newest(keyed, self._target.key, modified, future=self._target.future)
        created = updated = written = 0
        for piece, done in self._write_pieces(newest):
            if isinstance(done, RowError):
                rejected.append(RejectedWrite(int(piece[ROW_COLUMN][0]), done))
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
            older=writer.older.count,
        )
        return ChunkResult(counts, rejected, dict(writer.seconds), writer.older.examples)

    def find_conflicts(self, frame: pl.DataFrame, missing: Collection[str] = ()) -> list[str]:
        """Give the ids of rows whose key has a live row in the table, with other values; writes nothing."""
        prepared = prepare_rows(frame, self._target)
        return [row.record_id for row in self._piece_writer.find_differing(prepared, missing)]

    def _write_pieces(self, frame: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, tuple[int, int] | RowError]]:
        """Write all rows in as few pieces as can be; a bad row comes back alone with its error."""
        pieces = Pieces(frame.height)
        for start, length in pieces:
            piece = frame.slice(start, length)
            try:
                done = self._piece_writer.write(piece)
            except psycopg2.Error as error:
                if classify(error) is not ErrorKind.DATA:
                    raise
                if length == 1:
                    yield piece, describe_row_error(error, self._target.entity)
                else:
                    pieces.note_refused(self._piece_writer.locate(error))
            else:
                pieces.note_taken()
                yield piece, done

    def _reject_keyless(self, row: int) -> RejectedWrite:
        columns = ", ".join(self._target.key)
        error = RowError("23502", f"the key ({columns}) has an empty part", self._target.key[0])
        return RejectedWrite(row, error)

    def _name_record(self, piece: pl.DataFrame) -> str:
        key = self._target.key
        if any(is_hidden(self._target.entity.fields[column]) for column in key):
            return HIDDEN
        return str(piece.select(record_id_expression(self._target.entity)).item())

"""The only loop of a save: chunk by chunk, then the sweep, then the end of the run.

It is the same for a run that writes and for its preview. The target decides what is kept: `save.py`
commits each chunk with its history, `dry_run.py` discards everything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from crm_sync.config.models import EntityConfig
from crm_sync.constants import SyncMode
from crm_sync.exceptions import SyncCancelledError
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.rows.fault_watch import FaultWatch
from crm_sync.storage.rows.links import mark_absent_links
from crm_sync.storage.rows.sweep import SweepJob, SweepResult, sweep
from crm_sync.storage.rows.upsert import ChunkWriter
from crm_sync.storage.staging import RawChunk, Staging
from crm_sync.sync.notes import build_notes
from crm_sync.sync.outcome import SaveResult, judge_outcome
from crm_sync.sync.progress import ProgressLog
from crm_sync.sync.save_judge import SaveJudge, WrittenChunk, compares_all
from crm_sync.sync.staged_rows import StagedRows, read_keys
from crm_sync.sync.window import RunPlan

if TYPE_CHECKING:
    import polars as pl
    from psycopg2 import sql

    from crm_sync.storage.pg_types import PgCursor

Result = TypeVar("Result")


class SaveTarget(Protocol):
    """Where a save writes: the table, or a stand-in."""

    history_id: int
    table: sql.Composable | None
    """The stand-in of the table; None: the table itself."""
    is_preview: bool
    is_new_table: bool
    can_sweep: bool
    """Whether the table has what a sweep looks at."""

    def run(self, work: Callable[[PgCursor], Result]) -> Result:
        """Do some work in a transaction; after a passing failure, it may be done again."""

    def fence(self, cursor: PgCursor, /) -> int | None:
        """Make sure that the run may still write, and give the last written chunk; None: there is none."""

    def load(self, frame: pl.DataFrame, columns: tuple[str, ...] | None = None, /) -> None:
        """Make the rows available whose key, or these columns, are in the frame."""

    def keep(self, cursor: PgCursor, chunk: RawChunk, written: WrittenChunk, /) -> None:
        """Note the result of a chunk, in the transaction that wrote it."""

    def tally(self, cursor: PgCursor, swept: SweepResult, /) -> tuple[Counts, list[str], dict[str, str]]:
        """Sum up the run: its counts, why rows were not taken as deleted, an example by kind of finding."""

    def close(self, cursor: PgCursor, result: SaveResult, /) -> None:
        """End the run, in the transaction of its last chunk."""


@dataclass
class SaveLoop:
    """One save of a run.

    Args:
        entity: configuration.
        staging: the run's folder, fetched, transformed and validated.
        plan: of the run.
        target: where it writes.
        stop: True once Airflow asked the task to end; asked between chunks.
    """

    entity: EntityConfig
    staging: Staging
    plan: RunPlan
    target: SaveTarget
    stop: Callable[[], bool]

    def __post_init__(self) -> None:
        self.judge = SaveJudge.prepare(self.entity, self.staging, self.plan, self.target.run)
        self.faults = FaultWatch(self.entity)
        self._writer: tuple[PgCursor, ChunkWriter] | None = None

    def run(self, *, done: int | None) -> SaveResult:
        """Write the chunks after the last written one, sweep, and end the run.

        Raises:
            SupersededError: the run was closed as failed or taken over.
            SchemaFaultError: the table can't be made to fit.
            SyncCancelledError: Airflow asked the task to end.
        """
        chunks = self.staging.manifest.chunks
        left = [chunk for chunk in chunks if done is None or chunk.number > done]
        records = sum(chunk.records for chunk in chunks) - sum(chunk.records for chunk in left)
        progress = ProgressLog("Saved", total=self.staging.manifest.records, done=records)
        result: SaveResult | None = None
        for chunk in left:
            if self.stop():
                kept = f" after {records:,} records; they are saved."
                forgotten = "; a dry run leaves nothing behind."
                raise SyncCancelledError(
                    f"Stopped from Airflow{forgotten if self.target.is_preview else kept}"
                )
            result = self._save_chunk(chunk, is_last=chunk is left[-1])
            self.faults.note_committed()
            records += chunk.records
            if not self.target.is_preview:
                progress.advance(records)
        result = result or self.target.run(self._finish)
        if not self.target.is_preview:
            progress.close()
        return result

    def _save_chunk(self, chunk: RawChunk, *, is_last: bool) -> SaveResult | None:
        rows = self.judge.read(chunk)

        def work(cursor: PgCursor) -> SaveResult | None:
            done = self.target.fence(cursor)
            if done is None or done < chunk.number:
                self.target.keep(cursor, chunk, self._write(cursor, chunk, rows))
            return self._finish(cursor) if is_last else None

        return self.target.run(work)

    def _write(self, cursor: PgCursor, chunk: RawChunk, rows: StagedRows) -> WrittenChunk:
        writer = self._get_writer(cursor)
        self.target.load(rows.get_good())
        written = self.judge.write(cursor, writer, chunk, rows, faults=self.faults)
        links = self._replace_links(cursor, chunk, written.rows.typed)
        counts = written.counts + Counts(deleted=links.deleted)
        return replace(written, counts=counts, refused_links=links.refused_reason)

    def _get_writer(self, cursor: PgCursor) -> ChunkWriter:
        """Give the writer of a transaction, which has a cursor of its own."""
        if self._writer is None or self._writer[0] is not cursor:
            target = self.target
            writer = self.judge.build_writer(
                cursor, target.history_id, table=target.table, expects_new=target.is_new_table
            )
            self._writer = (cursor, writer)
        return self._writer[1]

    def _replace_links(self, cursor: PgCursor, chunk: RawChunk, typed: pl.DataFrame) -> SweepResult:
        parents = self.staging.read_parents(chunk) if self.entity.parent_key else None
        # after a whole read the sweep finds absent links, too, and it alone is guarded against a large loss
        if parents is None or self.plan.mode is SyncMode.REPLAY or self._will_sweep():
            return SweepResult()
        self.target.load(parents, self.entity.parent_key)
        job = SweepJob(self.entity, self.target.history_id, table=self.target.table)
        return mark_absent_links(cursor, job, links=typed, parents=parents)

    def _finish(self, cursor: PgCursor) -> SaveResult:
        """Sweep, judge the run and end it."""
        self.target.fence(cursor)
        swept = self._sweep(cursor)
        counts, reasons, examples = self.target.tally(cursor, swept)
        if not self.target.is_preview:
            is_swept = swept.refused_reason is None
            self.judge.resolve_unseen(cursor, self.target.history_id, is_swept=is_swept)
        notes = build_notes(counts, examples)
        result = judge_outcome(self.entity, self.staging.manifest, self.plan, counts, reasons, notes=notes)
        self.target.close(cursor, result)
        return result

    def _will_sweep(self) -> bool:
        return compares_all(self.staging, self.plan) and self.target.can_sweep

    def _sweep(self, cursor: PgCursor) -> SweepResult:
        if self.plan.sweep == "none" or not self._will_sweep():
            return SweepResult()
        job = SweepJob(
            self.entity,
            self.target.history_id,
            mode=self.plan.sweep,
            force=self.plan.force,
            is_preview=self.target.is_preview,
            scope=self.staging.read_scope(),
            is_new_table=self.target.is_new_table,
        )
        return sweep(cursor, job, read_keys(self.staging, self.entity))

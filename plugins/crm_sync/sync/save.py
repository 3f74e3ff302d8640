"""The last stage: typed chunks minus rejected rows into the target table, one transaction a chunk.

The last chunk's transaction also sweeps and closes the history row: either all of it happened or none.
What a dry run does instead is in `dry_run.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import Stage, SyncMode, SyncStatus
from crm_sync.exceptions import StorageError, SupersededError, SyncCancelledError
from crm_sync.fields.findings import BuiltInRule
from crm_sync.storage.connections import Connect
from crm_sync.storage.history import sync_history
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.history.run_marks import read_mark
from crm_sync.storage.rejected_records import record_rejects, resolve_passed
from crm_sync.storage.rows.fault_watch import FaultWatch
from crm_sync.storage.rows.links import mark_absent_links
from crm_sync.storage.rows.sweep import SweepJob, SweepResult, sweep
from crm_sync.storage.staging import RawChunk, Staging
from crm_sync.storage.tables.target_table import ensure_table, fill_table
from crm_sync.storage.transactions import TransactionRunner
from crm_sync.sync.notes import build_notes
from crm_sync.sync.outcome import SaveResult, judge_outcome
from crm_sync.sync.progress import ProgressLog
from crm_sync.sync.rejects import RejectBuilder
from crm_sync.sync.save_judge import SaveJudge
from crm_sync.sync.staged_rows import StagedRows, read_keys
from crm_sync.sync.stats import SaveStats
from crm_sync.sync.window import RunPlan

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as PgCursor  # noqa: N812 - a class, under its role

__all__ = ["SaveResult", "save_entity"]

log = logging.getLogger(__name__)


def save_entity(
    entity: EntityConfig,
    staging: Staging,
    connect: Connect,
    *,
    history_id: int | None,
    stop: Callable[[], bool] = lambda: False,
) -> SaveResult:
    """Save every chunk that isn't saved yet, sweep, and close the history row.

    A repeated call goes on after the last committed chunk; when the row is closed already it gives the stored
    figures.

    Args:
        entity: configuration.
        staging: the run's folder, fetched, transformed and validated.
        connect: makes a warehouse connection.
        history_id: the run's row; None: a dry run, which writes nothing.
        stop: True once Airflow asked the task to end; asked between chunks.

    Raises:
        SupersededError: the row was closed as failed or taken over.
        SchemaFaultError: the table can't be made to fit.
        DatabaseUnavailableError: the warehouse is full, lacks a right or can't be reached.
        SyncCancelledError: Airflow asked the task to end; saved chunks stay.
    """
    if history_id is None:
        from crm_sync.sync.dry_run import preview_save  # noqa: PLC0415 - only what a dry run needs

        return preview_save(entity, staging, connect, stop=stop)
    with TransactionRunner(connect, entity) as runner:
        try:
            return _Save(entity, staging, runner, history_id, stop).run()
        except SupersededError:
            # the commit of the last chunk may have happened without its answer reaching us
            stored = _read_closed(runner, history_id)
            if stored is None:
                raise
            return stored


@dataclass
class _Save:
    """One save on one connection."""

    entity: EntityConfig
    staging: Staging
    runner: TransactionRunner
    history_id: int
    stop: Callable[[], bool]
    stats: SaveStats = field(default_factory=SaveStats)

    def __post_init__(self) -> None:
        self.faults = FaultWatch(self.entity)
        self.is_new_table = False

    def run(self) -> SaveResult:
        done, to_fill = self.runner.run(self._prepare)
        if to_fill:
            self.runner.run(lambda cursor: self._fill(cursor, to_fill))
        chunks, plan = self.staging.manifest.chunks, self.staging.manifest.plan
        if not plan:
            raise StorageError(
                f"The staged files of history row {self.history_id} are gone; run the DAG again."
            )
        self.plan = RunPlan.from_json(plan)
        self.judge = SaveJudge.prepare(self.entity, self.staging, self.plan, self.runner.run)
        left = [chunk for chunk in chunks if done is None or chunk.number > done]
        saved = sum(chunk.records for chunk in chunks) - sum(chunk.records for chunk in left)
        progress = ProgressLog("Saved", total=self.staging.manifest.records, done=saved)
        result: SaveResult | None = None
        for chunk in left:
            if self.stop():
                raise SyncCancelledError(f"Stopped from Airflow after {saved:,} records; they are saved.")
            result = self._save_chunk(chunk, is_last=chunk is left[-1])
            self.faults.note_committed()
            saved += chunk.records
            progress.advance(saved)
        if result is None:
            result = self.runner.run(self._finish)
        progress.close()
        result.log_end(self.entity)
        return result

    def _prepare(self, cursor: PgCursor) -> tuple[int | None, list[str]]:
        """Make the table fit in a transaction of its own: an ALTER locks readers out until the commit.

        Returns:
            Last chunk that is saved, and columns that are still to be filled, also by an earlier try.
        """
        done = sync_history.fence(cursor, self.history_id).get(Stage.SAVE)
        row = sync_history.select_history(cursor, self.history_id)
        self.staging.check_mark(read_mark(cursor, row=(row.id, row.start_time)))
        known = row.configuration
        changes = ensure_table(cursor, self.entity)
        self.is_new_table = changes.created or bool(known.get("new_table"))
        to_fill = [*known.get("fill", {}).get("columns", []), *changes.to_fill]
        noted: dict[str, Any] = {"new_table": True} if changes.created else {}
        if changes.to_fill:
            noted["fill"] = {"columns": to_fill}
        if noted:
            sync_history.add_progress(cursor, self.history_id, configuration=noted)
        return done, to_fill

    def _fill(self, cursor: PgCursor, columns: list[str]) -> None:
        sync_history.fence(cursor, self.history_id)
        fill_table(cursor, self.entity, columns)
        sync_history.add_progress(cursor, self.history_id, configuration={"fill": {"columns": []}})

    def _save_chunk(self, chunk: RawChunk, *, is_last: bool) -> SaveResult | None:
        rows = self.judge.read(chunk)

        def work(cursor: PgCursor) -> SaveResult | None:
            done = sync_history.fence(cursor, self.history_id).get(Stage.SAVE)
            if done is None or done < chunk.number:
                self._write(cursor, chunk, rows)
            return self._finish(cursor) if is_last else None

        return self.runner.run(work)

    def _write(self, cursor: PgCursor, chunk: RawChunk, rows: StagedRows) -> None:
        entity = self.entity
        writer = self.judge.build_writer(cursor, self.history_id)
        written = self.judge.write(cursor, writer, chunk, rows, faults=self.faults)
        rows = written.rows
        self.stats.add(written.result.seconds)
        builder = RejectBuilder(entity, rows.typed, rows.verdicts, lambda: self.staging.read_raw(chunk))
        rejects = builder.build(written.result.rejected)
        source, sync_type = entity.crm_source, entity.sync_type
        record_rejects(
            cursor, rejects.rows, history_id=self.history_id, crm_source=source, sync_type=sync_type
        )
        # a collision is about another record of the same key: that one passed says nothing about it
        kept = () if self.plan.mode is SyncMode.REPLAY else (BuiltInRule.COLLISION,)
        resolve_passed(cursor, source, sync_type, rejects.list_passed, seen=rejects.seen, kept_rules=kept)
        links = self._replace_links(cursor, chunk, rows.typed)
        counts = written.counts + Counts(deleted=links.deleted)
        configuration: dict[str, Any] = {"examples": written.examples} if written.examples else {}
        if links.refused_reason:
            configuration["warnings"] = {f"links_{chunk.number}": links.refused_reason}
        sync_history.add_progress(
            cursor,
            self.history_id,
            counts=counts,
            stage=Stage.SAVE,
            chunk=chunk.number,
            configuration=configuration,
        )

    def _replace_links(self, cursor: PgCursor, chunk: RawChunk, typed: pl.DataFrame) -> SweepResult:
        parents = self.staging.read_parents(chunk) if self.entity.parent_key else None
        # after a whole read the sweep finds absent links, too, and it alone is guarded against a large loss
        if parents is None or self.plan.mode is SyncMode.REPLAY or self._will_sweep():
            return SweepResult()
        return mark_absent_links(cursor, SweepJob(self.entity, self.history_id), links=typed, parents=parents)

    def _finish(self, cursor: PgCursor) -> SaveResult:
        """Sweep, judge the run and close its row."""
        sync_history.fence(cursor, self.history_id)
        swept = self._sweep(cursor)
        if swept.deleted:
            sync_history.add_progress(cursor, self.history_id, counts=Counts(deleted=swept.deleted))
        row = sync_history.select_history(cursor, self.history_id)
        links = [str(reason) for reason in row.configuration.get("warnings", {}).values()]
        reasons = [reason for reason in (swept.refused_reason, *links) if reason]
        self.judge.resolve_collisions(cursor, self.history_id)
        notes = build_notes(row.counts, row.configuration.get("examples", {}))
        manifest = self.staging.manifest
        result = judge_outcome(self.entity, manifest, self.plan, row.counts, reasons, notes=notes)
        sync_history.close(
            cursor,
            self.history_id,
            status=result.status,
            error_message=result.reason,
            metrics=self.stats.to_metrics(),
            configuration=result.to_configuration(manifest),
        )
        return result

    def _will_sweep(self) -> bool:
        manifest = self.staging.manifest
        return self.plan.sweep != "none" and manifest.fetched and manifest.incomplete_reason is None

    def _sweep(self, cursor: PgCursor) -> SweepResult:
        if self.plan.sweep == "none" or not self._will_sweep():
            return SweepResult()
        job = SweepJob(
            self.entity,
            self.history_id,
            mode=self.plan.sweep,
            force=self.plan.force,
            scope=self.staging.read_scope(),
            is_new_table=self.is_new_table,
        )
        return sweep(cursor, job, read_keys(self.staging, self.entity))


def _read_closed(runner: TransactionRunner, history_id: int) -> SaveResult | None:
    """Give the figures of a run whose save is done already; None: its row was closed by something else."""
    row = runner.run(lambda cursor: sync_history.select_history(cursor, history_id))
    if row.status not in {SyncStatus.SUCCESS, SyncStatus.PARTIAL}:
        return None
    log.info("History row %d is closed already: %s.", history_id, row.status)
    return SaveResult.from_history(row)

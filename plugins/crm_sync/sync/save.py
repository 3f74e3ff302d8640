"""The last stage: writes typed chunks without rejected rows to the table, one transaction per chunk.

The last chunk's transaction also sweeps and closes the history row: all of it happens or none of it. The
loop is in `save_loop.py`; `dry_run.py` has the way of a dry run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from crm_sync.config.models import EntityConfig
from crm_sync.constants import Stage, SyncMode, SyncStatus
from crm_sync.exceptions import StorageError, SupersededError
from crm_sync.storage.connections import Connect
from crm_sync.storage.history import sync_history
from crm_sync.storage.history.emptied_table import read_oid, refuse_lost_rows
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.history.run_marks import read_mark
from crm_sync.storage.rejected_records import record_rejects, resolve_passed
from crm_sync.storage.rows.sweep import SweepResult
from crm_sync.storage.staging import RawChunk, Staging
from crm_sync.storage.tables.table_indexes import Columns, build_indexes
from crm_sync.storage.tables.target_table import ensure_table, fill_table
from crm_sync.storage.transactions import TransactionRunner
from crm_sync.sync.outcome import SaveResult
from crm_sync.sync.rejects import RejectBuilder
from crm_sync.sync.run_proof import keep_run_proof
from crm_sync.sync.save_judge import WrittenChunk
from crm_sync.sync.save_loop import SaveLoop
from crm_sync.sync.stats import SaveStats
from crm_sync.sync.window import RunPlan

if TYPE_CHECKING:
    import polars as pl
    from psycopg2 import sql

    from crm_sync.storage.pg_types import PgCursor

Result = TypeVar("Result")

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
    """Save every remaining chunk, sweep, and close the history row.

    A repeated call continues after the last committed chunk; if the row is already closed, it gives the
    stored figures.

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
        table = _Table(entity, staging, runner, history_id)
        try:
            result = _save(table, stop)
        except SupersededError:
            # the commit of the last chunk may have happened without its answer reaching us
            stored = _read_closed(runner, history_id)
            if stored is None:
                raise
            result = stored
    build_indexes(connect, entity, table.to_index)
    keep_run_proof(connect, entity, staging, history_id, result)
    return result


def _save(table: _Table, stop: Callable[[], bool]) -> SaveResult:
    done, to_fill = table.run(table.prepare)
    if to_fill:
        table.run(lambda cursor: table.fill(cursor, to_fill))
    plan = table.staging.manifest.plan
    if not plan:
        raise StorageError(f"The staged files of history row {table.history_id} are gone; run the DAG again.")
    result = SaveLoop(table.entity, table.staging, RunPlan.from_json(plan), table, stop).run(done=done)
    result.log_end(table.entity)
    return result


@dataclass
class _Table:
    """The target table, on one connection: each chunk is committed with its history and its rejects."""

    entity: EntityConfig
    staging: Staging
    runner: TransactionRunner
    history_id: int
    table: sql.Composable | None = None
    is_preview: bool = False
    is_new_table: bool = False
    can_sweep: bool = True
    oid: int | None = None
    to_index: tuple[Columns, ...] = ()
    stats: SaveStats = field(default_factory=SaveStats)

    def run(self, work: Callable[[PgCursor], Result]) -> Result:
        return self.runner.run(work)

    def prepare(self, cursor: PgCursor) -> tuple[int | None, list[str]]:
        """Make the table fit in a transaction of its own: an ALTER locks readers out until the commit.

        Returns:
            The last saved chunk, and the columns still to be filled, also those of an earlier try.
        """
        done = self._fence(cursor)
        row = sync_history.select_history(cursor, self.history_id)
        self.staging.check_mark(read_mark(cursor, row=(row.id, row.start_time)))
        known = row.configuration
        self._refuse_other_table(known.get("table"))
        changes = ensure_table(cursor, self.entity)
        self._refuse_lost_rows(cursor, done)
        self.oid = read_oid(cursor, self.entity)
        self.to_index = changes.to_index
        self.is_new_table = changes.created or bool(known.get("new_table"))
        to_fill = [*known.get("fill", {}).get("columns", []), *changes.to_fill]
        noted: dict[str, Any] = {"new_table": True} if changes.created else {}
        if changes.to_fill:
            noted["fill"] = {"columns": to_fill}
        if noted:
            sync_history.add_progress(cursor, self.history_id, configuration=noted)
        return done, to_fill

    def _refuse_other_table(self, begun: str | None) -> None:
        """Stop a run whose YAML has changed meanwhile: what it read are changes to another table."""
        if begun not in (None, self.entity.table):
            raise SupersededError(
                f"The run began with table {begun}, and the YAML now names {self.entity.table}: "
                "run the DAG again."
            )

    def fill(self, cursor: PgCursor, columns: list[str]) -> None:
        self.fence(cursor)
        fill_table(cursor, self.entity, columns)
        sync_history.add_progress(cursor, self.history_id, configuration={"fill": {"columns": []}})

    def fence(self, cursor: PgCursor) -> int | None:
        done = self._fence(cursor)
        if read_oid(cursor, self.entity) != self.oid:
            raise SupersededError(
                f"Table {self.entity.table} was replaced or renamed while it was written: run the DAG again."
            )
        self._refuse_lost_rows(cursor, done)
        return done

    def _fence(self, cursor: PgCursor) -> int | None:
        return sync_history.fence(cursor, self.history_id).get(Stage.SAVE)

    def _refuse_lost_rows(self, cursor: PgCursor, done: int | None) -> None:
        goes_on = bool(self.staging.manifest.plan.get("goes_on"))
        if goes_on or done is not None:
            refuse_lost_rows(cursor, self.entity, self.history_id, goes_on=goes_on)

    def load(self, _frame: pl.DataFrame, _columns: tuple[str, ...] | None = None) -> None:
        """Do nothing: the rows are where they are."""

    def keep(self, cursor: PgCursor, chunk: RawChunk, written: WrittenChunk) -> None:
        """Keep the rejects, and count the chunk in the row."""
        self.stats.add(written.result.seconds)
        if not chunk.is_refresh:
            self._keep_rejects(cursor, chunk, written)
        configuration: dict[str, Any] = {"examples": written.examples} if written.examples else {}
        if written.refused_links:
            configuration["warnings"] = {f"links_{chunk.number}": written.refused_links}
        sync_history.add_progress(
            cursor,
            self.history_id,
            counts=written.counts,
            stage=Stage.SAVE,
            chunk=chunk.number,
            configuration=configuration,
        )

    def _keep_rejects(self, cursor: PgCursor, chunk: RawChunk, written: WrittenChunk) -> None:
        """Note rejected and passed records; not for a refresh, whose records are not whole."""
        entity, rows = self.entity, written.rows
        builder = RejectBuilder(entity, rows.typed, rows.verdicts, lambda: self.staging.read_raw(chunk))
        rejects = builder.build(written.result.rejected)
        source, sync_type = entity.crm_source, entity.sync_type
        record_rejects(
            cursor, rejects.rows, history_id=self.history_id, crm_source=source, sync_type=sync_type
        )
        plan = RunPlan.from_json(self.staging.manifest.plan)
        part = plan.replays if plan.mode is SyncMode.REPLAY else None
        resolve_passed(cursor, source, sync_type, rejects.list_passed, seen=rejects.seen, part=part)

    def tally(self, cursor: PgCursor, swept: SweepResult) -> tuple[Counts, list[str], dict[str, str]]:
        if swept.deleted:
            sync_history.add_progress(cursor, self.history_id, counts=Counts(deleted=swept.deleted))
        row = sync_history.select_history(cursor, self.history_id)
        links = [str(reason) for reason in row.configuration.get("warnings", {}).values()]
        reasons = [reason for reason in (swept.refused_reason, *links) if reason]
        return row.counts, reasons, row.configuration.get("examples", {})

    def close(self, cursor: PgCursor, result: SaveResult) -> None:
        sync_history.close(
            cursor,
            self.history_id,
            status=result.status,
            error_message=result.reason,
            metrics=self.stats.to_metrics(),
            configuration=result.to_configuration(self.staging.manifest),
        )


def _read_closed(runner: TransactionRunner, history_id: int) -> SaveResult | None:
    """Give the figures of a run that is already saved; None: something else closed its row."""
    row = runner.run(lambda cursor: sync_history.select_history(cursor, history_id))
    if row.status not in {SyncStatus.SUCCESS, SyncStatus.PARTIAL}:
        return None
    log.info("History row %d is closed already: %s.", history_id, row.status)
    return SaveResult.from_history(row)

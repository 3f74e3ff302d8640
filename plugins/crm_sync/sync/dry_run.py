"""What a dry run reports instead of saving: the same statements on a stand-in of the table, rolled back.

Nothing is written but temporary tables: no history, no rejected records, no target table.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl
from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.constants import Action, SyncMode
from crm_sync.exceptions import SyncCancelledError
from crm_sync.fields.findings import is_hidden
from crm_sync.log_messages import show_value
from crm_sync.storage.connections import Connect
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.history.run_marks import read_mark
from crm_sync.storage.rows.fault_watch import FaultWatch
from crm_sync.storage.rows.links import mark_absent_links
from crm_sync.storage.rows.sweep import EXAMPLES, SweepJob, SweepResult, sweep
from crm_sync.storage.rows.upsert import ChunkWriter
from crm_sync.storage.staging import RawChunk, Staging
from crm_sync.storage.statements import get_identifier, match
from crm_sync.storage.tables.shadow_table import ShadowTable
from crm_sync.storage.transactions import TransactionRunner
from crm_sync.sync.notes import build_notes
from crm_sync.sync.outcome import SaveResult, judge_outcome
from crm_sync.sync.save_findings import show_key
from crm_sync.sync.save_judge import SaveJudge
from crm_sync.sync.staged_rows import read_keys
from crm_sync.sync.window import RunPlan

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as PgCursor  # noqa: N812 - a class, under its role

_NO_RUN = 0
"""History id of rows that a dry run writes to its stand-in; real ones begin at 1."""

log = logging.getLogger(__name__)


def preview_save(
    entity: EntityConfig, staging: Staging, connect: Connect, *, stop: Callable[[], bool] = lambda: False
) -> SaveResult:
    """Find out what a save of this run would do, and log it.

    Args:
        entity: configuration.
        staging: the run's folder, fetched, transformed and validated.
        connect: makes a warehouse connection.
        stop: True once Airflow asked the task to end.

    Returns:
        The figures that the run would have, with the report's lines.

    Raises:
        SchemaFaultError: the table could not be made to fit.
        SyncCancelledError: Airflow asked the task to end.
    """
    with TransactionRunner(connect, entity) as runner:
        result = runner.roll_back(lambda cursor: _Preview(entity, staging, cursor, stop).run())
    for line in result.report:
        log.info("Dry run %s %s: %s", entity.crm_source, entity.sync_type, line)
    return result


@dataclass
class _Preview:
    entity: EntityConfig
    staging: Staging
    cursor: PgCursor
    stop: Callable[[], bool]
    counts: Counts = field(default_factory=Counts)
    rejected: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    examples: dict[str, str] = field(default_factory=dict)

    def run(self) -> SaveResult:
        self.staging.check_mark(read_mark(self.cursor))
        manifest = self.staging.manifest
        plan = RunPlan.from_json(manifest.plan)
        shadow = ShadowTable(self.cursor, self.entity)
        self.judge = SaveJudge.prepare(self.entity, self.staging, plan, lambda query: query(self.cursor))
        writer = self.judge.build_writer(self.cursor, _NO_RUN, table=shadow.identifier)
        faults = FaultWatch(self.entity)
        for chunk in manifest.chunks:
            if self.stop():
                raise SyncCancelledError("Stopped from Airflow; a dry run leaves nothing behind.")
            self._write(chunk, plan, shadow, writer, faults)
        swept = self._sweep(plan, shadow)
        self.counts += Counts(deleted=swept.deleted)
        if swept.refused_reason:
            self.reasons.append(swept.refused_reason)
        notes = build_notes(self.counts, self.examples)
        result = judge_outcome(self.entity, manifest, plan, self.counts, self.reasons, notes=notes)
        result.report.extend(self._report(shadow, swept, result))
        return result

    def _write(
        self, chunk: RawChunk, plan: RunPlan, shadow: ShadowTable, writer: ChunkWriter, faults: FaultWatch
    ) -> None:
        rows = self.judge.read(chunk)
        shadow.load(rows.get_good())
        written = self.judge.write(self.cursor, writer, chunk, rows, faults=faults)
        faults.note_committed()
        rows = written.rows
        self.counts += written.counts
        self.older += written.older
        self.examples.update(written.examples)
        found = rows.verdicts.filter(pl.col("action") == Action.REJECT.value).head(EXAMPLES)
        for finding in found.iter_rows(named=True):
            self._add_rejected(finding["record_id"], finding["field"], finding["error"])
        for write in written.result.rejected:
            key = rows.typed.row(write.row, named=True)
            record_id = "|".join(str(key[column]) for column in self.entity.primary_key)
            self._add_rejected(record_id, write.error.column, write.error.message)
        parents = self.staging.read_parents(chunk) if self.entity.parent_key else None
        is_swept = self._will_sweep(plan, shadow)
        if parents is not None and plan.mode is not SyncMode.REPLAY and not is_swept:
            shadow.load(parents, self.entity.parent_key)
            job = SweepJob(self.entity, _NO_RUN, table=shadow.identifier)
            links = mark_absent_links(self.cursor, job, links=rows.typed, parents=parents)
            self.counts += Counts(deleted=links.deleted)
            self.reasons += [links.refused_reason] if links.refused_reason else []

    def _will_sweep(self, plan: RunPlan, shadow: ShadowTable) -> bool:
        manifest = self.staging.manifest
        is_whole = manifest.fetched and manifest.incomplete_reason is None
        return plan.sweep != "none" and is_whole and (shadow.can_sweep or not shadow.exists)

    def _sweep(self, plan: RunPlan, shadow: ShadowTable) -> SweepResult:
        if plan.sweep == "none" or not self._will_sweep(plan, shadow):
            return SweepResult()
        job = SweepJob(
            self.entity,
            _NO_RUN,
            mode=plan.sweep,
            force=plan.force,
            is_preview=True,
            scope=self.staging.read_scope(),
            is_new_table=not shadow.exists,
        )
        return sweep(self.cursor, job, read_keys(self.staging, self.entity))

    def _add_rejected(self, record_id: str | None, column: str, error: str) -> None:
        if len(self.rejected) < EXAMPLES:
            where = f" {column}" if column else ""
            self.rejected.append(f"{self._show_key(record_id)}{where}: {error}")

    def _show_key(self, record_id: str | None) -> str:
        return show_key(self.entity, record_id)

    def _report(self, shadow: ShadowTable, swept: SweepResult, result: SaveResult) -> list[str]:
        counts = result.counts
        created = self._read_created(shadow) if counts.created else []
        updated = self._read_updated(shadow) if counts.updated and shadow.exists else []
        gone = [self._show_key(key) for key in swept.examples]
        lines = shadow.describe_plan()
        for count, verb, examples in (
            (counts.created, "created", created),
            (counts.updated, "updated", updated),
            (counts.unchanged, "unchanged", []),
            (counts.older, "kept although the source differs", self.older[:EXAMPLES]),
            (counts.failed, "rejected", self.rejected),
            (counts.deleted, "marked as deleted", gone),
        ):
            lines.append(
                f"{count:,} would be {verb}{'; for example ' if examples else ''}{'; '.join(examples)}"
            )
        lines.extend([*self.staging.manifest.notes, *result.notes])
        if result.reason:
            lines.append(f"it would end as {result.status}: {result.reason}")
        return lines

    def _read_created(self, shadow: ShadowTable) -> list[str]:
        key = [sql.SQL("h.{}::text").format(sql.Identifier(name)) for name in self.entity.primary_key]
        statement = (
            "select {} from {} as h where h.sync_created_at = now() and h.sync_updated_at = now() "
            "order by 1 limit {}"
        )
        self.cursor.execute(
            sql.SQL(statement).format(sql.SQL(", ").join(key), shadow.identifier, sql.Literal(EXAMPLES))
        )
        return [self._show_key("|".join(row)) for row in self.cursor.fetchall()]

    def _read_updated(self, shadow: ShadowTable) -> list[str]:
        """Compare some updated rows with the real ones, column by column."""
        own = [name for name in self.entity.fields if name not in shadow.plan.added]
        columns = [*self.entity.primary_key, *own]
        after, before = (
            sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(alias, name)) for name in columns)
            for alias in ("h", "t")
        )
        statement = (
            "select {}, {} from {} as h join {} as t on {} "
            "where h.sync_updated_at = now() and h.sync_created_at <> now() order by 1 limit {}"
        )
        table, pairs = get_identifier(self.entity), match(self.entity.primary_key, "h", "t")
        self.cursor.execute(
            sql.SQL(statement).format(after, before, shadow.identifier, table, pairs, sql.Literal(EXAMPLES))
        )
        width, key_width = len(columns), len(self.entity.primary_key)
        lines = []
        for row in self.cursor.fetchall():
            changes = [
                f"{name} {self._show(name, old)} -> {self._show(name, new)}"
                for name, new, old in zip(own, row[key_width:width], row[width + key_width :], strict=True)
                if new != old
            ]
            lines.append(
                f"{self._show_key('|'.join(row[:key_width]))} ({', '.join(changes) or 'other columns'})"
            )
        return lines

    def _show(self, column: str, value: str | None) -> str:
        if value is None:
            return "null"
        return f"'{show_value(value, is_hidden=is_hidden(self.entity.fields[column]))}'"

"""Reports instead of saving: a dry run makes the same statements on a stand-in of the table, rolled back.

Nothing is written but temporary tables: no history, no rejected records, no target table.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import polars as pl
from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.constants import Action
from crm_sync.fields.findings import is_hidden
from crm_sync.fields.record_ids import record_id_expression
from crm_sync.log_messages import show_value
from crm_sync.storage.connections import Connect
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.history.run_marks import read_mark
from crm_sync.storage.rows.sweep import EXAMPLES, SweepResult
from crm_sync.storage.staging import RawChunk, Staging
from crm_sync.storage.statements import compose_record_id, get_identifier, match
from crm_sync.storage.tables.shadow_table import ShadowTable
from crm_sync.storage.transactions import TransactionRunner
from crm_sync.sync.outcome import SaveResult
from crm_sync.sync.save_findings import show_key
from crm_sync.sync.save_judge import WrittenChunk
from crm_sync.sync.save_loop import SaveLoop
from crm_sync.sync.window import RunPlan

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

Result = TypeVar("Result")

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

    def preview(cursor: PgCursor) -> SaveResult:
        staging.check_mark(read_mark(cursor))
        plan = RunPlan.from_json(staging.manifest.plan)
        return SaveLoop(entity, staging, plan, _StandIn(entity, staging, cursor), stop).run(done=None)

    with TransactionRunner(connect, entity) as runner:
        result = runner.roll_back(preview)
    for line in result.report:
        log.info("Dry run %s %s: %s", entity.crm_source, entity.sync_type, line)
    return result


@dataclass
class _StandIn:
    """The target's stand-in in one transaction that is never committed; it collects the report."""

    entity: EntityConfig
    staging: Staging
    cursor: PgCursor
    history_id: int = _NO_RUN
    is_preview: bool = True
    counts: Counts = field(default_factory=Counts)
    rejected: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    examples: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shadow = ShadowTable(self.cursor, self.entity)
        self.table: sql.Composable | None = self.shadow.identifier
        self.is_new_table = not self.shadow.exists
        self.can_sweep = self.shadow.can_sweep or not self.shadow.exists
        self.load = self.shadow.load

    def run(self, work: Callable[[PgCursor], Result]) -> Result:
        return work(self.cursor)

    def fence(self, _: PgCursor) -> int | None:
        """Do nothing: nobody takes a dry run over."""

    def keep(self, _cursor: PgCursor, _chunk: RawChunk, written: WrittenChunk) -> None:
        rows = written.rows
        self.counts += written.counts
        self.older += written.older
        self.examples.update(written.examples)
        self.reasons += [written.refused_links] if written.refused_links else []
        found = rows.verdicts.filter(pl.col("action") == Action.REJECT.value).head(EXAMPLES)
        for finding in found.iter_rows(named=True):
            self._add_rejected(finding["record_id"], finding["field"], finding["error"])
        for write in written.result.rejected:
            record_id = rows.typed[write.row].select(record_id_expression(self.entity)).item()
            self._add_rejected(record_id, write.error.column, write.error.message)

    def tally(self, _: PgCursor, swept: SweepResult) -> tuple[Counts, list[str], dict[str, str]]:
        self.gone = [self._show_key(key) for key in swept.examples]
        self.counts += Counts(deleted=swept.deleted)
        self.reasons += [swept.refused_reason] if swept.refused_reason else []
        return self.counts, self.reasons, self.examples

    def close(self, _: PgCursor, result: SaveResult) -> None:
        result.report.extend(self._report(result))

    def _add_rejected(self, record_id: str | None, column: str, error: str) -> None:
        if len(self.rejected) < EXAMPLES:
            where = f" {column}" if column else ""
            self.rejected.append(f"{self._show_key(record_id)}{where}: {error}")

    def _show_key(self, record_id: str | None) -> str:
        return show_key(self.entity, record_id)

    def _report(self, result: SaveResult) -> list[str]:
        counts = result.counts
        created = self._read_created() if counts.created else []
        updated = self._read_updated() if counts.updated and self.shadow.exists else []
        lines = self.shadow.describe_plan()
        for count, verb, examples in (
            (counts.created, "created", created),
            (counts.updated, "updated", updated),
            (counts.unchanged, "unchanged", []),
            (counts.older, "kept although the source differs", self.older[:EXAMPLES]),
            (counts.failed, "rejected", self.rejected),
            (counts.deleted, "marked as deleted", self.gone),
        ):
            lines.append(
                f"{count:,} would be {verb}{'; for example ' if examples else ''}{'; '.join(examples)}"
            )
        lines.extend([*self.staging.manifest.notes, *result.notes])
        if result.reason:
            lines.append(f"it would end as {result.status}: {result.reason}")
        return lines

    def _read_created(self) -> list[str]:
        record_id = compose_record_id(self.entity, "h")
        statement = (
            "select {} from {} as h where h.sync_created_at = now() and h.sync_updated_at = now() "
            "order by 1 limit {}"
        )
        self.cursor.execute(
            sql.SQL(statement).format(record_id, self.shadow.identifier, sql.Literal(EXAMPLES))
        )
        return [self._show_key(record_id) for (record_id,) in self.cursor.fetchall()]

    def _read_updated(self) -> list[str]:
        """Compare some updated rows with the real ones, column by column."""
        own = [name for name in self.entity.fields if name not in self.shadow.plan.added]
        after, before = (
            sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(alias, name)) for name in own)
            for alias in ("h", "t")
        )
        statement = (
            "select {} from {} as h join {} as t on {} "
            "where h.sync_updated_at = now() and h.sync_created_at <> now() order by 1 limit {}"
        )
        shown = sql.SQL(", ").join([compose_record_id(self.entity, "h"), after, before])
        table, pairs = get_identifier(self.entity), match(self.entity.primary_key, "h", "t")
        self.cursor.execute(
            sql.SQL(statement).format(shown, self.shadow.identifier, table, pairs, sql.Literal(EXAMPLES))
        )
        lines = []
        for record_id, *row in self.cursor.fetchall():
            changes = [
                f"{name} {self._show(name, old)} -> {self._show(name, new)}"
                for name, new, old in zip(own, row[: len(own)], row[len(own) :], strict=True)
                if new != old
            ]
            lines.append(f"{self._show_key(record_id)} ({', '.join(changes) or 'other columns'})")
        return lines

    def _show(self, column: str, value: str | None) -> str:
        if value is None:
            return "null"
        return f"'{show_value(value, is_hidden=is_hidden(self.entity.fields[column]))}'"

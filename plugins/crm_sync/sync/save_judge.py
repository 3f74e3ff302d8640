"""The part of a save that decides; a run that writes and its preview share it.

It decides which records of one key are saved or kept out, and what is written of a chunk. `save.py` has
transactions, history and rejected records, `dry_run.py` the stand-in of the table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.constants import SyncMode
from crm_sync.fields.findings import HIDDEN, BuiltInRule, is_hidden
from crm_sync.fields.record_ids import record_id_expression
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.open_collisions import OpenCollisions, read_open_collisions, resolve_unseen
from crm_sync.storage.rows.chunk_result import ChunkResult, DifferingRow
from crm_sync.storage.rows.fault_watch import FaultWatch
from crm_sync.storage.rows.upsert import ChunkWriter
from crm_sync.storage.rows.versions import FUTURE_ALLOWANCE
from crm_sync.storage.staging import RawChunk, Staging
from crm_sync.sync.repeat_plan import RepeatFinder, RepeatPlan
from crm_sync.sync.save_findings import (
    OLDER,
    add_future_times,
    add_repeats,
    add_replayed,
    add_unread,
    show_key,
    show_time,
)
from crm_sync.sync.staged_rows import StagedRows
from crm_sync.sync.window import RunPlan

if TYPE_CHECKING:
    from psycopg2 import sql

    from crm_sync.storage.pg_types import PgCursor


@dataclass(frozen=True)
class WrittenChunk:
    """The result of one chunk.

    Args:
        rows: with all findings.
        result: the database's answer.
        counts: of both.
        older: rows that the table's are newer than, as text for people.
        refused_links: why links that are gone were not marked; None: they were, or there are none.
    """

    rows: StagedRows
    result: ChunkResult
    counts: Counts
    older: list[str]
    refused_links: str | None = None

    @property
    def examples(self) -> dict[str, str]:
        """For each kind of finding, one record that has it."""
        return {**self.rows.examples, **({OLDER: self.older[0]} if self.older else {})}


@dataclass(frozen=True)
class SaveJudge:
    """Judges and writes the chunks of one run.

    Args:
        entity: configuration.
        staging: the run's folder, validated.
        plan: of the run.
        open: collisions that earlier runs kept out.
        future: modified times after this moment are not believed.
        repeats: records of the run that share a key.
    """

    entity: EntityConfig
    staging: Staging
    plan: RunPlan
    open: OpenCollisions
    future: datetime
    repeats: RepeatPlan

    @classmethod
    def prepare(
        cls,
        entity: EntityConfig,
        staging: Staging,
        plan: RunPlan,
        ask: Callable[[Callable[[PgCursor], OpenCollisions]], OpenCollisions],
    ) -> SaveJudge:
        """Look through all chunks of the run; `ask` runs a query in a transaction that is not kept open."""
        collisions = ask(lambda cursor: read_open_collisions(cursor, entity.crm_source, entity.sync_type))
        # the window's end goes by the source's clock, and lies in the past where the user has said so
        future = max(plan.until, datetime.now(UTC)) + FUTURE_ALLOWANCE
        is_replay = plan.mode is SyncMode.REPLAY
        finder = RepeatFinder(
            entity,
            staging,
            future,
            is_whole=is_replay or is_whole_read(staging, plan),
            held=frozenset() if is_replay else collisions.source_keys,
            is_snapshot=is_replay or staging.manifest.is_snapshot or entity.same_key == "reject",
        )
        return cls(entity, staging, plan, collisions, future, finder.find())

    def read(self, chunk: RawChunk) -> StagedRows:
        """Read a chunk and judge its records."""
        rows = StagedRows.read(self.staging, chunk)
        rows.refuse_other_columns(self.entity)
        if chunk.is_refresh:
            rows = add_unread(rows, self.entity)
        rows = add_repeats(rows, self.entity, self.repeats.get(chunk))
        return add_future_times(rows, self.entity, self.future)

    def build_writer(
        self,
        cursor: PgCursor,
        history_id: int,
        *,
        table: sql.Composable | None = None,
        expects_new: bool = False,
    ) -> ChunkWriter:
        """Make the writer of a transaction's chunks; `table` stands in for the target."""
        return ChunkWriter(
            cursor,
            self.entity,
            history_id=history_id,
            force=self.plan.force,
            table=table,
            future=self.future,
            expects_new=expects_new,
        )

    def write(
        self, cursor: PgCursor, writer: ChunkWriter, chunk: RawChunk, rows: StagedRows, *, faults: FaultWatch
    ) -> WrittenChunk:
        """Write the rows of a chunk that are to be saved, in the caller's transaction."""
        good = rows.get_good()
        if self.plan.mode is SyncMode.REPLAY:
            rows = add_replayed(rows, self.entity, self._find_conflicts(writer, good, chunk))
            good = rows.add_not_after(cursor, self.entity, rows.get_good(), self.plan.replays)
        result = writer.write(good, faults=faults, missing=chunk.missing, known_only=chunk.is_refresh)
        counts = result.counts + rows.counts + Counts(failed=rows.rejected_count)
        return WrittenChunk(rows, result, counts, [self._describe(row) for row in result.older])

    def resolve_unseen(self, cursor: PgCursor, history_id: int, *, is_swept: bool) -> None:
        """Close the rejects that are over: a run that has read the whole source did not see them."""
        if is_whole_read(self.staging, self.plan):
            source, sync_type = self.entity.crm_source, self.entity.sync_type
            resolve_unseen(cursor, source, sync_type, history_id=history_id, is_swept=is_swept)

    def _find_conflicts(self, writer: ChunkWriter, good: pl.DataFrame, chunk: RawChunk) -> pl.Series:
        """Find replayed records that were kept out for a key whose row is still another record's."""
        ids = good.select(record_id_expression(self.entity)).to_series()
        doubtful = good.filter(ids.is_in(list(self.open.record_ids)))
        # a collision that was not asked for is another record than the one that is replayed
        if doubtful.is_empty() or self.plan.replays.rule not in {None, BuiltInRule.COLLISION}:
            return doubtful["_row"].clear()
        found = writer.find_conflicts(doubtful, chunk.missing)
        ids = doubtful.select(record_id_expression(self.entity)).to_series()
        return doubtful["_row"].filter(ids.is_in(found))

    def _describe(self, row: DifferingRow) -> str:
        entity = self.entity
        hidden = entity.modified_column is None or is_hidden(entity.fields[entity.modified_column])
        read, stored = (HIDDEN if hidden else show_time(time) for time in (row.read_at, row.stored_at))
        key = show_key(entity, row.record_id)
        return f"{key} (modified {read}, in the table {stored})"


def compares_all(staging: Staging, plan: RunPlan) -> bool:
    """Say whether the run has read everything that it compares, so that a row it did not see is gone."""
    manifest = staging.manifest
    return plan.sweep != "none" and manifest.fetched and manifest.incomplete_reason is None


def is_whole_read(staging: Staging, plan: RunPlan) -> bool:
    """Say whether the run has read all records of the source, so that no others exist."""
    manifest = staging.manifest
    return compares_all(staging, plan) and manifest.sweep_scope is None and manifest.records > 0

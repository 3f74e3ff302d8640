"""Compares what a read gave with the table: what is missing, stale or gone, by the statements of a save.

The records are written, by force, to a stand-in of the table, as in a dry run; then stand-in and table are
held against each other. So a record differs here exactly if a save would change its row. Nothing is
committed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.storage.connections import Connect
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.history.run_marks import read_mark
from crm_sync.storage.proofs import Difference
from crm_sync.storage.rows.compared_rows import (
    DifferingRows,
    FoundRows,
    find_ghosts,
    list_compared,
)
from crm_sync.storage.rows.sweep import SweepResult
from crm_sync.storage.rows.table_parts import TablePart, load_absent
from crm_sync.storage.staging import RawChunk, Staging
from crm_sync.storage.tables.shadow_table import ShadowTable
from crm_sync.storage.transactions import TransactionRunner
from crm_sync.sync.named_differences import name_differences
from crm_sync.sync.outcome import SaveResult
from crm_sync.sync.save_judge import WrittenChunk, compares_all
from crm_sync.sync.save_loop import SaveLoop
from crm_sync.sync.settled import NEWER, SETTLED, UNDATED, Settled
from crm_sync.sync.staged_rows import read_keys
from crm_sync.sync.window import RunPlan

if TYPE_CHECKING:
    import polars as pl

    from crm_sync.storage.pg_types import PgCursor

Result = TypeVar("Result")
_NO_RUN = 0
"""History id of rows that the comparison writes to its stand-in; real ones begin at 1."""


@dataclass(frozen=True)
class Comparison:
    """What one read showed of the table.

    Args:
        differences: of settled records, at most `MOST_KEPT` of each kind, in the order of their keys.
        total: how many there are in all.
        newer: records that differ because they changed after the last complete run.
        undated: records that differ and carry no time, so that nobody knows why.
        records: that the source gave, without those that it calls deleted.
        compared: of all, those that could be held against a row.
        rejected: of all, those that a rule or the database keeps out.
        rows: rows of the table that are not marked as deleted.
        unread: why rows that are gone at the source could not be told; None: they could.
        ghosts: of the differences, rows that the source lacks.
        until: up to where the source was read, aware UTC.
    """

    differences: tuple[Difference, ...]
    total: int
    newer: int
    undated: int
    records: int
    compared: int
    rejected: int
    rows: int
    unread: str | None
    ghosts: int
    until: datetime


@dataclass(frozen=True)
class Part:
    """A part of the source that was read instead of everything.

    Args:
        rows: of the table that belong to it.
        finds_ghosts: the source gives all that belongs to it.
        moved: keys of records that have left it since, in pieces.
    """

    rows: TablePart
    finds_ghosts: bool = True
    moved: tuple[pl.DataFrame, ...] = ()


@dataclass(frozen=True)
class Basis:
    """What counts in a comparison.

    Args:
        settled: tells which records can't have changed since the last complete run.
        begun: moment before the read, by the warehouse's clock: rows that were written later are left out.
        part: what was read, if it was not everything.
    """

    settled: Settled
    begun: datetime
    part: Part | None = None


def compare_staged(
    entity: EntityConfig,
    staging: Staging,
    connect: Connect,
    *,
    basis: Basis,
    stop: Callable[[], bool],
) -> Comparison:
    """Compare the records of a run's folder with the table.

    Args:
        entity: configuration.
        staging: the folder, fetched, transformed and validated.
        connect: makes a warehouse connection.
        basis: what counts.
        stop: True once the caller was asked to end.

    Raises:
        SchemaFaultError: the table could not be made to fit.
        SyncCancelledError: the caller was asked to end.
    """
    plan = RunPlan.from_json(staging.manifest.plan)

    def work(cursor: PgCursor) -> Comparison:
        staging.check_mark(read_mark(cursor))
        target = _Target(entity, staging, cursor)
        SaveLoop(entity, staging, replace(plan, force=True), target, stop).run(done=None)
        return target.compare(basis, plan)

    with TransactionRunner(connect, entity) as runner:
        return runner.roll_back(work)


@dataclass
class _Target:
    """The stand-in, in one transaction that is never committed."""

    entity: EntityConfig
    staging: Staging
    cursor: PgCursor
    history_id: int = _NO_RUN
    is_preview: bool = True
    counts: Counts = field(default_factory=Counts)
    reasons: list[str] = field(default_factory=list)
    gone: int = 0

    def __post_init__(self) -> None:
        self.shadow = ShadowTable(self.cursor, self.entity)
        self.table: sql.Composable | None = self.shadow.identifier
        self.is_new_table = not self.shadow.exists
        self.can_sweep = self.shadow.can_sweep or not self.shadow.exists
        self.load = self.shadow.load

    def run(self, work: Callable[[PgCursor], Result]) -> Result:
        return work(self.cursor)

    def fence(self, _: PgCursor) -> int | None:
        """Do nothing: nobody takes a comparison over."""

    def keep(self, _cursor: PgCursor, _chunk: RawChunk, written: WrittenChunk) -> None:
        self.counts += written.counts
        self.reasons += [written.refused_links] if written.refused_links else []

    def tally(self, _: PgCursor, swept: SweepResult) -> tuple[Counts, list[str], dict[str, str]]:
        self.gone = swept.deleted
        self.reasons += [swept.refused_reason] if swept.refused_reason else []
        return self.counts, self.reasons, {}

    def close(self, _: PgCursor, _result: SaveResult) -> None:
        """Do nothing: there is no row to close."""

    def compare(self, basis: Basis, plan: RunPlan) -> Comparison:
        manifest, entity = self.staging.manifest, self.entity
        settled, begun, part = basis.settled, basis.begun, basis.part
        rows = DifferingRows(self.cursor, entity, self.shadow, settled.compose, begun)
        found = rows.find(list_compared(entity, added=self.shadow.plan.added))
        if part is not None and part.finds_ghosts and self.shadow.can_sweep:
            keys = chain(read_keys(self.staging, entity), part.moved)
            self.gone, unreadable = load_absent(self.cursor, entity, part.rows, keys)
            self.reasons += [unreadable] if unreadable else []
        # a sweep, too, leaves the rows that the source lacks
        ghosts = find_ghosts(self.cursor, entity, settled.compose("t"), begun) if self.gone else FoundRows()
        words = {
            word: found.counts.get(word, 0) + ghosts.counts.get(word, 0) for word in (SETTLED, NEWER, UNDATED)
        }
        differences = name_differences(entity, found.rows, ghosts.rows)
        compared, gone = rows.count_compared()
        return Comparison(
            differences=differences,
            total=words[SETTLED],
            newer=words[NEWER],
            undated=words[UNDATED],
            records=manifest.records - gone,
            compared=compared,
            rejected=self.counts.failed,
            rows=rows.count_live(None if part is None else part.rows),
            unread=self._explain_unread(plan, part),
            ghosts=ghosts.counts.get(SETTLED, 0),
            until=plan.until,
        )

    def _explain_unread(self, plan: RunPlan, part: Part | None) -> str | None:
        """Say why a row without a record may still be there at the source."""
        manifest = self.staging.manifest
        if manifest.incomplete_reason and manifest.incomplete_reason != plan.unread_reason:
            return manifest.incomplete_reason
        if refused := manifest.source.get("refused"):
            return f"{len(refused)} part(s) of the source refused to be read: {next(iter(refused.values()))}"
        if self.reasons:
            return " ".join(self.reasons)
        if not self.shadow.can_sweep:
            return "the table lacks columns that the next run will add"
        if compares_all(self.staging, plan) or (part is not None and part.finds_ghosts):
            return None
        return "the source does not list all that it has, so a row without a record may be there all the same"

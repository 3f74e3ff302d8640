"""What the latest runs of an entity took: the ground of a plan."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crm_sync.config.models import EntityConfig
from crm_sync.storage.connections import NO_SCHEMA, Connect, open_transaction
from crm_sync.storage.history.watermark import name_table
from crm_sync.storage.sql_files import load_sql

_MOST_RUNS = 100
LATEST = 9
"""Runs of a mode whose median counts: an odd number, and few, since sources grow."""


@dataclass(frozen=True)
class UsualRun:
    """One run of the past that read all of its window.

    Args:
        id: row of the history.
        mode: full, delta or replay.
        records: created, updated, unchanged and failed together.
        deleted: rows marked.
        duplicates: records that came more than once.
        calls: requests or queries; None: not noted.
        seconds: from its first to its last moment.
        wait_s: of them, waited for limits.
        cost_usd: price of its queries; None: they have none.
        window_s: length of its window; None: it began at the beginning.
        max_records: most records that it was to read; 0: all.
    """

    id: int
    mode: str
    records: int
    created: int
    updated: int
    deleted: float
    duplicates: float
    calls: float | None
    seconds: float
    wait_s: float
    cost_usd: float | None
    window_s: float | None
    max_records: int

    @property
    def came(self) -> float:
        """Records that the source gave."""
        return self.records + self.duplicates


def read_usual_runs(connect: Connect, entity: EntityConfig) -> list[UsualRun]:
    """Give the latest complete runs that wrote to the entity's table, newest first."""
    try:
        with open_transaction(connect) as cursor:
            cursor.execute(load_sql("queries/select_usual_runs"), {**name_table(entity), "most": _MOST_RUNS})
            return [UsualRun(*row) for row in cursor.fetchall()]
    except NO_SCHEMA:
        return []


def pick_like(runs: Iterable[UsualRun], mode: str) -> list[UsualRun]:
    """Give the latest runs of a mode that were to read all of it."""
    return [run for run in runs if run.mode == mode and not run.max_records][:LATEST]


def find_median(runs: Iterable[UsualRun], get: Callable[[UsualRun], float | None]) -> float | None:
    """Give the median of a figure of those runs that have it; None: none has."""
    values = [value for run in runs if (value := get(run)) is not None]
    return statistics.median(values) if values else None

"""The state of each entity in one word and one sentence: is it fresh, and if not, why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.constants import SyncStatus
from crm_sync.insight.expectation import find_oldest_good
from crm_sync.insight.schema import has_history
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.sql_files import load_sql

MOST_REJECTS = 101
"""More open rejects of an entity than this are not counted: a million of them would take seconds."""
_RELIABLE = 0.8
"""Share of a day's runs that has to go well."""


class Health(StrEnum):
    """How an entity is, the worst first."""

    FAILED = "failed"
    LATE = "late"
    NEVER = "never"
    UNRELIABLE = "unreliable"
    PARTIAL = "partial"
    RUNNING = "running"
    FRESH = "fresh"


GOOD = frozenset({Health.PARTIAL, Health.RUNNING, Health.FRESH})
"""What nobody has to be woken for."""


@dataclass(frozen=True)
class EntityState:
    """One entity as it is now.

    Args:
        health: in one word.
        reason: in one sentence.
        status: of the latest run; None: there was none.
        sync_history_id: the latest run.
        watermark: up to where the table is complete.
        last_good_end_time: when the last complete run ended.
        due_since: moment behind which the last complete run should have ended; None: nothing says so.
        runs_24h: runs that ended, of the last 24 hours.
        good_24h: of them, those that did not fail.
        runs_7d: the same of a week.
        good_7d: the same of a week.
        open_rejects: at most `MOST_REJECTS`.
        dag_id: of the latest run.
        run_id: of the latest run.
    """

    crm_source: str
    sync_type: str
    health: Health
    reason: str
    status: SyncStatus | None = None
    sync_history_id: int | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    watermark: datetime | None = None
    last_good_end_time: datetime | None = None
    due_since: datetime | None = None
    runs_24h: int = 0
    good_24h: int = 0
    runs_7d: int = 0
    good_7d: int = 0
    open_rejects: int = 0
    dag_id: str | None = None
    run_id: str | None = None

    @property
    def is_good(self) -> bool:
        """Tell whether nothing has to be done."""
        return self.health in GOOD


def read_overview(connect: Connect, sources: Iterable[SourceConfig], now: datetime) -> list[EntityState]:
    """Give the state of each configured entity, the worst first.

    Raises:
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    rows = read_rows(connect) if has_history(connect) else {}
    return sort_states(
        judge(source, entity, rows.get((source.crm_source, entity.sync_type)), now)
        for source in sources
        for entity in source.entities.values()
    )


def read_rows(
    connect: Connect, crm_sources: Sequence[str] | None = None, sync_type: str | None = None
) -> dict[tuple[str, str], dict[str, Any]]:
    """Give what the history says of entities that ever ran, by `(crm_source, sync_type)`: for `judge`.

    Args:
        connect: makes a warehouse connection.
        crm_sources: of these CRMs alone; None: of all.
        sync_type: of entities of this name alone.
    """
    named = None if crm_sources is None else list(crm_sources)
    asked = {"crm_sources": named, "sync_type": sync_type, "most_rejects": MOST_REJECTS}
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_overview"), asked)
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {(row["crm_source"], row["sync_type"]): row for row in rows}


def sort_states(states: Iterable[EntityState]) -> list[EntityState]:
    """Put the worst first."""
    ranks = {health: rank for rank, health in enumerate(Health)}
    return sorted(states, key=lambda state: (ranks[state.health], state.crm_source, state.sync_type))


def leave_out_unused(states: Iterable[EntityState]) -> list[EntityState]:
    """Leave out CRMs that are shipped and never ran: nobody here uses them."""
    found = list(states)
    used = {state.crm_source for state in found if state.sync_history_id is not None}
    return [state for state in found if state.crm_source in used]


def judge(
    source: SourceConfig, entity: EntityConfig, row: Mapping[str, Any] | None, now: datetime
) -> EntityState:
    """Say how one entity is.

    Args:
        source: its CRM.
        entity: configuration.
        row: of the history; None: it has none.
        now: aware.
    """
    due_since = find_oldest_good(source, entity, now)
    if row is None:
        return EntityState(
            source.crm_source, entity.sync_type, Health.NEVER, "It has never run.", due_since=due_since
        )
    health, reason = next(_list_findings(row, due_since), (Health.FRESH, ""))
    kept = {name: value for name, value in row.items() if name in EntityState.__dataclass_fields__}
    kept["status"] = SyncStatus(row["status"])
    return EntityState(**kept, health=health, reason=reason, due_since=due_since)


def _list_findings(row: Mapping[str, Any], due_since: datetime | None) -> Iterator[tuple[Health, str]]:
    """Give what there is to say, the worst first."""
    status, last_good = row["status"], row["last_good_end_time"]
    is_running = status == SyncStatus.RUNNING
    said = " ".join((row["error_message"] or "").split())
    if status == SyncStatus.FAILED:
        times = row["failures_in_a_row"]
        often = f"The last {times} runs failed" if times > 1 else "The last run failed"
        yield Health.FAILED, f"{often}: {said or 'no reason was noted.'}"
    if last_good is None and not is_running:
        yield Health.NEVER, f"No run has read it completely yet: {said or 'no reason was noted.'}"
    if last_good is not None and due_since is not None and last_good < due_since:
        moment = last_good.strftime("%Y-%m-%d %H:%M UTC")
        yield Health.LATE, f"The last complete run ended {moment}, and two have been due since."
    if row["runs_24h"] > 1 and row["good_24h"] < _RELIABLE * row["runs_24h"]:
        yield (
            Health.UNRELIABLE,
            f"{row['good_24h']} of {row['runs_24h']} runs of the last 24 hours went well.",
        )
    if is_running:
        yield Health.RUNNING, "Its first run is under way." if last_good is None else "A run is under way."
    if status == SyncStatus.PARTIAL:
        yield Health.PARTIAL, said

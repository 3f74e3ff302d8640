"""The state of each entity in one word and one sentence: is it fresh, and if not, why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.constants import SyncStatus
from crm_sync.insight.expectation import find_oldest_good
from crm_sync.insight.findings import GOOD, RANKS, Finding, Health
from crm_sync.insight.further import group_further
from crm_sync.insight.proofs import LatestProof, read_latest_proofs
from crm_sync.insight.schema import has_history
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.sql_files import load_sql

MOST_REJECTS = 101
"""More open rejects of an entity than this are not counted: a million of them would take seconds."""
_RELIABLE = 0.8
"""Share of a day's runs that has to go well."""


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
        findings: all that is wrong, the worst first; `health` and `reason` are the first of them.
        proof: what is known of the table against its source; None: they were never compared.
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
    findings: tuple[Finding, ...] = ()
    proof: LatestProof | None = None

    @property
    def is_good(self) -> bool:
        """Tell whether nothing has to be done."""
        return self.health in GOOD


def read_overview(connect: Connect, sources: Iterable[SourceConfig], now: datetime) -> list[EntityState]:
    """Give the state of each configured entity, the worst first.

    Raises:
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    is_there = has_history(connect)
    rows = read_rows(connect) if is_there else {}
    others = group_further(connect) if is_there else {}
    proofs = read_latest_proofs(connect) if is_there else {}
    return sort_states(
        replace(judge(source, entity, rows.get(key), now, others.get(key, ())), proof=proofs.get(key))
        for source in sources
        for entity in source.entities.values()
        for key in [(source.crm_source, entity.sync_type)]
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
    return sorted(states, key=lambda state: (RANKS[state.health], state.crm_source, state.sync_type))


def leave_out_unused(states: Iterable[EntityState]) -> list[EntityState]:
    """Leave out CRMs that are shipped and never ran: nobody here uses them."""
    found = list(states)
    used = {state.crm_source for state in found if state.sync_history_id is not None}
    return [state for state in found if state.crm_source in used]


def judge(
    source: SourceConfig,
    entity: EntityConfig,
    row: Mapping[str, Any] | None,
    now: datetime,
    others: Sequence[Finding] = (),
) -> EntityState:
    """Say how one entity is.

    Args:
        source: its CRM.
        entity: configuration.
        row: of the history; None: it has none.
        now: aware.
        others: what the warehouse itself has found.
    """
    due_since = find_oldest_good(source, entity, now)
    if row is None:
        never = Finding(source.crm_source, entity.sync_type, Health.NEVER, "It has never run.")
        return EntityState(
            source.crm_source,
            entity.sync_type,
            never.kind,
            never.sentence,
            due_since=due_since,
            findings=(never,),
        )
    run = {"dag_id": row["dag_id"], "run_id": row["run_id"]}
    own = (Finding(source.crm_source, entity.sync_type, *one) for one in _list_findings(row, due_since))
    found = sorted((replace(one, **run) for one in (*own, *others)), key=lambda one: RANKS[one.kind])
    health, reason = (found[0].kind, found[0].sentence) if found else _describe_good(row)
    kept = {name: value for name, value in row.items() if name in EntityState.__dataclass_fields__}
    kept["status"] = SyncStatus(row["status"])
    return EntityState(**kept, health=health, reason=reason, due_since=due_since, findings=tuple(found))


def _list_findings(
    row: Mapping[str, Any], due_since: datetime | None
) -> Iterator[tuple[Health, str, datetime | None]]:
    """Give what is wrong by the history and the schedule; the view crm_sync.health has the same."""
    last_good, is_running = row["last_good_end_time"], row["status"] == SyncStatus.RUNNING
    times = row["failures_in_a_row"]
    # until a run went well nothing is over: a try that is under way says nothing
    if row["status"] == SyncStatus.FAILED or (is_running and times):
        often = f"The last {times} runs failed" if times > 1 else "The last run failed"
        why = " ".join((row["last_error"] or "no reason was noted.").split())
        yield Health.FAILED, f"{often}: {why}", row["failing_since"] or row["start_time"]
    if last_good is None and (not is_running or row["runs_7d"]):
        why = " ".join((row["last_error"] or "no reason was noted.").split())
        yield Health.NEVER, f"No run has read it completely yet: {why}", row["start_time"]
    if last_good is not None and due_since is not None and last_good < due_since:
        moment = last_good.strftime("%Y-%m-%d %H:%M UTC")
        yield Health.LATE, f"The last complete run ended {moment}, and two have been due since.", due_since
    if row["runs_24h"] > 1 and row["good_24h"] < _RELIABLE * row["runs_24h"]:
        went = f"{row['good_24h']} of {row['runs_24h']} runs of the last 24 hours went well."
        yield Health.UNRELIABLE, went, None


def _describe_good(row: Mapping[str, Any]) -> tuple[Health, str]:
    if row["status"] == SyncStatus.RUNNING:
        which = "A" if row["last_good_end_time"] else "Its first"
        return Health.RUNNING, f"{which} run is under way."
    if row["status"] == SyncStatus.PARTIAL:
        return Health.PARTIAL, " ".join((row["error_message"] or "").split())
    return Health.FRESH, ""

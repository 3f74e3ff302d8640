"""Estimates a run before it begins: records, calls, time, share of the day's quota, rows, money.

What the source counts comes first, then what such runs usually were.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from psycopg2 import errors, sql

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.constants import SyncMode
from crm_sync.insight.usual import LATEST, UsualRun, find_median, pick_like, read_usual_runs
from crm_sync.sources.pace import DEFAULT_CLASS, Pace, weigh_classes
from crm_sync.storage.connections import NO_SCHEMA, Connect, open_transaction
from crm_sync.storage.sql_files import load_sql
from crm_sync.storage.statements import get_identifier
from crm_sync.sync.window import RunPlan

_SIMILAR = 2.0
"""A window up to so many times longer or shorter than the usual one brings what is usual."""


@dataclass(frozen=True)
class Ahead:
    """What a run would read.

    Args:
        plan: mode and window.
        page_size: records that it asks for at a time.
        max_records: most records that it reads; 0: all.
        count: records, as the source says; None: it does not.
        calls: requests that the run makes before its first page.
        pace: the account's limits.
        refreshes: columns that go stale are due to be read again, for all records.
    """

    plan: RunPlan
    page_size: int
    max_records: int
    count: int | None
    calls: float
    pace: Pace
    refreshes: bool = False


@dataclass(frozen=True)
class Rows:
    """The rows of a table: those that are there at the source, and those that are marked as deleted."""

    live: int
    gone: int


@dataclass(frozen=True)
class Quota:
    """What a run takes of a quota of the day.

    Args:
        name: class of the CRM's limits.
        per_day: what a day has, after the share that is left to other tools.
        used: promised today already.
        needed: by this run.
    """

    name: str
    per_day: int
    used: int
    needed: float

    @property
    def share(self) -> float:
        """Give the share of the day that the run takes, 1 for all of it."""
        return self.needed / self.per_day

    @property
    def fits(self) -> bool:
        """Tell whether the rest of the day is enough."""
        return self.needed <= self.per_day - self.used


@dataclass(frozen=True)
class Estimate:
    """What a run would read and take; None: nobody knows.

    Args:
        mode: full, delta or replay.
        since: beginning of its window, aware UTC; None: everything.
        until: end of its window, aware UTC.
        records: that the source gives.
        basis: where their number comes from: `counted`, `usual`, `table` or `unknown`.
        calls: requests or queries.
        seconds: from its beginning to its end.
        created: rows.
        updated: rows.
        cost_usd: price of its queries.
        quota: what it takes of the tightest quota of the day; None: there is none, or nobody knows its calls.
        runs: how many runs of the past it goes by.
    """

    crm_source: str
    sync_type: str
    mode: str
    since: datetime | None
    until: datetime
    records: int | None
    basis: str
    calls: int | None
    seconds: float | None
    created: int | None
    updated: int | None
    cost_usd: float | None
    quota: Quota | None
    runs: int

    @property
    def warning(self) -> str | None:
        """Say that the day's quota is not enough; None: it is, or nobody knows."""
        quota = self.quota
        if quota is None or quota.fits:
            return None
        left = max(0, quota.per_day - quota.used)
        return (
            f"It needs about {quota.needed:,.0f} of the day's {quota.per_day:,} ({quota.name}), and {left:,} "
            "are left: the quota will cut it off, and the next run goes on from there."
        )


def estimate_run(connect: Connect, source: SourceConfig, entity: EntityConfig, ahead: Ahead) -> Estimate:
    """Estimate a run.

    Args:
        connect: makes a warehouse connection.
        source: configuration of the CRM.
        entity: configuration of the entity.
        ahead: what the run would read.
    """
    usual, rows = read_usual_runs(connect, entity), count_rows(connect, entity)
    mode = str(ahead.plan.mode)
    like = pick_like(usual, mode)
    records, basis = _estimate_records(entity, ahead, usual, like, rows)
    if records is not None and ahead.max_records:
        records = min(records, ahead.max_records)
    calls = _estimate_calls(ahead, like, records)
    quotas = _list_quotas(connect, source, entity, ahead, calls)
    return Estimate(
        crm_source=entity.crm_source,
        sync_type=entity.sync_type,
        mode=mode,
        since=ahead.plan.since,
        until=ahead.plan.until,
        records=records,
        basis=basis,
        calls=calls,
        seconds=_estimate_seconds(source, entity, ahead, like, records, calls),
        created=_estimate_created(ahead, like, records, rows),
        updated=_estimate_updated(ahead, usual, like, records),
        cost_usd=_estimate_cost(ahead, like, records),
        quota=min(quotas, key=lambda one: one.per_day - one.used - one.needed, default=None),
        runs=len(like),
    )


def count_rows(connect: Connect, entity: EntityConfig) -> Rows | None:
    """Count the rows of an entity's table; None: there is no table."""
    statement = sql.SQL(
        "select count(*) filter (where sync_deleted_at is null), count(sync_deleted_at) from {}"
    )
    try:
        with open_transaction(connect) as cursor:
            cursor.execute(statement.format(get_identifier(entity)))
            return Rows(*(cursor.fetchone() or (0, 0)))
    except (*NO_SCHEMA, errors.UndefinedColumn):
        return None


def _estimate_records(
    entity: EntityConfig, ahead: Ahead, usual: list[UsualRun], like: list[UsualRun], rows: Rows | None
) -> tuple[int | None, str]:
    is_full = ahead.plan.mode is SyncMode.FULL
    if ahead.count is not None:
        lists_gone = isinstance(entity.read, RestIdsRead) and entity.read.archived is not None
        live, gone = (0, 0) if rows is None else (rows.live, rows.gone)
        # a list shows what is deleted, too; where a pass of its own does, a refresh leaves that out
        shows_gone = entity.deleted is not None and not isinstance(entity.read, RestIdsRead)
        again = live + (gone if shows_gone else 0) if ahead.refreshes else 0
        return ahead.count + (gone if is_full and lists_gone else 0) + again, "counted"
    if is_full and like:
        last = like[0]
        since = [run for run in usual if run.id > last.id]
        return round(last.came + sum(run.created - run.deleted for run in since)), "usual"
    if is_full:
        return (None, "unknown") if rows is None else (rows.live, "table")
    came = find_median(like, lambda run: run.came)
    if came is None:
        return None, "unknown"
    usual_s = find_median(like, lambda run: run.window_s)
    window_s = None if ahead.plan.since is None else (ahead.plan.until - ahead.plan.since).total_seconds()
    ratio = 1.0 if not usual_s or window_s is None else window_s / usual_s
    return round(came * (1.0 if 1 / _SIMILAR <= ratio <= _SIMILAR else ratio)), "usual"


def _estimate_calls(ahead: Ahead, like: list[UsualRun], records: int | None) -> int | None:
    """Go by the usual run, and by pages for the records that it is more or less."""
    if records is None:
        return None
    known = [run for run in like if run.calls is not None]
    if not known:
        return math.ceil(ahead.calls + max(1, math.ceil(records / ahead.page_size)))
    calls, came = (
        find_median(known, lambda run: run.calls) or 0,
        find_median(known, lambda run: run.came) or 0,
    )
    per_record = find_median(known, lambda run: (run.calls or 0) / run.came if run.came else None) or 0
    # far more calls than pages, in a read of several: each record takes some of its own
    takes_own = came > _SIMILAR * ahead.page_size and per_record * ahead.page_size > _SIMILAR * 2
    slope = per_record if takes_own else 1 / ahead.page_size
    return max(1, round(calls + (records - came) * slope))


def _estimate_seconds(
    source: SourceConfig,
    entity: EntityConfig,
    ahead: Ahead,
    like: list[UsualRun],
    records: int | None,
    calls: int | None,
) -> float | None:
    """Give the longer of what such runs take and what the limits allow."""
    paces = [
        calls * weight / rate
        for name, weight in weigh_classes(entity.read, ahead.plan.mode).items()
        if calls is not None and (rate := ahead.pace.calls_per_s.get(_find_class(source, name)))
    ]
    took = find_median(like, lambda run: run.seconds - run.wait_s)
    rate = find_median(like, lambda run: (run.seconds - run.wait_s) / run.came if run.came else None)
    came = find_median(like, lambda run: run.came)
    usual_s = None
    if took is not None and records is not None:
        usual_s = max(0.0, took + (records - (came or 0)) * (rate or 0))
    known = [one for one in (*paces, usual_s) if one is not None]
    return max(known) if known else None


def _estimate_created(
    ahead: Ahead, like: list[UsualRun], records: int | None, rows: Rows | None
) -> int | None:
    if ahead.plan.mode is SyncMode.FULL and records is not None:
        return max(0, records - (0 if rows is None else rows.live + rows.gone))
    return _scale(like, records, lambda run: float(run.created))


def _estimate_updated(
    ahead: Ahead, usual: list[UsualRun], like: list[UsualRun], records: int | None
) -> int | None:
    """Give the rows that changed since the last run: a whole read finds as many as a delta does."""
    if ahead.plan.mode is SyncMode.FULL:
        # a first load updates nothing, whatever changes later
        later = [run for run in usual[:LATEST] if run.created < run.records]
        changed = find_median(later, lambda run: float(run.updated))
        return 0 if changed is None else round(changed)
    return _scale(like, records, lambda run: float(run.updated))


def _estimate_cost(ahead: Ahead, like: list[UsualRun], records: int | None) -> float | None:
    # a query of everything is paid by what it scans, and the table grows with its records
    usual = find_median(like, lambda run: run.cost_usd)
    came = find_median(like, lambda run: run.came)
    if usual is None or ahead.plan.mode is not SyncMode.FULL or not came or records is None:
        return usual
    return usual * records / came


def _scale(like: list[UsualRun], records: int | None, get: Callable[[UsualRun], float]) -> int | None:
    share = find_median(like, lambda run: get(run) / run.came if run.came else None)
    return None if share is None or records is None else round(share * records)


def _list_quotas(
    connect: Connect, source: SourceConfig, entity: EntityConfig, ahead: Ahead, calls: int | None
) -> list[Quota]:
    rest = source.rest
    if rest is None or calls is None or not ahead.pace.calls_per_day:
        return []
    needed: dict[str, float] = {}
    for name, weight in weigh_classes(entity.read, ahead.plan.mode).items():
        known = _find_class(source, name)
        needed[known] = needed.get(known, 0) + calls * weight
    quotas = {name: ahead.pace.calls_per_day[name] for name in needed if name in ahead.pace.calls_per_day}
    zones = {name: rest.rate_limits[name].day_zone if name in rest.rate_limits else "UTC" for name in quotas}
    used = read_day_counts(connect, source, zones)
    return [
        Quota(name, max(1, int(per_day * (1 - rest.reserve))), used.get(name, 0), needed[name])
        for name, per_day in quotas.items()
    ]


def read_day_counts(connect: Connect, source: SourceConfig, zones: dict[str, str]) -> dict[str, int]:
    """Give what was promised today of each class, in the time zone of its quota."""
    asked = {"crm_source": source.crm_source, "classes": list(zones), "zones": list(zones.values())}
    try:
        with open_transaction(connect) as cursor:
            cursor.execute(load_sql("queries/select_day_counts"), asked)
            return {name: int(count) for name, count in cursor.fetchall()}
    except NO_SCHEMA:
        return {}


def _find_class(source: SourceConfig, name: str) -> str:
    """Give the class whose limit counts a call: one that has no limit of its own shares the usual one."""
    return name if source.rest is None or name in source.rest.rate_limits else DEFAULT_CLASS

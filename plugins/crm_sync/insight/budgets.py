"""How much of each CRM's limits is used at this moment, and by whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm_sync.config.rest_config import FREE, RateLimit
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.sql_files import load_sql


@dataclass(frozen=True)
class UsedBudget:
    """One row of crm_sync.rate_budget: `slots` are moments of promised calls, oldest first."""

    crm_source: str
    account: str
    endpoint_class: str
    slots: list[datetime]
    group_size: int
    """Calls that each of `slots` stands for."""
    group_count: int
    """Calls after the last of `slots`."""
    blocked_until: datetime | None
    quota_day: date | None
    day_count: int
    total_count: int
    now: datetime
    """By the database's clock."""


@dataclass(frozen=True)
class DayQuota:
    """How a day's quota stands."""

    calls: int
    used: int
    resets_at: datetime
    expected_empty_at: datetime | None


def read_used(connect: Connect, crm_sources: Sequence[str]) -> list[UsedBudget]:
    """Give what is promised of the budgets of some CRMs."""
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_rate_budgets"), {"crm_sources": list(crm_sources)})
        return [UsedBudget(*row) for row in cursor.fetchall()]


def read_hourly_calls(
    connect: Connect, crm_sources: Sequence[str], hours: Sequence[datetime]
) -> dict[str, dict[datetime, int]]:
    """Give the calls of each of some hours by CRM: of the runs that ended in it.

    Args:
        connect: makes a warehouse connection.
        crm_sources: of these CRMs.
        hours: beginnings of hours, aware UTC, oldest first and within the last ten days; open runs count in
            the last one.

    Raises:
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    found = {name: dict.fromkeys(hours, 0) for name in crm_sources}
    with open_transaction(connect) as cursor:
        asked = {"crm_sources": list(crm_sources), "since": hours[0]}
        cursor.execute(load_sql("queries/select_hourly_calls"), asked)
        for crm_source, hour, calls in cursor.fetchall():
            # an hour that began since the caller looked at the clock counts in the last one, too
            found[crm_source][min(hour or hours[-1], hours[-1])] += calls
    return found


def read_entity_calls(
    connect: Connect, asked: Collection[tuple[str, datetime]]
) -> dict[tuple[str, datetime], dict[str, int]]:
    """Give calls by entity, the greatest first: of the runs that ended in hours that began since a moment.

    Args:
        connect: makes a warehouse connection.
        asked: CRMs with such a moment, aware and within the last ten days; the calls of open runs count, too.

    Raises:
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    found: dict[tuple[str, datetime], dict[str, int]] = {one: {} for one in asked}
    with open_transaction(connect) as cursor:
        names, moments = [name for name, _ in asked], [moment for _, moment in asked]
        cursor.execute(load_sql("queries/select_entity_calls"), {"crm_sources": names, "moments": moments})
        for crm_source, moment, sync_type, calls in cursor.fetchall():
            found[crm_source, moment][sync_type] = calls
    return found


def is_free(limit: RateLimit) -> bool:
    """Tell whether a limit sets no pace."""
    return (limit.requests, limit.per_s) == tuple(FREE.values())


def count_within(used: UsedBudget | None, seconds: float) -> int:
    """Count the calls that were promised for the last seconds, or for later."""
    if used is None:
        return 0
    since = used.now - timedelta(seconds=seconds)
    count = sum(slot > since for slot in used.slots) * used.group_size
    is_recent = bool(used.slots) and used.slots[-1] > since
    return count + (used.group_count if is_recent or not used.slots else 0)


def judge_quota(limit: RateLimit, reserve: float, used: UsedBudget | None, now: datetime) -> DayQuota | None:
    """Say how much of a day's quota is used, and when today's pace would use it up.

    Args:
        limit: of the endpoint class.
        reserve: share that is left to the company's other tools.
        used: None: nobody has called yet.
        now: aware.

    Returns:
        None where there is no such quota.
    """
    if not limit.per_day:
        return None
    calls = max(1, int(limit.per_day * (1 - reserve)))
    zone = ZoneInfo(limit.day_zone)
    today = now.astimezone(zone).date()
    begins = datetime.combine(today, time(), zone)
    ends = datetime.combine(today + timedelta(days=1), time(), zone)
    made = used.day_count if used is not None and used.quota_day == today else 0
    return DayQuota(calls, made, ends, _expect_end(calls, made, begins, ends, now))


def _expect_end(calls: int, made: int, begins: datetime, ends: datetime, now: datetime) -> datetime | None:
    if made >= calls:
        return now
    passed_s = (now - begins).total_seconds()
    if not made or passed_s <= 0:
        return None
    expected = now + timedelta(seconds=(calls - made) * passed_s / made)
    return expected if expected < ends else None

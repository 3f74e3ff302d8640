"""What each limit allows, how much of it is used, and by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter

from crm_sync.config.models import SourceConfig
from crm_sync.config.rest_config import RateLimit
from crm_sync.insight.budgets import (
    UsedBudget,
    count_within,
    is_free,
    judge_quota,
    read_entity_calls,
    read_hourly_calls,
    read_used,
)
from crm_sync.web import limits
from crm_sync.web.answers import budgets as answers
from crm_sync.web.guard import ViewerDep
from crm_sync.web.reach import NoAnswerError, ReachDep, group_by_warehouse

router = APIRouter()
_HOURS = 24


@router.get("/budgets")
def read_budgets(viewer: ViewerDep, reach: ReachDep) -> answers.Budgets:
    """Give each limit and quota that the user may see: what is used now, over the day, and by whom."""
    now, problem = reach.clock(), None
    budgets: list[answers.Budget] = []
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=_HOURS - 1)
    hours = [first + timedelta(hours=number) for number in range(_HOURS)]
    paced = [source for source in reach.list_visible(viewer) if source.rest is not None]
    for group in group_by_warehouse(paced):
        allowed = {source.crm_source: limits.read_limits(source) for source in group}
        asked = {
            (name, _find_midnight(limit, now))
            for name, own in allowed.items()
            for limit in own.by_class.values()
        }
        used: list[UsedBudget] = []
        calls = _Calls({}, {})
        try:
            with reach.ask(group[0]) as connect:
                used = read_used(connect, list(allowed))
                calls = _Calls(
                    read_hourly_calls(connect, list(allowed), hours), read_entity_calls(connect, asked)
                )
        except NoAnswerError as error:
            problem = str(error)
        for source in group:
            budgets += _list_budgets(source, allowed[source.crm_source], used, calls, hours, now)
    return answers.Budgets(now=now, problem=problem, budgets=budgets)


@dataclass(frozen=True)
class _Calls:
    """Calls by CRM and hour, and by CRM, beginning of a day and entity; empty: nobody could be asked."""

    by_hour: Mapping[str, Mapping[datetime, int]]
    by_entity: Mapping[tuple[str, datetime], Mapping[str, int]]


def _list_budgets(
    source: SourceConfig,
    found: limits.Limits,
    used: Sequence[UsedBudget],
    calls: _Calls,
    hours: Sequence[datetime],
    now: datetime,
) -> Iterator[answers.Budget]:
    reserve = source.rest.reserve if source.rest else 0.0
    rows: Mapping[tuple[str, str], UsedBudget] = {
        (one.account, one.endpoint_class): one for one in used if one.crm_source == source.crm_source
    }
    by_hour = calls.by_hour.get(source.crm_source, {})
    # an account that was renamed has rows still, which count for nothing
    for name, limit in found.by_class.items():
        row = rows.get((source.connection_id, name))
        quota = judge_quota(limit, reserve, row, now)
        yield answers.Budget(
            crm_source=source.crm_source,
            account=source.connection_id,
            endpoint_class=name,
            is_paced=found.is_paced,
            limits=[] if is_free(limit) else [_show_limit(limit, reserve, row)],
            quota=None
            if quota is None
            else answers.Quota(
                calls=quota.calls,
                unit=limit.unit,
                used=quota.used,
                share=quota.used / quota.calls,
                resets_at=quota.resets_at,
                expected_empty_at=quota.expected_empty_at,
            ),
            blocked_until=row.blocked_until if row and (row.blocked_until or now) > now else None,
            total_count=row.total_count if row else 0,
            users=[
                answers.User(sync_type=entity, calls_today=count)
                for entity, count in calls.by_entity.get(
                    (source.crm_source, _find_midnight(limit, now)), {}
                ).items()
            ],
            hours=[answers.Hour(hour=hour, calls=by_hour.get(hour, 0)) for hour in hours],
        )


def _show_limit(limit: RateLimit, reserve: float, row: UsedBudget | None) -> answers.Limit:
    calls = max(1, int(limit.requests * (1 - reserve)))
    return answers.Limit(
        calls=calls, seconds=limit.per_s, used_now=min(calls, count_within(row, limit.per_s))
    )


def _find_midnight(limit: RateLimit, now: datetime) -> datetime:
    zone = ZoneInfo(limit.day_zone)
    return datetime.combine(now.astimezone(zone).date(), time(), zone)

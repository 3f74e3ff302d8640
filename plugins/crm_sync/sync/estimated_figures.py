"""The single figures of an estimate: what the source counts comes first, then what such runs usually were."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.constants import SyncMode
from crm_sync.insight.usual import UsualRun, find_median
from crm_sync.sources.pace import weigh_classes
from crm_sync.sync.ahead import Ahead
from crm_sync.sync.day_quotas import find_class

_SIMILAR = 2.0
"""A window up to so many times longer or shorter than the usual one brings what is usual."""


@dataclass(frozen=True)
class Rows:
    """The rows of a table: those that are there at the source, and those that are marked as deleted."""

    live: int
    gone: int


def estimate_records(
    entity: EntityConfig, ahead: Ahead, usual: list[UsualRun], like: list[UsualRun], rows: Rows | None
) -> tuple[int | None, str]:
    """Give the records that the source will give, and where the number comes from."""
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


def estimate_calls(ahead: Ahead, like: list[UsualRun], records: int | None) -> int | None:
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


def estimate_seconds(
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
        if calls is not None and (rate := ahead.pace.calls_per_s.get(find_class(source, name)))
    ]
    took = find_median(like, lambda run: run.seconds - run.wait_s)
    rate = find_median(like, lambda run: (run.seconds - run.wait_s) / run.came if run.came else None)
    came = find_median(like, lambda run: run.came)
    usual_s = None
    if took is not None and records is not None:
        usual_s = max(0.0, took + (records - (came or 0)) * (rate or 0))
    known = [one for one in (*paces, usual_s) if one is not None]
    return max(known) if known else None


def estimate_created(
    ahead: Ahead, like: list[UsualRun], records: int | None, rows: Rows | None
) -> int | None:
    """Give the rows that come new: of a whole read, the records that the table does not have."""
    if ahead.plan.mode is not SyncMode.FULL or records is None:
        return _scale(like, records, lambda run: float(run.created))
    known = 0 if rows is None else rows.live + rows.gone
    # a number that goes by the table's own past says nothing of what the table lacks
    return max(0, records - known) if ahead.count is not None or not known else None


def estimate_updated(
    ahead: Ahead, like: list[UsualRun], records: int | None, rows: Rows | None
) -> int | None:
    """Give the rows that change; what a whole read finds changed, nobody knows before it."""
    if ahead.plan.mode is SyncMode.FULL:
        return None if rows is not None and rows.live + rows.gone else 0
    return _scale(like, records, lambda run: float(run.updated))


def estimate_cost(ahead: Ahead, like: list[UsualRun], records: int | None) -> float | None:
    """Give the price of its queries."""
    # a query of everything is paid by what it scans, and the table grows with its records
    usual = find_median(like, lambda run: run.cost_usd)
    came = find_median(like, lambda run: run.came)
    if usual is None or ahead.plan.mode is not SyncMode.FULL or not came or records is None:
        return usual
    return usual * records / came


def _scale(like: list[UsualRun], records: int | None, get: Callable[[UsualRun], float]) -> int | None:
    share = find_median(like, lambda run: get(run) / run.came if run.came else None)
    return None if share is None or records is None else round(share * records)

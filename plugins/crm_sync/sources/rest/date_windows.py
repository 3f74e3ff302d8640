"""Spans of days for sources that filter by an event's time: which ones a read asks for, and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm_sync.config.rest_filters import DateWindows

_DAY_S = 86_400
_FAR = timedelta(days=20 * 366)
"""How far the open ends of a whole read reach, where events may be planned."""

_NEAR = timedelta(days=7)
"""A gap between runs that comes so close to what the source keeps is a warning, or a quarter of that."""


@dataclass(frozen=True)
class DayRange:
    """Whole days, both included, in one time zone."""

    first: date
    last: date

    @property
    def day_after(self) -> date:
        """Give the first day that is no part of it."""
        return self.last + timedelta(days=1)

    def build_params(self, windows: DateWindows, zone: ZoneInfo) -> dict[str, str]:
        """Give the query parameters that ask for these days; none where slots of the pass do."""
        if not (windows.from_param and windows.to_param):
            return {}
        if windows.format == "date":
            return {windows.from_param: self.first.isoformat(), windows.to_param: self.last.isoformat()}
        end = midnight(self.day_after, zone)
        return {windows.from_param: midnight(self.first, zone).isoformat(), windows.to_param: end.isoformat()}


def plan_windows(
    windows: DateWindows, zone: ZoneInfo, *, since: datetime | None, until: datetime
) -> list[DayRange]:
    """Give the windows of a read, oldest first; together they cover it without a gap.

    Args:
        windows: how the source filters.
        zone: whose days it means.
        since: lower bound of a delta; None: everything that the source may show.
        until: upper bound of the run.
    """
    last = (until + timedelta(seconds=windows.ahead_s)).astimezone(zone).date()
    oldest = find_first_day(windows, zone, until)
    if since is not None:
        first = max(oldest, (since - timedelta(seconds=windows.back_s)).astimezone(zone).date())
        return list(_split(first, max(first, last), windows))
    planned = list(_split(oldest, max(oldest, last), windows))
    if not windows.ahead_s:
        return planned
    # an event that was moved beyond either end is none that is gone
    day = timedelta(days=1)
    before = [DayRange(oldest - _FAR, oldest - day)] if windows.first is not None else []
    return [*before, *planned, DayRange(planned[-1].last + day, planned[-1].last + _FAR)]


def find_first_day(windows: DateWindows, zone: ZoneInfo, until: datetime) -> date:
    """Give the day from which a full read starts."""
    if windows.first is not None:
        return windows.first
    return until.astimezone(zone).date() - timedelta(days=windows.retention_days or 0)


def describe_cut(windows: DateWindows, zone: ZoneInfo, *, since: datetime, until: datetime) -> str | None:
    """Say that a lower bound lies before what is ever asked for; None: it does not."""
    oldest = find_first_day(windows, zone, until)
    if since >= midnight(oldest, zone):
        return None
    if windows.first is not None:
        why = f"full reads start at {oldest} (windows.first)"
    else:
        why = f"the source looks back {windows.retention_days} days only (windows.retention_days)"
    return f"Nothing before {oldest} was asked for, though the run starts at {since.isoformat()}: {why}."


def describe_near_cut(windows: DateWindows, zone: ZoneInfo, *, last: datetime, until: datetime) -> str | None:
    """Say that the gap since the last run is nearly what the source keeps; None: it is not."""
    if windows.retention_days is None:
        return None
    near = min(_NEAR, timedelta(days=windows.retention_days) / 4)
    oldest = find_first_day(windows, zone, until)
    if last >= midnight(oldest, zone) + near:
        return None
    return (
        f"The read goes back to about {last:%Y-%m-%d}, and the source keeps records for "
        f"{windows.retention_days} days only (windows.retention_days): a gap between runs that is a little "
        "longer loses records for good."
    )


def find_span(planned: list[DayRange], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Give the first moment of these windows and the one after them."""
    return midnight(planned[0].first, zone), midnight(planned[-1].day_after, zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Give the first moment of a day."""
    return datetime.combine(day, time.min, zone)


def _split(first: date, last: date, windows: DateWindows) -> Iterator[DayRange]:
    while first <= last:
        if windows.longest == "month":
            # the 28th is in each month, and four days on is the next one
            end = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        else:
            end = first + timedelta(days=max(1, windows.longest // _DAY_S) - 1)
        yield DayRange(first, min(end, last))
        first = end + timedelta(days=1)

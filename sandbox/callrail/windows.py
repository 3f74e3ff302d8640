"""Date parameters of a list request to a span of moments.

Both ends are whole days, included, in `time_zone`, or in the zone of the key's owner where none is named.
Without any date parameter the answer covers the latest seven days.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.callrail.config import DEFAULT_DAYS, RETENTION_MONTHS, CallRailConfig
from sandbox.callrail.errors import ApiError, too_old
from sandbox.callrail.times import day_start_ms, months_back
from sandbox.frame.messages import Request

Span = tuple[int, int]
"""Milliseconds, the second one not included."""


def read_span(request: Request, config: CallRailConfig, now: datetime) -> Span:
    """The span that a request asks for.

    Raises:
        ApiError: 400 for what is no date, zone or word, or the retention's status for a span that is too old.
    """
    zone = _read_zone(request.param("time_zone") or config.owner_time_zone)
    today = now.astimezone(zone).date()
    first, last = _read_days(request, zone, today)
    if first < months_back(today, RETENTION_MONTHS):
        raise too_old(config.retention_status)
    return day_start_ms(first, zone), day_start_ms(last + timedelta(days=1), zone)


def oldest_ms(now: datetime) -> int:
    """What happened before it is deleted for good."""
    return day_start_ms(months_back(now.date(), RETENTION_MONTHS), ZoneInfo("UTC"))


def _read_zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ApiError(400, f"Invalid time zone: {name}") from error


def _read_days(request: Request, zone: tzinfo, today: date) -> tuple[date, date]:
    start, end, word = (request.param(name) for name in ("start_date", "end_date", "date_range"))
    usual = today - timedelta(days=DEFAULT_DAYS - 1)
    if start or end:
        first = _read_day(start, zone) if start else usual
        return first, _read_day(end, zone) if end else today
    if word:
        ranges = _ranges(today)
        if word not in ranges:
            raise ApiError(400, f"Invalid date range: {word}")
        return ranges[word]
    return usual, today


def _read_day(text: str, zone: tzinfo) -> date:
    """A day, or the day of a moment: filters are as coarse as days even where a time of day is given."""
    # an unescaped plus sign of an offset arrives as a blank
    text = text.replace(" ", "+") if "T" in text else text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ApiError(400, f"Invalid date: {text}") from error
    return moment.date() if moment.tzinfo is None else moment.astimezone(zone).date()


def _ranges(today: date) -> dict[str, tuple[date, date]]:
    day = timedelta(days=1)
    month = today.replace(day=1)
    last_month = (month - day).replace(day=1)
    return {
        "recent": (today - (DEFAULT_DAYS - 1) * day, today),
        "today": (today, today),
        "yesterday": (today - day, today - day),
        "last_7_days": (today - 7 * day, today),
        "last_30_days": (today - 30 * day, today),
        "this_month": (month, today),
        "last_month": (last_month, month - day),
        "this_year": (today.replace(month=1, day=1), today),
        "last_year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        "all_time": (date(2011, 1, 1), today),
    }

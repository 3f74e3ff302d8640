"""CallRail's three ways to write a moment, and the days that its date filters count in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

_LEGACY = {"EST": "Etc/GMT+5", "HST": "Pacific/Honolulu", "PDT": "America/Los_Angeles"}
"""Names that company records hold although zone databases don't, or no longer, know them."""


def find_zone(name: str) -> tzinfo:
    """The zone of a company record, whatever it is called."""
    return ZoneInfo(_LEGACY.get(name, name))


def to_moment(ms: int) -> datetime:
    """Milliseconds since the epoch as an aware datetime in UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def to_ms(moment: datetime) -> int:
    """An aware datetime as milliseconds since the epoch."""
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))


def with_offset(ms: int, zone: tzinfo) -> str:
    """`2026-01-05T08:04:05.236-07:00`: calls, forms, conversations, users."""
    return to_moment(ms).astimezone(zone).isoformat(timespec="milliseconds")


def in_zulu(ms: int) -> str:
    """`2024-03-02T15:04:05.120Z`: companies, trackers, tags."""
    return to_moment(ms).isoformat(timespec="milliseconds")[:23] + "Z"


def with_spaces(ms: int, zone: tzinfo) -> str:
    """`2024-03-01 09:15:00 -0500`: accounts."""
    return to_moment(ms).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %z")


def day_start_ms(day: date, zone: tzinfo) -> int:
    """The first moment of a day in a zone."""
    return to_ms(datetime(day.year, day.month, day.day, tzinfo=zone))


def months_back(day: date, months: int) -> date:
    """The same day so many months earlier, the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))

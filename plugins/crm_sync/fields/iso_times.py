"""ISO 8601 as texts of a source have it: the spellings, and moments at the ends of the calendar."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

DATE = r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"
"""From the year 1000 on; earlier ones are left to `ISO`, which minds the year zero."""
_TIME = r"[0-9]{2}:[0-9]{2}:[0-5][0-9]"
_OFFSET = r"[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9]"
ZULU, WALL, OFFSET = "zulu", "wall", "offset"
"""Where a spelling has its zone: a Z for UTC, none (the source's own), or hours and minutes from UTC."""
SHAPES = (
    (rf"^{DATE}T{_TIME}\.[0-9]{{3}}Z$", "%Y-%m-%dT%H:%M:%S.%3fZ", ZULU),
    (rf"^{DATE}T{_TIME}Z$", "%Y-%m-%dT%H:%M:%SZ", ZULU),
    (rf"^{DATE}T{_TIME}\.[0-9]{{6}}Z$", "%Y-%m-%dT%H:%M:%S.%6fZ", ZULU),
    (rf"^{DATE}T{_TIME}\.[0-9]{{6}}$", "%Y-%m-%dT%H:%M:%S.%6f", WALL),
    (rf"^{DATE}T{_TIME}$", "%Y-%m-%dT%H:%M:%S", WALL),
    (rf"^{DATE} {_TIME}$", "%Y-%m-%d %H:%M:%S", WALL),
    (rf"^{DATE} {_TIME}\.[0-9]{{3}}$", "%Y-%m-%d %H:%M:%S.%3f", WALL),
    (rf"^{DATE}T{_TIME}(?:\.[0-9]{{1,6}})?{_OFFSET}$", "%Y-%m-%dT%H:%M:%S%.f%z", OFFSET),
)
"""Pattern, Polars format and place of the zone of the spellings that are parsed as columns.

Polars has its own parser for all but the last, four times as fast as the general one.
"""
ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?\s?"
    r"(Z|z|UTC|GMT|([+-])([0-9]{2})(?::?([0-5][0-9]))?)?)?",
    re.ASCII,
)
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_ENDLESS = {"infinity": (LAST, date.max), "-infinity": (FIRST, date.min)}
"""PostgreSQL's words for never and since ever."""


def read_iso(match: re.Match[str], zone: tzinfo) -> datetime:
    """Build the written date and time; a ValueError says that there is none."""
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    microsecond = int((match[7] or "0")[:6].ljust(6, "0"))
    if match[9]:
        offset = timedelta(hours=int(match[10]), minutes=int(match[11] or 0))
        zone = timezone(offset if match[9] == "+" else -offset)
    elif match[8]:
        zone = UTC
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=zone)


def to_utc(written: datetime) -> datetime:
    """Give an aware time in UTC; one that only the zone takes out of the calendar is the calendar's end.

    Whoever writes 9999-12-31 23:59:59 means never, also where that is the year 10000 in UTC.
    """
    try:
        return written.astimezone(UTC)
    except OverflowError:
        return FIRST if written.year == 1 else LAST


def read_endless_moment(text: str) -> datetime | None:
    """Read PostgreSQL's infinity, in either direction, as the calendar's end."""
    return _ENDLESS[text][0] if text in _ENDLESS else None


def read_endless_day(text: str) -> date | None:
    """Read PostgreSQL's infinity, in either direction, as the calendar's last or first day."""
    return _ENDLESS[text][1] if text in _ENDLESS else None

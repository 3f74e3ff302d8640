"""Arrivy's ways to write a moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_ASKED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)")


def to_naive(ms: int) -> str:
    """UTC without saying so: `2026-01-05T10:00:00`, with microseconds where there are any."""
    return datetime.fromtimestamp(ms / 1000, UTC).replace(tzinfo=None).isoformat()


def to_original(ms: int, zone: ZoneInfo) -> str:
    """The same moment in the account's zone: `2026-01-05T02:00:00-08:00`."""
    return datetime.fromtimestamp(ms // 1000, zone).isoformat()


def read_naive(text: object) -> int | None:
    """Milliseconds of a naive UTC time; `None` when there is none."""
    if not isinstance(text, str) or not text:
        return None
    moment = datetime.fromisoformat(text)
    return round(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000)


def read_asked(text: str) -> int | None:
    """Milliseconds of a request's time, which must have an offset; `None` when it is not one.

    A plus sign that was not encoded arrives as a blank, one encoded twice as `%2B`: neither is a time.
    """
    if not _ASKED.fullmatch(text):
        return None
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        return None

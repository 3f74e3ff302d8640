"""Pipedrive's three ways to write a moment, and the one that it reads."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_WHOLE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)")


def to_v2(ms: int) -> str:
    """`2026-01-05T10:00:00Z`."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_lead(ms: int) -> str:
    """`2026-01-05T10:00:00.000Z`."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}Z"


def to_user(ms: int) -> str:
    """`2026-01-05 10:00:00`, in UTC."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def to_date(ms: int) -> str:
    """`2026-01-05`."""
    return datetime.fromtimestamp(ms // 1000, UTC).date().isoformat()


def read_bound(text: str | None) -> str | None:
    """A bound of a filter, in the form in which v2 records have theirs; None: it was not sent.

    Raises:
        ValueError: It is no moment of whole seconds.
    """
    if text is None:
        return None
    if not _WHOLE.fullmatch(text):
        message = f"{text} is not in the format YYYY-MM-DDTHH:MM:SSZ"
        raise ValueError(message)
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

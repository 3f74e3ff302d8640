"""HubSpot's two ways to write a moment, and milliseconds, in which the fake calculates."""

from __future__ import annotations

from datetime import UTC, datetime

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
DAY_MS = 24 * 60 * MINUTE_MS


def to_iso(ms: int) -> str:
    """`2026-01-05T10:00:00.000Z`."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def to_date(ms: int) -> str:
    """`2026-01-05`."""
    return datetime.fromtimestamp(ms / 1000, UTC).date().isoformat()


def to_ms(text: str | None) -> int | None:
    """Milliseconds of an ISO date, an ISO datetime or epoch milliseconds; `None` when it is neither."""
    if not text:
        return None
    if text.lstrip("-").isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)

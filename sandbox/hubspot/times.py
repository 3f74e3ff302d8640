"""HubSpot's two ways to write a moment."""

from __future__ import annotations

from datetime import UTC, datetime


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

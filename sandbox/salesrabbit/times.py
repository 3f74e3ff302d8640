"""SalesRabbit's one way to write a moment."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def to_iso(ms: int) -> str:
    """`2025-05-01T08:00:00+00:00`; the fraction of a second is cut off."""
    return datetime.fromtimestamp(ms // 1000, UTC).isoformat()


def to_date(ms: int) -> str:
    """`2025-05-01`."""
    return datetime.fromtimestamp(ms // 1000, UTC).date().isoformat()


def read_since(text: str | None) -> str | None:
    """The moment of a condition header, in the form in which records have theirs.

    Args:
        text: ISO 8601 with offset, or an HTTP date; UTC when it names no zone.

    Returns:
        None where the header was not sent or is no moment: such a header has no effect.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return to_iso(int(moment.timestamp()) * 1000)

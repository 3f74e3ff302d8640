"""Ids of events: 24 hex digits, the second of writing, the host that made it, and its counter."""

from __future__ import annotations

import re
from datetime import datetime

from sandbox.frame.times import SECOND_MS

_ID = re.compile(r"[0-9a-f]{24}")


def make_id(at_ms: int, host: int, number: int) -> str:
    """The id of an event that a host writes at that moment.

    Args:
        at_ms: milliseconds since the epoch.
        host: its number.
        number: of the event; the counter starts again after 16 million.
    """
    return f"{at_ms // SECOND_MS:08x}{host:010x}{number % 0x1000000:06x}"


def second_of(event_id: str) -> int:
    """The second at which an event was written, which every filter by time goes by."""
    return int(event_id[:8], 16)


def is_id(text: str) -> bool:
    """Whether a text can be an id."""
    return _ID.fullmatch(text) is not None


def read_moment(text: str) -> float:
    """Seconds since the epoch of an ISO moment; UTC where it names no zone.

    Raises:
        ValueError: it is none.
    """
    # a plus sign that was not quoted arrives as a blank
    moment = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text)
    return (moment if moment.tzinfo else datetime.fromisoformat(f"{moment.isoformat()}+00:00")).timestamp()

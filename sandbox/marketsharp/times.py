"""The company's wall clock, on which the service keeps its times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def to_wall(ms: int, zone: str) -> str:
    """A moment as the service stores it: no offset, milliseconds where there are any.

    Args:
        ms: since the epoch.
        zone: of the company.
    """
    local = datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return write(local)


def write(local: datetime) -> str:
    """`2026-01-05T15:04:05.123`; without the fraction on a whole second."""
    return local.isoformat(timespec="milliseconds" if local.microsecond else "seconds")


def read(text: str) -> datetime:
    """The wall clock's time in a literal or a stored text.

    Raises:
        ValueError: it is none.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        raise ValueError(text)
    return moment


def to_json(text: str) -> str:
    """`/Date(1767625445123)/`: the wall clock written as if it were UTC."""
    since = read(text).replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return f"/Date({since // timedelta(milliseconds=1)})/"

"""Salesforce's ways to write a moment; the fake keeps them as REST answers write them.

All are UTC and of one length, so that their texts order as the moments do.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_LITERAL = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)")


def to_rest(ms: int) -> str:
    """`2026-01-05T10:00:00.000+0000`: whole seconds, as the platform keeps them."""
    return datetime.fromtimestamp(ms // 1000, UTC).isoformat()[:19] + ".000+0000"


def to_csv(text: str) -> str:
    """The same moment as Bulk results write it: `2026-01-05T10:00:00.000Z`."""
    return text.removesuffix("+0000") + "Z"


def to_date(ms: int) -> str:
    """`2026-01-05`."""
    return datetime.fromtimestamp(ms / 1000, UTC).date().isoformat()


def to_ms(text: str) -> int:
    """Milliseconds of a moment as REST answers write it."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def read_literal(text: str) -> str | None:
    """A moment of a query in REST form, its fraction kept; `None` when it is not one.

    `2026-01-05T10:00:00Z`, with or without a fraction, `Z` or an offset.
    """
    match = _LITERAL.fullmatch(text)
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def read_date(text: str) -> str | None:
    """A date of the calendar; `None` when it is not one."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def read_moment(text: str | None) -> int | None:
    """Milliseconds of a parameter that says a moment with its offset; `None` when it does not."""
    literal = read_literal(text or "")
    return None if literal is None else to_ms(literal)

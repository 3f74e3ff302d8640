"""Spans of time as YAML writes them: `90s`, `5min`, `6h`, `7d`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

_DURATION = re.compile(r"^(\d+)\s*(s|min|h|d)$")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}


def parse_duration(value: object) -> object:
    """Turn `90s`, `5min`, `6h` or `7d` into seconds; pydantic judges any other value."""
    if not isinstance(value, str):
        return value
    if (match := _DURATION.match(value.strip())) is None:
        msg = "a span such as 90s, 5min, 6h or 7d"
        raise ValueError(msg)
    return int(match[1]) * _SECONDS[match[2]]


Seconds = Annotated[int, BeforeValidator(parse_duration), Field(ge=0)]
"""A span in seconds; YAML may write it as `90s`, `5min`, `6h` or `7d`."""


def is_due(last: datetime | None, now: datetime, every_s: int) -> bool:
    """Say whether something with a rhythm has to be done again.

    Args:
        last: when it was done; None: never.
        now: the moment that is asked about.
        every_s: its rhythm; the end of the span belongs to it, so that a rhythm of ticks keeps time.
    """
    return last is None or now - last >= timedelta(seconds=every_s)


def is_resting(last: datetime | None, tick: datetime, every_s: int) -> bool:
    """Say whether a scheduled run leaves something out that it does not have to do yet.

    Args:
        last: moment for which its last complete run was made; None: there was none.
        tick: moment for which this run was made. If it is no later than `last`, somebody starts an old run
            again, and wants it done.
        every_s: its rhythm.
    """
    return last is not None and tick > last and not is_due(last, tick, every_s)

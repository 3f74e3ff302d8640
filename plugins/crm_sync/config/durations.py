"""Spans of time as YAML writes them: `90s`, `5min`, `6h`, `7d`."""

from __future__ import annotations

import re
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

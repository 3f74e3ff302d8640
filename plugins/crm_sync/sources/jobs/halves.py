"""Cuts the span of a part in two if the source can't answer all of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from crm_sync.config.slots import BEFORE
from crm_sync.sources.rest.part import Part
from crm_sync.sources.rest.slots import Value

_SHORTEST = timedelta(minutes=2)
"""A shorter span is not cut: one import gives thousands of records the same moment."""


def find_cut(part: Part, until: datetime) -> datetime | None:
    """Give the middle of a part's span, a whole second; None: it has no span, or one too short to cut.

    Args:
        part: of a delta; what it asks for has no end where it is not a half already.
        until: end of the read's window, in the place of that end.
    """
    before = part.slots.values.get(BEFORE)
    end = before if isinstance(before, datetime) else until
    if part.since is None or not part.one.names(BEFORE) or end - part.since < _SHORTEST:
        return None
    return (part.since + (end - part.since) / 2).replace(microsecond=0)


def cut_part(part: Part, at: datetime) -> tuple[Part, Part]:
    """Give the two halves of a part: up to a moment, and from it on; each has a position of its own."""
    first = _change(part, f"..{at.isoformat()}", {BEFORE: at})
    second = _change(part, f"{at.isoformat()}..", {"since": at})
    return first, replace(second, since=at)


def _change(part: Part, name: str, values: Mapping[str, Value]) -> Part:
    slots = replace(part.slots, values={**part.slots.values, **values})
    return replace(part, key=f"{part.key}[{name}]", slots=slots)

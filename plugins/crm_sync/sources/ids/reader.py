"""The interface between a walk and a reader of pages in id order; the walks do the walking."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from crm_sync.sources.base import Record
from crm_sync.sources.ids.ranges import IdPage, SplitPlan


class IdReader(Protocol):
    """Reads pages of records whose ids only go up."""

    page_size: int
    pages_before_split: int
    """Pages read by one thread before it is worth asking whether several should."""

    def read(self, token: str | None, end: int | None, cancelled: Callable[[], bool]) -> IdPage:
        """Read the page at a token; `end`, exclusive, may be ignored."""
        ...

    def finish(self, records: Sequence[Record], cancelled: Callable[[], bool]) -> Sequence[Record]:
        """Complete or drop records that belong to the range."""
        ...

    def plan_split(self, pages: list[IdPage]) -> SplitPlan | None:
        """Say, after the first pages, whether ranges can be read at the same time; None: no, or no need."""
        ...

    def count_threads(self, most: int) -> int:
        """Give the number of threads that the allowed rate can feed."""
        ...


@dataclass(frozen=True)
class Piece:
    """Records of one answer and the position after them."""

    records: Sequence[Record]
    cursor_key: str
    cursor: str | None
    calls: int
    lines: bytes | None = None
    """The records as NDJSON, where they were encoded already."""


def choose_threads(most: int, *, calls_per_s: float | None, latency_s: float) -> int:
    """Give the number of requests to keep under way.

    Args:
        most: upper bound.
        calls_per_s: allowed rate; None: no limit.
        latency_s: time of one request.

    Returns:
        Four times what the rate needs at that latency, as the budget lets a burst run, so that uneven answers
        do not leave it unused; without a limit, as many as one process can decode at about two milliseconds a
        page, and just one where answers come faster than that: more would only wait for each other.
    """
    wanted = latency_s / 0.002 if calls_per_s is None else max(2.0, 4 * calls_per_s * latency_s + 1)
    return max(1, min(most, math.ceil(wanted)))

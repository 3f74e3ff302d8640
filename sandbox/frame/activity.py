"""When the random changes between two demo runs happen; what they are is the vendor's."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from sandbox.frame.times import MINUTE_MS, SECOND_MS

NEWEST_MS, OLDEST_MS = 2 * MINUTE_MS, 6 * MINUTE_MS
"""Changes are stamped this long before now: inside the next delta, outside its safety lag."""


def recent_moments(rng: Random, *, count: int, now_ms: int) -> Iterator[tuple[int, int]]:
    """Number and moment of each change, two to six minutes before `now_ms`, in time order.

    The moments are drawn one by one: what a caller draws in between is as repeatable as they are.
    """
    first_ms, span = now_ms - OLDEST_MS, OLDEST_MS - NEWEST_MS
    for number in range(count):
        yield number, first_ms + number * span // count + rng.randrange(SECOND_MS)

"""What the headers of an answer say about the vendor's limits; what follows from it is left to `pacing`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LimitNews:
    """The vendor's own count; None where it says nothing."""

    remaining: int | None = None
    """Requests left in the vendor's current window."""
    seconds_per_request: float = 0.0
    """Length of that window by its size."""
    daily_remaining: int | None = None
    daily_limit: int | None = None


HeaderReader = Callable[[Mapping[str, str]], LimitNews | None]


def read_no_headers(headers: Mapping[str, str]) -> LimitNews | None:  # noqa: ARG001
    """For vendors that tell nothing, and for clients without pacing."""
    return None

"""The protocol of a rate budget: what a client asks before each request, whoever keeps the count.

It has a place of its own because clients and the warehouse, where the count is, know nothing of each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from typing_extensions import override


@dataclass(frozen=True)
class Turn:
    """A promised request."""

    wait_s: float
    """Seconds until its moment, when the budget answered."""
    promise: object = None
    """By what the budget knows it; None: it can't be moved."""
    unsure_s: float = 0.0
    """By how much the moment may have been earlier: the budget's answer took so much longer than usual."""


class RateBudget(Protocol):
    """What a client asks before each request; the shared one: `storage/budget/rate_budget.py`."""

    def take(self, endpoint_class: str) -> float:
        """Promise one request; return how many seconds to wait for its moment.

        Raises:
            QuotaExhaustedError: the day's quota is used up.
        """

    def take_turn(self, endpoint_class: str, late: Turn | None = None) -> Turn:
        """Promise one request, or move one that missed its moment where that can be done: it counts once.

        Args:
            endpoint_class: as for `take`.
            late: what the request was promised before; None: nothing.

        Raises:
            QuotaExhaustedError: the day's quota is used up.
        """

    def block(self, endpoint_class: str, until_s: float) -> None:
        """Promise no request before a moment, in seconds since the epoch: the vendor wants a pause."""

    def get_tolerance_s(self, endpoint_class: str) -> float:
        """Return how many seconds after its moment a request may leave; a later one takes another moment."""


class NoRateBudget(RateBudget):
    """No pacing: `rate_limits: false` in the connection, for sandboxes and benchmarks."""

    @override
    def take(self, endpoint_class: str) -> float:
        """Promise a request at once."""
        return 0.0

    @override
    def take_turn(self, endpoint_class: str, late: Turn | None = None) -> Turn:
        """Promise a request at once."""
        return Turn(self.take(endpoint_class))

    @override
    def block(self, endpoint_class: str, until_s: float) -> None:
        """Do nothing: the client itself waits before it sends its own request again."""

    @override
    def get_tolerance_s(self, endpoint_class: str) -> float:
        """Let a request leave whenever it likes."""
        return math.inf

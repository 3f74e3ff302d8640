"""A request's turn in each class that it counts in, and budgets that know less of turns than ours."""

from __future__ import annotations

import math
from dataclasses import dataclass

from typing_extensions import override

from crm_sync.budget import NoRateBudget, RateBudget, Turn


@dataclass
class ClassTurn:
    """One request's turn in one class."""

    name: str
    tolerance_s: float
    """How late the request may leave."""
    turn: Turn | None = None
    moment: float = 0.0

    def find_lateness_s(self, now: float) -> float:
        """Give how late it is at most."""
        return now - self.moment + (self.turn.unsure_s if self.turn is not None else 0.0)


class OldBudget(NoRateBudget):
    """A budget of before there were turns that can be moved, or of before there was a tolerance."""

    def __init__(self, budget: RateBudget) -> None:
        self._budget = budget

    @override
    def take(self, endpoint_class: str) -> float:
        """Ask it."""
        return self._budget.take(endpoint_class)

    @override
    def block(self, endpoint_class: str, until_s: float) -> None:
        """Tell it."""
        self._budget.block(endpoint_class, until_s)

    @override
    def get_tolerance_s(self, endpoint_class: str) -> float:
        """Ask it, if it knows one; otherwise a request may leave at any time after its moment."""
        has_one = hasattr(self._budget, "get_tolerance_s")
        return self._budget.get_tolerance_s(endpoint_class) if has_one else math.inf

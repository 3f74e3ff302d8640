"""Budgets that know less of turns than ours."""

from __future__ import annotations

import math

from typing_extensions import override

from crm_sync.budget import NoRateBudget, RateBudget


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

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crm_sync.storage.budget.local_rate_budget import LocalRateBudget, Pace

PACE = Pace(max_calls=3, window_s=1.0, spacing_s=0.1, per_day=None, day_zone="UTC")


@pytest.fixture
def clock():
    return {"now": 1000.0}


@pytest.fixture
def budget(clock):
    return LocalRateBudget(clock=lambda: clock["now"])


def test_take_spaces_a_burst_and_then_keeps_the_window(budget):
    waits = [budget.take("default", PACE) for _ in range(7)]
    assert waits == pytest.approx([0, 0.1, 0.2, 1.0, 1.1, 1.2, 2.0])


def test_take_after_a_pause_may_burst_again(budget, clock):
    for _ in range(3):
        budget.take("default", PACE)
    clock["now"] += 10
    assert [budget.take("default", PACE) for _ in range(2)] == pytest.approx([0, 0.1])


def test_take_classes_are_apart(budget):
    for _ in range(3):
        budget.take("default", PACE)
    assert budget.take("search", PACE) == 0


def test_block_holds_calls_back(budget):
    budget.block("default", 5)
    budget.block("default", 2)
    assert budget.take("default", PACE) == 5


def test_take_daily_quota_ends_and_comes_back_at_midnight_of_its_zone(budget, clock):
    pace = replace(PACE, per_day=2, day_zone="America/New_York")
    clock["now"] = datetime(2025, 1, 2, 4, 0, tzinfo=UTC).timestamp()
    assert [budget.take("default", pace) for _ in range(3)] == [0, pytest.approx(0.1), None]
    clock["now"] = datetime(2025, 1, 2, 5, 0, tzinfo=UTC).timestamp()
    assert budget.take("default", pace) == 0

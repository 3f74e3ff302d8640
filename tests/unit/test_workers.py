"""The workers' shares: nobody is left out or run twice, and long tests stand at the heads."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers import deal_long_ones


def _cut(items: list[str], workers: int) -> list[list[str]]:
    """Cut as pytest-xdist's worksteal does."""
    shares, left = [], list(items)
    for number in range(workers):
        size = len(left) // (workers - number)
        shares.append(left[:size])
        del left[:size]
    return shares


@given(st.lists(st.sampled_from(["", "a", "b", "c"])), st.integers(1, 5))
def test_every_test_is_dealt_once(groups: list[str], workers: int) -> None:
    items = [f"{group}{number}" for number, group in enumerate(groups)]
    dealt = deal_long_ones(items, workers, lambda item: item[0] if item[0] in "abc" else None)
    assert Counter(dealt) == Counter(items)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_each_worker_begins_with_long_ones_and_keeps_a_group_together(workers: int) -> None:
    items = [*map(str, range(20)), "a1", "b1", "a2", "c1", "b2", "c2"]
    dealt = deal_long_ones(items, workers, lambda item: item[0] if item[0] in "abc" else None)
    shares = _cut(dealt, workers)
    assert all(share[0][0] in "abc" for share in shares)
    assert sorted(item for share in shares for item in share[:6] if item[0] in "abc") == [
        "a1",
        "a2",
        "b1",
        "b2",
        "c1",
        "c2",
    ]
    assert all(abs(dealt.index(f"{group}1") - dealt.index(f"{group}2")) == 1 for group in "abc")
    short = [item for item in dealt if item[0] not in "abc"]
    assert short == [*map(str, range(20))]

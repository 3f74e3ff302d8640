"""How many processes run the tests, and what each begins with.

A part of a test's time is waiting for a server, so there are three workers for two cores. pytest-xdist gives
each an equal share of the list, and who is done takes from the others' ends: what runs for minutes comes
first in its share, or the run would end with one worker at it and the others idle.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_MOST = 8
_BYTES = 2**30
"""Of memory that a worker takes with its servers, measured with four on 2026-11-29."""


def count_workers() -> int:
    """Give three workers for two cores, as far as memory goes."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(_MOST, (os.cpu_count() or 1) * 3 // 2, memory // (2 * _BYTES)))


def deal_long_ones(items: Sequence[T], workers: int, find_group: Callable[[T], str | None]) -> list[T]:
    """Order tests so that long ones are at the heads of the workers' shares.

    Args:
        items: in their usual order.
        workers: number of equal shares that the list is cut into.
        find_group: the group that a long one shares fixtures with, as it stays together; None: not long.
    """
    groups: dict[str, list[T]] = {}
    others = []
    for item in items:
        group = find_group(item)
        groups.setdefault(group, []).append(item) if group is not None else others.append(item)
    heads: list[list[T]] = [[] for _ in range(workers)]
    for number, group_items in enumerate(groups.values()):
        heads[number % workers] += group_items
    ordered: list[T] = []
    for number, head in enumerate(heads):
        left_shares = workers - number
        size = (len(items) - len(ordered)) // left_shares
        tail = max(0, size - len(head)) if left_shares > 1 else len(others)
        ordered += [*head, *others[:tail]]
        del others[:tail]
    return ordered


def find_whole_run(path: Path) -> str | None:
    """Give the group of a test that runs whole DAGs or kills processes; None: it is a short one."""
    # they share an Airflow, whose first run takes ten seconds in each process
    if path.parent.name in {"browser", "cluster", "e2e"}:
        return path.parent.name
    return path.stem if path.stem in {"test_kills", "test_bounds", "test_limits"} else None

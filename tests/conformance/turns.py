"""Which members of a product of checks and entities `make test` runs; `make test-all` runs them all.

Each check runs for the first entity of half of the strategies in turn, and for one of the other entities in
turn, so that every strategy and every entity has its share of the checks. What comes behind the fetch is the
same for all strategies: its checks (`behind_fetch`) run for two of them in turn. A check that is a product
itself, of faults or flags say, runs each of its cases for one strategy in turn. With each comes one of the
other entities.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import count
from typing import Any

import pytest

from tests.conformance.kinds import Name, get_entity

_WHOLE = frozenset({"entity", "behaviour", "login"})
"""Kinds of `kinds.pick` whose checks run for each of theirs: mappings are an entity's own, logins a CRM's."""
_PRODUCT = 3
"""Cases of a check beside its entities, from which on it counts as a product."""


def leave_to_test_all(items: Iterable[pytest.Item]) -> None:
    """Mark as thorough what has no turn."""
    turns = count()
    for cases in _group(items).values():
        for members in cases.values():
            names = [_params(item)["entity_name"] for item in members]
            chosen = choose(names, next(turns), strategies=_count_strategies(members[0], len(cases)))
            for item, name in zip(members, names, strict=True):
                if name not in chosen:
                    item.add_marker(pytest.mark.thorough)


def _group(items: Iterable[pytest.Item]) -> dict[str, dict[Hashable, list[pytest.Item]]]:
    """Give the members of each check by case: everything that it is told beside the entity."""
    checks: dict[str, dict[Hashable, list[pytest.Item]]] = {}
    for item in items:
        params, kind = _params(item), item.get_closest_marker("one_per")
        is_whole = "entity_name" not in params or (kind is not None and kind.args[0] in _WHOLE)
        if not is_whole and item.get_closest_marker("thorough") is None:
            case = tuple((name, repr(value)) for name, value in params.items() if name != "entity_name")
            checks.setdefault(item.nodeid.partition("[")[0], {}).setdefault(case, []).append(item)
    return checks


def _count_strategies(item: pytest.Item, cases: int) -> int | None:
    if cases >= _PRODUCT:
        return 1
    return 2 if item.get_closest_marker("behind_fetch") else None


def choose(names: list[Name], turn: int, *, strategies: int | None) -> set[Name]:
    """Give the entities of one check, or of one of its cases, whose turn it is.

    Args:
        names: that it could run for.
        turn: number of the check or case.
        strategies: of how many it runs for the first entity; None: of half of them.
    """
    firsts: dict[str, Name] = {}
    for name in names:
        # an entity that comes after others takes their time, too: it has its turn
        if not get_entity(name).after:
            firsts.setdefault(get_entity(name).read.strategy, name)
    heads = list(firsts.values()) or names[:1]
    others = [name for name in names if name not in heads]
    count = -(-len(heads) // 2) if strategies is None else strategies
    chosen = {heads[(turn * count + number) % len(heads)] for number in range(count)}
    return chosen | {others[turn % len(others)]} if others else chosen


def _params(item: pytest.Item) -> dict[str, Any]:
    call = getattr(item, "callspec", None)
    return call.params if call is not None else {}

"""Who has a turn in `make test`: no check may go without an entity, and no entity without its share."""

from __future__ import annotations

import pytest

from tests.conformance.kinds import get_entity, list_entities, pick
from tests.conformance.turns import choose

ALONE = [name for name in pick("behaviour") if not get_entity(name).after]


def test_two_checks_have_the_first_entity_of_each_strategy_and_one_more_each():
    chosen = [choose(pick("behaviour"), turn, strategies=None) for turn in (0, 1)]
    strategies = {get_entity(name).read.strategy for name in ALONE}
    assert {get_entity(name).read.strategy for name in set().union(*chosen)} >= strategies
    assert {len(names) for names in chosen} == {(len(strategies) + 1) // 2 + 1}


def test_check_behind_the_fetch_has_two_strategies_and_one_more():
    chosen = [choose(pick("behaviour"), turn, strategies=2) for turn in range(len(ALONE))]
    assert {len(names) for names in chosen} == {3}
    assert {get_entity(name).read.strategy for name in set().union(*chosen)} >= {
        get_entity(name).read.strategy for name in ALONE
    }


@pytest.mark.parametrize("strategies", [None, 1, 2])
def test_every_entity_has_a_turn(strategies):
    names = pick("behaviour")
    turns = [choose(names, turn, strategies=strategies) for turn in range(len(names))]
    assert set().union(*turns) == set(names)
    assert all(turns)


@pytest.mark.parametrize("name", list_entities(), ids=".".join)
def test_check_of_a_single_entity_always_runs(name):
    assert choose([name], 5, strategies=1) == {name}

"""Who has a turn in `make test`: no check may go without an entity, and no entity without its share."""

from __future__ import annotations

import pytest

from tests.conformance.kinds import get_entity, list_entities, pick
from tests.conformance.turns import choose

ALONE = [name for name in pick("behaviour") if not get_entity(name).after]


def test_check_has_the_first_entity_of_each_strategy_and_one_more():
    chosen = choose(pick("behaviour"), 0, is_product=False)
    strategies = {get_entity(name).read.strategy for name in ALONE}
    assert {get_entity(name).read.strategy for name in chosen} >= strategies
    assert len(chosen) == len(strategies) + 1


@pytest.mark.parametrize("is_product", [False, True])
def test_every_entity_has_a_turn(is_product):
    names = pick("behaviour")
    turns = [choose(names, turn, is_product=is_product) for turn in range(len(names))]
    assert set().union(*turns) == set(names)
    assert all(turns)


@pytest.mark.parametrize("name", list_entities(), ids=".".join)
def test_check_of_a_single_entity_always_runs(name):
    assert choose([name], 5, is_product=True) == {name}

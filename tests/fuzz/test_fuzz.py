"""The short form of `make fuzz`, and every case that once failed."""

from __future__ import annotations

import json
import logging
import random
from pathlib import Path

import pytest

from tests.fuzz.kinds import KINDS
from tests.fuzz.runner import SEEDS, fuzz, shrink

SHORT_CASES = 1_500
MOST_S = 10.0
SEED = 8


@pytest.fixture(autouse=True)
def quiet():
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def test_fuzz_short_form_finds_nothing():
    kinds = {name: kind for name, kind in KINDS.items() if name != "mariadb"}
    report = fuzz(kinds, SHORT_CASES, SEED, most_s=MOST_S)
    told = [f"{fault.signature}: {fault.differences[0]} {fault.case}" for fault in report.faults.values()]
    assert told == []
    assert report.cases > 0


def test_fuzz_of_mariadb_finds_nothing(mariadb):
    report = fuzz({"mariadb": KINDS["mariadb"]}, 60, SEED, most_s=MOST_S)
    assert [fault.differences[0] for fault in report.faults.values()] == []
    assert report.cases > 0


@pytest.mark.postgres
def test_fuzz_whole_runs_find_nothing(warehouse):
    kinds = {name: kind for name, kind in KINDS.items() if kind.needs_warehouse}
    report = fuzz(kinds, 60, SEED, warehouse=warehouse, most_s=MOST_S)
    assert [
        f"{fault.signature}: {fault.differences[0]} {fault.case}" for fault in report.faults.values()
    ] == []


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.json")), ids=lambda path: path.stem)
def test_case_that_failed_once_is_right(path: Path, request):
    kept = json.loads(path.read_text())
    kind = KINDS[kept["kind"]]
    more = [request.getfixturevalue("warehouse")] if kind.needs_warehouse else []
    assert kind.check(kept["case"], *more) == []


@pytest.mark.parametrize("name", KINDS)
def test_case_is_the_same_for_the_same_seed_and_survives_as_json(name: str):
    first, second = (KINDS[name].generate(random.Random(3)) for _ in range(2))
    assert first == second == json.loads(json.dumps(first))


def test_shrinking_leaves_what_is_needed():
    case = {"values": list(range(30)), "words": {"a": 1, "b": 2}}
    small = shrink(case, lambda one: 17 in one["values"] and "b" in one["words"])
    assert small == {"values": [17], "words": {"b": 2}}

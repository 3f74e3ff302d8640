"""The run flags: every flag, its type, bounds and old names, and every pair that is refused."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_sync.config.dag_config import FlagConfig
from crm_sync.config.flags import (
    FLAGS,
    RENAMED,
    REPLAY_PARTNERS,
    REPLAY_PARTS,
    build_own_flags,
    forbidden_pairs,
)
from crm_sync.config.run_options import RunOptions, parse_options
from crm_sync.exceptions import OptionsError

ENTITIES = ("companies", "contacts")
SAMPLES: dict[str, Any] = {
    "entities": ["contacts"],
    "full": True,
    "force": True,
    "dry_run": True,
    "skip_validation": True,
    "debug": True,
    "batch_size": 50,
    "max_records": 10,
    "start_date": "2026-01-01",
    "end_date": "2026-02-01",
    "replay_rejected": True,
    "replay_rule": "required",
    "replay_ids": [17, 18],
}
OWN_FLAGS = build_own_flags(
    {
        "high_performance": FlagConfig(
            type="boolean", title="Fast", help="Read more at once.", default=False
        ),
        "concurrent_pages": FlagConfig(
            type="integer", title="Pages", help="Side by side.", default=1, minimum=1, maximum=16
        ),
        "task_status": FlagConfig(type="text", title="Status", help="Only these."),
    }
)


def parse(params: dict[str, Any]) -> RunOptions:
    options, warnings = parse_options(params, known_entities=ENTITIES)
    assert warnings == []
    return options


def refuse(params: dict[str, Any]) -> str:
    with pytest.raises(OptionsError) as raised:
        parse_options(params, known_entities=ENTITIES, own_flags=OWN_FLAGS)
    return str(raised.value)


def test_parse_options_nothing_given_is_all_defaults():
    assert parse({}) == RunOptions()


def test_parse_options_full_form_of_the_ui_is_the_same_as_nothing_given():
    form = {flag.name: list(flag.default) if flag.default == () else flag.default for flag in FLAGS}
    assert parse(form) == RunOptions()


def test_samples_cover_every_flag():
    assert set(SAMPLES) == {flag.name for flag in FLAGS}


@pytest.mark.parametrize("name", SAMPLES)
def test_parse_options_flag_arrives(name: str):
    expected: Any = SAMPLES[name]
    if name.endswith("_date"):
        expected = datetime.fromisoformat(expected).replace(tzinfo=UTC)
    elif isinstance(expected, list):
        expected = tuple(expected)
    replay = {"replay_rejected": True} if name in REPLAY_PARTS else {}
    assert getattr(parse({name: SAMPLES[name], **replay}), name) == expected


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        (" 2026-03-01 ", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T10:30:00", datetime(2026, 3, 1, 10, 30, tzinfo=UTC)),
        ("2026-03-01T10:30:00Z", datetime(2026, 3, 1, 10, 30, tzinfo=UTC)),
        ("2026-03-01T10:30:00+02:00", datetime(2026, 3, 1, 8, 30, tzinfo=UTC)),
    ],
)
def test_parse_options_start_date_is_aware_utc(value: str, moment: datetime):
    parsed = parse({"start_date": value}).start_date
    assert parsed == moment
    assert parsed is not None
    assert parsed.utcoffset() == moment.utcoffset()


@pytest.mark.parametrize("value", [1, 10_000])
def test_parse_options_number_at_its_bound_is_taken(value: int):
    assert parse({"batch_size": value}).batch_size == value


def test_parse_options_entities_keep_order_and_lose_repeats():
    assert parse({"entities": ["contacts", "companies", "contacts"]}).entities == ("contacts", "companies")


@pytest.mark.parametrize(("value", "meant"), [("true", True), ("False", False), (True, True)])
def test_parse_options_boolean_word_of_the_command_line_is_taken(value: object, meant: object):
    assert parse({"full": value}).full is meant


ALL_NAMES = ", ".join([*SAMPLES, *(flag.name for flag in OWN_FLAGS)])
WRONG_VALUES = {
    "unknown flag": (
        {"fulll": True},
        f"Unknown flag 'fulll' with value True: expected one of {ALL_NAMES}.",
    ),
    "boolean as number": ({"full": 1}, "Flag 'full' is 1: expected true or false."),
    "boolean as word": ({"full": "yes"}, "Flag 'full' is 'yes': expected true or false."),
    "boolean as null": ({"full": None}, "Flag 'full' is None: expected true or false."),
    "batch_size 0": ({"batch_size": 0}, "Flag 'batch_size' is 0: expected a whole number from 1 to 10000."),
    "batch_size too big": (
        {"batch_size": 10_001},
        "Flag 'batch_size' is 10001: expected a whole number from 1 to 10000.",
    ),
    "batch_size text": (
        {"batch_size": "50"},
        "Flag 'batch_size' is '50': expected a whole number from 1 to 10000.",
    ),
    "batch_size float": (
        {"batch_size": 1.5},
        "Flag 'batch_size' is 1.5: expected a whole number from 1 to 10000.",
    ),
    "batch_size boolean": (
        {"batch_size": True},
        "Flag 'batch_size' is True: expected a whole number from 1 to 10000.",
    ),
    "max_records negative": (
        {"max_records": -1},
        "Flag 'max_records' is -1: expected a whole number from 0 up.",
    ),
    "start_date word": (
        {"start_date": "yesterday"},
        "Flag 'start_date' is 'yesterday': expected a date (YYYY-MM-DD) or ISO 8601 time.",
    ),
    "start_date impossible": (
        {"start_date": "2026-02-30"},
        "Flag 'start_date' is '2026-02-30': expected a date (YYYY-MM-DD) or ISO 8601 time.",
    ),
    "end_date number": (
        {"end_date": 5},
        "Flag 'end_date' is 5: expected a date (YYYY-MM-DD) or ISO 8601 time.",
    ),
    "entities text": (
        {"entities": "contacts"},
        "Flag 'entities' is 'contacts': expected a list of entities.",
    ),
    "entities unknown": (
        {"entities": ["contact"]},
        "Flag 'entities' names 'contact': expected entities out of companies, contacts.",
    ),
    "ids text": ({"replay_ids": "17"}, "Flag 'replay_ids' is '17': expected a list of whole numbers."),
    "ids words": (
        {"replay_ids": ["a"]},
        "Flag 'replay_ids' is 'a': expected a whole number from 1 up.",
    ),
    "rule alone": (
        {"replay_rule": "required"},
        "Flag 'replay_rule' was given alone: expected 'replay_rejected' beside it.",
    ),
    "ids alone": (
        {"replay_ids": [1]},
        "Flag 'replay_ids' was given alone: expected 'replay_rejected' beside it.",
    ),
    "own text": ({"task_status": 5}, "Flag 'task_status' is 5: expected text."),
    "own bound": (
        {"concurrent_pages": 17},
        "Flag 'concurrent_pages' is 17: expected a whole number from 1 to 16.",
    ),
}


@pytest.mark.parametrize(("params", "sentence"), WRONG_VALUES.values(), ids=WRONG_VALUES.keys())
def test_parse_options_wrong_value_is_one_sentence(params: dict[str, Any], sentence: str):
    assert refuse(params) == sentence


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_parse_options_old_name_is_taken_with_a_warning(old: str, new: str):
    options, warnings = parse_options({old: SAMPLES[new]}, known_entities=ENTITIES)
    assert options == parse({new: SAMPLES[new]})
    assert warnings == [f"Flag '{old}' is an old name: use '{new}'."]


def test_parse_options_old_command_line_of_the_guide_works():
    params = {"since": "2025-01-01", "force": True, "test": True, "verbose": True}
    options, warnings = parse_options(params, known_entities=ENTITIES)
    assert options == parse({"start_date": "2025-01-01", "force": True, "debug": True})
    assert len(warnings) == 3


@pytest.mark.parametrize("second", [True, False], ids=["both on", "one off"])
def test_parse_options_two_old_names_either_switches_on(second: bool):
    options, _ = parse_options({"test": True, "verbose": second}, known_entities=ENTITIES)
    assert options.debug


def test_parse_options_old_and_new_name_that_disagree_are_refused():
    assert refuse({"since": "2025-01-01", "start_date": "2025-02-01"}) == (
        "Flags 'since' = '2025-01-01' and 'start_date' = '2025-02-01' disagree: expected 'start_date'."
    )


PAIRS = [frozenset(pair) for pair in itertools.combinations(sorted(SAMPLES), 2)]
REFUSED = {
    *(frozenset({"full", name}) for name in ("start_date", "end_date")),
    *(
        frozenset({replay, name})
        for replay in ("replay_rejected", *REPLAY_PARTS)
        for name in ("full", "force", "batch_size", "start_date", "end_date")
    ),
}


def test_forbidden_pairs_are_the_documented_ones():
    assert set(forbidden_pairs()) == REFUSED


@pytest.mark.parametrize("pair", PAIRS, ids=["+".join(sorted(pair)) for pair in PAIRS])
def test_parse_options_pair_is_taken_or_refused_as_documented(pair: frozenset[str]):
    params = {name: SAMPLES[name] for name in pair}
    if pair not in REFUSED:
        assert parse(params | ({"replay_rejected": True} if pair & REPLAY_PARTS else {}))
        return
    first, second = sorted(pair)
    assert refuse(params) == f"Flags '{first}' and '{second}' were both given: expected one of them."


def test_replay_partners_are_flags():
    assert {flag.name for flag in FLAGS} > REPLAY_PARTNERS


def test_parse_options_replay_takes_all_its_partners_together():
    params = {name: SAMPLES[name] for name in (*REPLAY_PARTNERS, "replay_rejected")}
    assert parse(params).replay_rejected


def test_parse_options_replay_refuses_the_crms_own_flag():
    assert refuse({"replay_rejected": True, "concurrent_pages": 4}) == (
        "Flag 'concurrent_pages' was given with 'replay_rejected': expected only debug, dry_run, "
        "entities, max_records, replay_ids, replay_rule, skip_validation beside it."
    )


def test_parse_options_replay_takes_own_flags_at_their_defaults():
    form = {"replay_rejected": True, "concurrent_pages": 1, "high_performance": False, "task_status": None}
    options, _ = parse_options(form, known_entities=ENTITIES, own_flags=OWN_FLAGS)
    assert options.replay_rejected


@pytest.mark.parametrize("end", ["2026-01-01", "2025-12-31"], ids=["equal", "before"])
def test_parse_options_start_date_not_before_end_date_is_refused(end: str):
    assert refuse({"start_date": "2026-01-01", "end_date": end}) == (
        "Flag 'start_date' is 2026-01-01T00:00:00+00:00: "
        f"expected a moment before 'end_date' {end}T00:00:00+00:00."
    )


def test_run_options_to_json_has_every_effective_flag_as_json():
    params = {"start_date": "2026-01-01", "task_status": "done"}
    options, _ = parse_options(params, known_entities=ENTITIES, own_flags=OWN_FLAGS)
    values = options.to_json()
    assert set(values) == set(SAMPLES) | {flag.name for flag in OWN_FLAGS}
    assert values["start_date"] == "2026-01-01T00:00:00+00:00"
    assert (values["task_status"], values["concurrent_pages"], values["entities"]) == ("done", 1, [])


@pytest.mark.parametrize(
    ("entities", "selected"), [((), True), (("contacts",), True), (("companies",), False)]
)
def test_run_options_selects_all_or_the_named_entities(entities: tuple[str, ...], selected: object):
    assert RunOptions(entities=entities).selects("contacts") is selected


_JSON = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.lists(st.text(max_size=4))
)


@given(st.dictionaries(st.sampled_from([*SAMPLES, *RENAMED, "x"]), _JSON))
def test_parse_options_any_json_is_options_or_one_sentence(params: dict[str, Any]):
    try:
        options, _ = parse_options(params, known_entities=ENTITIES)
    except OptionsError as error:
        sentence = str(error)
    else:
        assert 1 <= options.batch_size <= 10_000
        assert options.max_records >= 0
        return
    assert sentence.endswith(".")
    assert "\n" not in sentence

"""Validate: keys, required fields and business rules; what skip_validation lets through."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from crm_sync.config.models import EntityConfig
from crm_sync.fields.findings import FINDINGS_SCHEMA
from crm_sync.sync.validate import validate_chunk
from tests.unit.fields.fields_support import ID, finding_tuples, make_entity, transform

RULES = [
    {
        "name": "email_present",
        "check": "email is not null",
        "message": "a contact needs an email",
        "field": "email",
    },
    {
        "name": "amount_not_negative",
        "check": "amount >= 0",
        "message": "negative",
        "field": "amount",
        "action": "warn",
    },
]
FIELDS = {
    "email": {"type": "email"},
    "amount": {"type": "decimal"},
    "owner": {"type": "integer", "required": True},
}
ENTITY = make_entity(FIELDS, rules=RULES)
GOOD = {"id": "1", "email": "a@b.com", "amount": "5", "owner": "7"}


def verdicts(*records: Any, entity: EntityConfig = ENTITY, skip_validation: bool = False) -> pl.DataFrame:
    result = transform(entity, *records)
    return validate_chunk(result.typed, result.findings, entity, skip_validation=skip_validation)


def test_validate_good_records_have_no_verdict() -> None:
    answer = verdicts(GOOD, {**GOOD, "amount": None})
    assert answer.is_empty()
    assert answer.schema == FINDINGS_SCHEMA


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"id": None}, [(0, "id", "missing_key", "reject")]),
        ({"owner": ""}, [(0, "owner", "required", "reject")]),
        ({"owner": "x"}, [(0, "owner", "type", "reject")]),
        ({"email": None}, [(0, "email", "email_present", "reject")]),
        ({"email": "x"}, [(0, "email", "field_nulled", "null"), (0, "email", "email_present", "reject")]),
        ({"amount": "-0.01"}, [(0, "amount", "amount_not_negative", "warn")]),
        ({"amount": "-1e300"}, [(0, "amount", "amount_not_negative", "warn")]),
        ({"amount": "-1e400"}, [(0, "amount", "amount_not_negative", "warn")]),
        ({"amount": "-0"}, []),
    ],
    ids=[
        "no key",
        "missing",
        "unconvertible",
        "rule",
        "nulled and rule",
        "warn",
        "huge",
        "beyond float",
        "zero",
    ],
)
def test_validate_bad_record_gets_its_verdicts(change: dict[str, Any], expected: list[tuple]) -> None:
    assert finding_tuples(verdicts({**GOOD, **change})) == expected


def test_validate_verdicts_name_record_value_and_message() -> None:
    row = verdicts(GOOD, {**GOOD, "id": "2", "amount": "-5"}).row(0, named=True)
    assert (row["row"], row["record_id"], row["value"], row["error"]) == (1, "2", "-5", "negative")


def test_validate_broken_record_has_only_its_shape_verdict() -> None:
    assert finding_tuples(verdicts("{", GOOD)) == [(0, "", "shape", "reject")]


def test_validate_verdicts_are_ordered_by_row() -> None:
    rows = verdicts({**GOOD, "owner": None}, {**GOOD, "email": "x"}, {**GOOD, "owner": "x"}, "{")[
        "row"
    ].to_list()
    assert rows == sorted(rows)
    assert set(rows) == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({**GOOD, "owner": None, "email": None, "amount": "-5"}, []),
        ({**GOOD, "owner": "x"}, [(0, "owner", "field_nulled", "null")]),
        ({**GOOD, "id": " "}, [(0, "id", "missing_key", "reject")]),
        ("{", [(0, "", "shape", "reject")]),
    ],
    ids=["rules and required", "unconvertible", "no key", "unreadable"],
)
def test_validate_skipped_lets_all_but_keyless_records_pass(record: Any, expected: list[tuple]) -> None:
    answer = verdicts(record, skip_validation=True)
    keyed = answer.filter(pl.col("rule") != "missing_key") if record == "{" else answer
    assert finding_tuples(keyed) == expected


def test_validate_skipped_still_rejects_an_unreadable_key() -> None:
    entity = make_entity({"id": {"type": "integer"}})
    answer = verdicts({"id": "x"}, entity=entity, skip_validation=True)
    assert finding_tuples(answer) == [(0, "id", "missing_key", "reject")]


def refuse(record: dict[str, Any]) -> dict[str, Any]:
    raise ValueError(record["email"])


def test_validate_skipped_turns_a_record_functions_refusal_into_a_warning() -> None:
    entity = make_entity({"email": {}}, record_function=f"{__name__}:refuse")
    assert finding_tuples(verdicts(GOOD, entity=entity)) == [(0, "", "record_function", "reject")]
    assert finding_tuples(verdicts(GOOD, entity=entity, skip_validation=True)) == [
        (0, "", "record_function", "warn")
    ]


@pytest.mark.parametrize("hide", [{"sensitive": True}, {"mask": "sha256"}], ids=["sensitive", "masked"])
def test_validate_hidden_value_is_not_in_a_verdict(hide: dict[str, Any]) -> None:
    rules = [{"name": "short", "check": "length(secret) < 3", "message": "too long", "field": "secret"}]
    entity = make_entity({"secret": hide}, rules=rules)
    answer = verdicts({"id": "1", "secret": "pass word"}, entity=entity)
    assert answer["value"].to_list() == ["***"]


def test_validate_required_digest_counts_as_there() -> None:
    entity = make_entity({"id": ID, "secret": {"mask": "sha256", "required": True}})
    assert verdicts({"id": "1", "secret": "x"}, {"id": "2"}, entity=entity)["row"].to_list() == [1]


def test_validate_rule_that_is_the_same_for_all_holds_for_each() -> None:
    entity = make_entity(rules=[{"name": "never", "check": "1 = 2", "message": "no"}])
    assert verdicts({"id": "1"}, {"id": "2"}, entity=entity)["row"].to_list() == [0, 1]


def test_validate_empty_chunk_gives_no_verdicts() -> None:
    assert verdicts().is_empty()

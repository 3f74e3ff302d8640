"""The record function of an entity: what it may change and refuse, and what its mistakes cost."""

from __future__ import annotations

from typing import Any

from crm_sync.fields.rules import RecordRejected
from tests.unit.fields.fields_support import finding_tuples, make_entity, transform

FIELDS = {
    "amount": {"source": "properties.amount", "type": "decimal"},
    "visits": {"source": "properties.visits", "type": "integer"},
}


def double_visits(record: dict[str, Any]) -> dict[str, Any]:
    if record["visits"] == 13:
        raise RecordRejected("thirteen is no number of visits", field="visits")
    return {"visits": record["visits"] * 2, "amount": 1.5}


def answer_nonsense(record: dict[str, Any]) -> Any:
    return {"1": None, "2": {"no_such_column": 1}, "3": {"amount": "many"}, "4": {"visits": "x"}}[
        record["id"]
    ]


def function_entity(function: str) -> Any:
    return make_entity(FIELDS, record_function=f"{__name__}:{function}")


def visits(record_id: str, number: object) -> dict[str, Any]:
    return {"id": record_id, "properties": {"visits": number}}


def test_record_function_changes_and_rejects_records() -> None:
    result = transform(function_entity("double_visits"), visits("1", 5), visits("2", 13), "{", visits("4", 6))
    assert result.typed["visits"].to_list() == [10, 13, None, 12]
    assert result.typed["amount"].to_list() == ["1.5", None, None, "1.5"]
    assert finding_tuples(result.findings) == [
        (1, "visits", "record_function", "reject"),
        (2, "", "shape", "reject"),
    ]
    assert result.findings["error"][0] == "thirteen is no number of visits"


def test_record_function_failure_rejects_its_record_only() -> None:
    result = transform(function_entity("double_visits"), visits("1", None), visits("2", 1))
    assert result.typed["visits"].to_list() == [None, 2]
    assert result.findings["error"].to_list() == [f"{__name__}:double_visits raised TypeError"]


def test_record_function_is_not_called_for_a_record_that_is_rejected_already() -> None:
    fields = {**FIELDS, "visits": {"source": "properties.visits", "type": "integer", "on_error": "reject"}}
    entity = make_entity(fields, record_function=f"{__name__}:double_visits")
    assert finding_tuples(transform(entity, visits("1", "x")).findings) == [(0, "visits", "type", "reject")]


def test_record_function_answer_that_no_column_holds_is_rejected() -> None:
    result = transform(
        function_entity("answer_nonsense"), *[visits(str(number), 1) for number in range(1, 5)]
    )
    assert result.findings.select("row", "field", "rule").rows() == [
        (0, "", "record_function"),
        (1, "", "record_function"),
        (2, "amount", "record_function"),
        (3, "", "record_function"),
    ]
    assert result.typed["visits"].to_list() == [1, 1, 1, 1]

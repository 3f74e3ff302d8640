"""Transform: raw chunks to typed chunks, each field's failure to its finding, order kept."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_sync.fields.findings import FINDINGS_SCHEMA
from crm_sync.fields.types import typed_schema
from crm_sync.sync.transform import transform_chunk
from tests.unit.fields.fields_support import finding_tuples, make_entity, transform

FIELDS = {
    "email": {"source": "properties.email", "type": "email"},
    "phone": {"source": ["properties.phone", "properties.mobile"], "type": "phone"},
    "amount": {"source": "properties.amount", "type": "decimal"},
    "visits": {"source": "properties.visits", "type": "integer"},
    "archived": {"type": "boolean", "default": "false"},
    "day": {"source": "properties.day", "type": "date"},
    "seen_at": {"source": "properties.seen", "type": "datetime"},
    "teams": {"type": "json"},
}
ENTITY = make_entity(FIELDS)


def test_transform_hubspot_record_becomes_typed_columns() -> None:
    record = {
        "id": "151",
        "properties": {
            "email": "Ann@Example.com",
            "phone": "",
            "mobile": "(212) 555-0123",
            "amount": "1,234.50",
            "visits": "3",
            "day": "1572480000000",
            "seen": "2026-01-06T09:00:00.000Z",
            "custom": "x",
        },
        "archived": True,
        "teams": [{"id": 1}],
    }
    typed = transform(ENTITY, record).typed
    assert typed.row(0) == (
        "151",
        "ann@example.com",
        "+12125550123",
        "1234.50",
        3,
        True,
        date(2019, 10, 31),
        datetime(2026, 1, 6, 9, tzinfo=UTC),
        '[{"id": 1}]',
        '{"properties":{"custom":"x"}}',
        0,
        False,
        None,
        False,
    )


def test_transform_typed_columns_have_the_contracts_types() -> None:
    result = transform(ENTITY, {"id": "1"})
    assert result.typed.schema == typed_schema(ENTITY)
    assert result.typed.columns == [*ENTITY.fields, "extra", "_row", "_altered", "_source_key", "_ambiguous"]
    assert result.findings.schema == FINDINGS_SCHEMA


@pytest.mark.parametrize(
    "raw", [b"", pl.DataFrame(), pl.DataFrame({"id": []})], ids=["lines", "nothing", "table"]
)
def test_transform_empty_chunk_gives_empty_frames(raw: bytes | pl.DataFrame) -> None:
    result = transform_chunk(raw, ENTITY)
    assert result.typed.schema == typed_schema(ENTITY)
    assert result.typed.is_empty()
    assert result.findings.is_empty()


def test_transform_default_fills_missing_and_blank() -> None:
    assert transform(ENTITY, {"archived": " "}, {}, {"archived": "yes"}).typed["archived"].to_list() == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("config", "value", "expected"),
    [
        ({}, "x", ("field_nulled", "null")),
        ({"on_error": None}, "x", ("field_nulled", "null")),
        ({"on_error": "reject"}, "x", ("type", "reject")),
        ({"required": True}, "x", ("type", "reject")),
    ],
    ids=["optional", "YAML null", "on_error reject", "required"],
)
def test_transform_unconvertible_value_is_reported(
    config: dict, value: str, expected: tuple[str, str]
) -> None:
    entity = make_entity({"n": {"type": "integer", **config}})
    result = transform(entity, {"id": "7", "n": value})
    assert result.typed["n"].to_list() == [None]
    assert result.findings.row(0, named=True) == {
        "row": 0,
        "record_id": "7",
        "field": "n",
        "rule": expected[0],
        "error": "not a valid integer",
        "value": "x",
        "action": expected[1],
    }


def test_transform_unreadable_key_is_a_missing_key() -> None:
    entity = make_entity({"id": {"type": "integer"}})
    result = transform(entity, {"id": "x"}, {"id": "1"})
    assert finding_tuples(result.findings) == [(0, "id", "missing_key", "reject")]
    assert result.findings["record_id"].to_list() == [None]


def test_transform_phone_kept_as_text_is_a_warning() -> None:
    result = transform(ENTITY, {"id": "1", "properties": {"phone": "ask Ann"}})
    assert result.typed["phone"].to_list() == ["ask Ann"]
    assert finding_tuples(result.findings) == [(0, "phone", "kept_as_text", "warn")]


def test_transform_long_original_value_is_cut_in_the_finding() -> None:
    findings = transform(ENTITY, {"id": "1", "properties": {"visits": "x" * 5000}}).findings
    assert findings["value"].to_list() == ["x" * 2000]


def test_transform_composite_key_is_joined_in_findings() -> None:
    entity = make_entity({"n": {"type": "integer"}, "kind": {"default": "a"}}, primary_key=["id", "kind"])
    assert transform(entity, {"id": "7", "n": "x"}).findings["record_id"].to_list() == ["7|a"]


def test_transform_broken_lines_have_one_finding_and_others_pass() -> None:
    result = transform(ENTITY, {"id": "1"}, "{", {"id": "3", "properties": 5}, {"id": "4"})
    assert result.typed["id"].to_list() == ["1", None, "3", "4"]
    assert result.typed["_row"].to_list() == [0, 1, 2, 3]
    assert result.findings.select("row", "record_id", "rule", "action").rows() == [
        (1, None, "shape", "reject"),
        (2, "3", "shape", "reject"),
    ]


def test_transform_broken_record_has_no_finding_about_its_key() -> None:
    entity = make_entity({"id": {"type": "integer"}, "x": {"source": "a.x"}})
    assert finding_tuples(transform(entity, {"id": "x", "a": 5}).findings) == [(0, "", "shape", "reject")]


def test_transform_altered_record_is_marked() -> None:
    line = r'{"id": "1", "properties": {"custom": "a\u0000b"}}'
    typed = transform(ENTITY, line, {"id": "2"}).typed
    assert typed["_altered"].to_list() == [True, False]
    assert json.loads(typed["extra"][0]) == {"properties": {"custom": "a\ufffdb"}}


def test_transform_without_extra_reports_nothing_of_it() -> None:
    line = r'{"id": "1", "properties": {"custom": "a\u0000b"}}'
    assert transform(ENTITY, line).findings.height == 1, "with `extra` it is said"
    result = transform(ENTITY.model_copy(update={"extra": False}), line)
    assert ("extra" in result.typed.columns, result.findings.height) == (False, 0)


def test_transform_json_text_in_a_text_is_altered_too() -> None:
    typed = transform(ENTITY, {"id": "1", "teams": '["\\u0000"]'}).typed
    assert (typed["teams"][0], typed["_altered"][0]) == ('["\ufffd"]', True)


def test_transform_table_goes_through_the_same_types() -> None:
    raw = pl.DataFrame(
        {
            "id": [7, 8],
            "properties.seen": [datetime(2026, 1, 5, 10, 0, 0, 5), None],  # noqa: DTZ001 - as a database gives it
            "properties.day": [date(2026, 1, 5), None],
            "properties.amount": [0.1, float("nan")],
            "archived": [True, None],
        }
    )
    result = transform_chunk(raw, make_entity(FIELDS, source_time_zone="America/New_York"))
    row = result.typed.row(0, named=True)
    assert row["id"] == "7"
    assert row["seen_at"] == datetime(2026, 1, 5, 15, 0, 0, 5, tzinfo=UTC)
    assert (row["day"], row["amount"], row["archived"]) == (date(2026, 1, 5), "0.1", True)
    assert finding_tuples(result.findings) == [(1, "amount", "field_nulled", "null")]


def test_transform_table_aware_time_keeps_its_moment() -> None:
    moment = datetime(2026, 7, 1, 10, tzinfo=UTC)
    raw = pl.DataFrame({"id": ["1"], "properties.seen": [moment]})
    assert transform_chunk(raw, ENTITY).typed["seen_at"].to_list() == [moment]


def test_transform_table_row_with_fault_is_rejected_with_its_key_named() -> None:
    raw = pl.DataFrame({"id": ["1", "2"], "_fault": [None, "4 cells, expected 3"], "_line": [2, 3]})
    result = transform_chunk(raw, ENTITY)
    assert result.typed["id"].to_list() == ["1", None]
    assert result.findings.select("row", "record_id", "rule", "error").rows() == [
        (1, "2", "shape", "4 cells, expected 3")
    ]


def test_transform_column_named_with_dots_is_taken_from_a_table() -> None:
    entity = make_entity({"price": {"source": "Unit Price (incl. tax)", "type": "decimal"}})
    raw = pl.DataFrame({"id": ["1"], "Unit Price (incl. tax)": ["5.50"]})
    assert transform_chunk(raw, entity).typed["price"].to_list() == ["5.50"]


def test_transform_replayed_row_of_a_table_finds_its_dotted_column() -> None:
    read = {"strategy": "files", "path": "x.csv"}
    entity = make_entity({"price": {"source": "Unit Price (incl. tax)", "type": "decimal"}}, read=read)
    typed = transform(entity, {"id": "1", "Unit Price (incl. tax)": "5.50", "more.or": "less"}).typed
    assert typed.select("price", "extra").row(0) == ("5.50", '{"more.or":"less"}')


def test_transform_object_and_field_inside_it_can_both_be_mapped() -> None:
    entity = make_entity({"all": {"source": "a", "type": "json"}, "b": {"source": "a.b"}})
    typed = transform(entity, {"id": "1", "a": {"b": "x", "c": 1}}).typed
    assert typed.select("all", "b", "extra").row(0) == ('{"b": "x", "c": 1}', "x", None)


TEXTS = st.none() | st.text(max_size=8) | st.sampled_from(["2026-01-05", "1.5", "a@b.com", "true", "9" * 25])
RECORDS = st.fixed_dictionaries(
    {
        "id": TEXTS,
        "properties": st.dictionaries(st.sampled_from(["email", "amount", "visits", "day", "seen"]), TEXTS),
        "archived": TEXTS | st.booleans(),
        "teams": TEXTS | st.lists(st.integers()),
    }
)


@settings(max_examples=20)
@given(st.lists(RECORDS | st.sampled_from(["{", "[]", "5"]), max_size=6))
def test_transform_any_records_keep_their_rows_and_explain_every_null(records: list[Any]) -> None:
    first, second = transform(ENTITY, *records), transform(ENTITY, *records)
    assert first.typed.equals(second.typed)
    assert first.findings.equals(second.findings)
    assert first.typed.height == len(records)
    nulled = set(first.findings.filter(pl.col("action") != "warn").select("row", "field").rows())
    for row, record in enumerate(records):
        if isinstance(record, str):
            assert (row, "") in nulled
        elif str(record["properties"].get("amount") or "").strip():
            assert ((row, "amount") in nulled) == (first.typed["amount"][row] is None)

"""A character that can't be stored is replaced with a finding on its field, never in silence."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from crm_sync.fields.masking import digest
from crm_sync.sync.rejects import RejectBuilder
from crm_sync.sync.transform import TransformedChunk, transform_chunk
from tests.unit.fields.fields_support import finding_tuples, make_entity, transform

KEPT = ("replaced_characters", "keep")


def fields_of(result: TransformedChunk) -> list[tuple]:
    return [(row, field) for row, field, *kind in finding_tuples(result.findings) if tuple(kind) == KEPT]


@pytest.mark.parametrize("text", [r"x\u0000", r"x\udcff", "x\udcff"], ids=["NUL", "escaped half", "byte"])
def test_replaced_character_is_a_finding_on_its_field(text: str) -> None:
    entity = make_entity({"a": {}, "b": {"source": "p.b"}, "c": {}})
    line = f'{{"id": "1", "a": "fine", "p": {{"b": "{text}"}}, "c": "\ufffd"}}'.encode(
        "utf-8", "surrogateescape"
    )
    result = transform_chunk(b'{"id": "0"}\n' + line, entity)
    assert fields_of(result) == [(1, "b")]
    assert result.findings.select("record_id", "value").row(0) == ("1", "x\ufffd")
    assert result.typed["_altered"].to_list() == [False, True]
    assert result.typed["b"].to_list() == [None, "x\ufffd"]


def test_replaced_character_of_a_table_is_a_finding_on_its_field() -> None:
    raw = pl.DataFrame({"id": ["1", "2"], "a": ["x\x00", "y"], "left": ["z", "z\x00"]})
    result = transform_chunk(raw, make_entity({"a": {}}))
    assert fields_of(result) == [(0, "a"), (1, "extra")]
    assert result.typed["_altered"].to_list() == [True, True]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"id": "1", "left": "x\x00"}, [(0, "extra")]),
        ({"id": "1", "left": {"in\x00ner": 1}}, [(0, "extra")]),
        ({"id": "1", "list": ["x\x00"]}, [(0, "list")]),
        ({"id": "1", "list": '["x\\u0000"]'}, [(0, "list")]),
        ({"id": "1", "two": "x\x00"}, [(0, "two")]),
        ({"id": "1", "one": "fine", "two": "x\x00"}, []),
        ({"id": "1", "gone": "x\x00"}, []),
        ({"id": "1", "count": "7\x00"}, []),
    ],
    ids=[
        "extra",
        "name in extra",
        "in a list",
        "JSON in a text",
        "second source",
        "unused source",
        "dropped",
        "no value",
    ],
)
def test_replaced_character_is_told_where_it_is_kept(record: dict[str, Any], expected: list[tuple]) -> None:
    fields = {
        "two": {"source": ["one", "two"]},
        "list": {"type": "json"},
        "gone": {"mask": "drop"},
        "count": {"type": "integer"},
    }
    assert fields_of(transform(make_entity(fields), record)) == expected


@pytest.mark.parametrize("words", [{"sensitive": True}, {"mask": "sha256"}])
def test_replaced_character_of_a_hidden_value_is_told_without_it(words: dict[str, Any]) -> None:
    result = transform(make_entity({"a": words}), {"id": "1", "a": "x\x00"})
    assert fields_of(result) == [(0, "a")]
    assert result.findings["value"].to_list() == ["***"]
    assert result.typed["a"].to_list() == [digest("x\ufffd") if "mask" in words else "x\ufffd"]


def test_replaced_character_keeps_an_open_reject_without_failing_the_record() -> None:
    entity = make_entity({"a": {}})
    result = transform(entity, {"id": "1", "a": "x\x00"})
    builder = RejectBuilder(entity, result.typed, result.findings, lambda: b'{"id": "1", "a": "x\\u0000"}')
    rejects = builder.build([])
    assert [(row.field, row.rule, row.record_altered) for row in rejects.rows] == [
        ("a", "replaced_characters", True)
    ]
    assert rejects.seen == [("1", "a", "replaced_characters")]
    assert rejects.list_passed() == ["1"]

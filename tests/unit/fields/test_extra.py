"""`extra`: what no field took, as the source typed it."""

from __future__ import annotations

import json
from datetime import date
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_sync.fields import extra
from crm_sync.fields.paths import collect_key_paths
from crm_sync.sync.transform import transform_chunk
from tests.unit.fields.fields_support import make_entity, transform

ENTITY = make_entity({"email": {"source": "properties.email"}, "teams": {"type": "json"}})


def extra_of(*records: dict[str, Any], known: bool = True) -> list[Any]:
    paths = collect_key_paths(records, ENTITY) if known else None
    typed = transform(ENTITY, *records, key_paths=paths).typed
    return [None if text is None else json.loads(text) for text in typed["extra"]]


@pytest.mark.parametrize("known", [True, False], ids=["key paths known", "unknown"])
@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"id": "1", "properties": {"email": "a@b.c"}}, None),
        ({"properties": {"custom_roof_type": "metal"}}, {"properties": {"custom_roof_type": "metal"}}),
        (
            {"n": 5, "f": 1.5, "b": True, "s": "5", "l": [1, None]},
            {"n": 5, "f": 1.5, "b": True, "s": "5", "l": [1, None]},
        ),
        ({"x": None, "properties": {"y": None}, "z": {}}, None),
        ({"meta": {"a": None, "b": {}, "c": 0}}, {"meta": {"c": 0}}),
        ({"text": "null {} here", "empty": ""}, {"text": "null {} here", "empty": ""}),
        ({"big": 12345678901234567890123}, {"big": 12345678901234567890123}),
        ({"a.b": 1, 'quote"': 2, "😀": 3}, {"a.b": 1, 'quote"': 2, "😀": 3}),
        ({"teams": [{"id": 1}]}, None),
    ],
    ids=[
        "nothing",
        "nested",
        "types",
        "nulls",
        "inner nulls",
        "look-alikes",
        "big integer",
        "odd keys",
        "mapped json",
    ],
)
def test_extra_holds_what_no_column_took(record: dict, expected: object, known: bool) -> None:
    assert extra_of(record, known=known) == [expected]


def test_extra_wide_records_are_picked_by_key() -> None:
    custom = {f"custom_{number}": number for number in range(900)}
    assert extra_of({"id": "1", "properties": {"email": "x", **custom}}) == [{"properties": custom}]


@pytest.mark.parametrize("shuffled", [False, True], ids=["steady order", "no order"])
def test_extra_wide_records_in_any_order_keep_their_keys(shuffled: bool) -> None:
    names = [f"custom_{number}" for number in range(200)]
    records = []
    for number in range(5):
        order = Random(number).sample(names, 150) if shuffled else names[number:]
        records.append({"id": str(number), "properties": {name: f"{name} of {number}" for name in order}})
    expected = [{"properties": record["properties"]} for record in records]
    assert extra_of(*records) == expected


def test_extra_key_with_an_object_here_and_a_text_there_keeps_both() -> None:
    first, second = {"meta": {"a": 1}}, {"meta": "text"}
    typed = transform(ENTITY, first, second, key_paths={"meta", "meta.a"}).typed
    assert [json.loads(text) for text in typed["extra"]] == [first, second]


def test_extra_path_two_deep_above_a_mapped_one_is_looked_into() -> None:
    entity = make_entity({"city": {"source": "a.b.city"}})
    typed = transform(entity, {"a": {"b": {"city": "x", "zip": "1"}}}, key_paths={"a.b"}).typed
    assert json.loads(typed["extra"][0]) == {"a": {"b": {"zip": "1"}}}


def test_extra_broken_record_has_none_and_others_keep_theirs() -> None:
    typed = transform(ENTITY, {"x": 1}, "garbage", {"x": 2}, key_paths={"x"}).typed
    assert typed["extra"].to_list() == ['{"x":1}', None, '{"x":2}']


def test_extra_number_beyond_float_is_kept_as_text() -> None:
    typed = transform(ENTITY, '{"x": 1e400, "y": 1.5}', key_paths={"x", "y"}).typed
    assert json.loads(typed["extra"][0]) == {"x": "1e400", "y": 1.5}


def test_extra_is_the_same_however_the_lines_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [{"x": number, "y": None, "t": "null\u2028\n"} for number in range(9)] + [{"x": None}]
    whole = extra_of(*records)
    monkeypatch.setattr(extra, "_BATCH_BYTES", 40)
    assert extra_of(*records) == whole == [*({"x": n, "t": "null\u2028\n"} for n in range(9)), None]


def test_extra_false_leaves_the_column_out() -> None:
    typed = transform(make_entity(extra=False), {"id": "1", "x": 1}).typed
    assert "extra" not in typed.columns


def test_extra_of_a_table_is_its_unmapped_columns() -> None:
    raw = pl.DataFrame({"id": ["1", "2"], "_line": [2, 3], "n": [1, None], "day": [date(2026, 1, 5), None]})
    typed = transform_chunk(raw, ENTITY).typed
    assert typed["extra"].to_list() == ['{"n":1,"day":"2026-01-05"}', None]


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
    | st.dictionaries(st.sampled_from(["a", "b.c"]), st.none())
)
KEYS = st.sampled_from(["id", "x", "y.z", "teams", "null", "{}"])
INNER = st.dictionaries(st.sampled_from(["email", "p", "q"]), VALUES)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.dictionaries(KEYS, VALUES), INNER | st.none()), min_size=1, max_size=4))
def test_extra_and_columns_together_hold_the_record(parts: list[tuple[dict, dict | None]]) -> None:
    records = [{**outer, "properties": inner} for outer, inner in parts]
    assert extra_of(*records) == [expected_extra(record) for record in records]


def expected_extra(record: dict[str, Any]) -> dict[str, Any] | None:
    def keep(value: Any) -> bool:
        return value is not None and not (
            isinstance(value, dict) and not any(keep(v) for v in value.values())
        )

    inner = {k: v for k, v in (record["properties"] or {}).items() if k != "email" and keep(v)}
    left = {k: v for k, v in record.items() if k not in ("id", "teams", "properties") and keep(v)}
    return {**left, **({"properties": inner} if inner else {})} or None

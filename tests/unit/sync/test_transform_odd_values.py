"""Odd values of real life end as a value PostgreSQL takes, or as a finding; never as an error."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from crm_sync.fields.paths import collect_key_paths
from tests.unit.fields.fields_support import make_entity, transform

LONG_NAME = "c" * 63
FIELDS = {
    "select": {"source": "properties.select"},
    LONG_NAME: {"source": "properties.long"},
    "quoted": {"source": 'properties.say "hi"'},
    "emoji": {"source": "properties.😀"},
    "amount": {"source": "properties.amount", "type": "decimal"},
    "day": {"source": "properties.day", "type": "date"},
    "seen_at": {"source": "properties.seen", "type": "datetime"},
}
ENTITY = make_entity(FIELDS, source_time_zone="Europe/Berlin")


def value_of(column: str, key: str, value: Any) -> Any:
    typed = transform(ENTITY, {"id": "1", "properties": {key: value}}).typed
    assert not typed["id"].null_count()
    return typed[column][0]


@pytest.mark.parametrize(
    ("column", "key", "value", "expected"),
    [
        ("select", "select", "'; drop table x; --", "'; drop table x; --"),
        ("select", "select", "\\.", "\\."),
        ("select", "select", "\\N", "\\N"),
        ("select", "select", 'tab\tline\nquote"', 'tab\tline\nquote"'),
        ("select", "select", "a\x00b", "a\ufffdb"),
        ("select", "select", "half \ud83d", "half \ufffd"),
        ("select", "select", "👩‍👩‍👧 नमस्ते", "👩‍👩‍👧 नमस्ते"),
        ("select", "select", "a\u2028b\u0085c", "a\u2028b\u0085c"),
        ("select", "select", {"a": 1}, '{"a": 1}'),
        ("select", "select", 0, "0"),
        ("select", "select", False, "false"),
        (LONG_NAME, "long", "x", "x"),
        ("quoted", 'say "hi"', "x", "x"),
        ("emoji", "😀", "x", "x"),
        ("amount", "amount", "1e308", "1e308"),
        ("amount", "amount", 1e308, "1" + "0" * 308),
        ("amount", "amount", "9" * 38, "9" * 38),
        ("amount", "amount", "0." + "1" * 38, "0." + "1" * 38),
        ("amount", "amount", 6.800000000000001, "6.800000000000001"),
        ("day", "day", "0001-01-01", date(1, 1, 1)),
        ("day", "day", "9999-12-31", date(9999, 12, 31)),
        ("seen_at", "seen", "0001-01-02T00:00:00", datetime(1, 1, 1, 23, 6, 32, tzinfo=UTC)),
        ("seen_at", "seen", "0001-01-01T00:00:00", datetime(1, 1, 1, tzinfo=UTC)),
        ("seen_at", "seen", "9999-12-31T23:59:59", datetime(9999, 12, 31, 22, 59, 59, tzinfo=UTC)),
        ("seen_at", "seen", "2026-03-29 02:30:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("seen_at", "seen", "2026-10-25 02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_odd_value_arrives(column: str, key: str, value: Any, expected: Any) -> None:
    assert value_of(column, key, value) == expected


@pytest.mark.parametrize(
    ("column", "key", "value"),
    [
        ("amount", "amount", "NaN"),
        ("amount", "amount", "1e999999"),
        ("amount", "amount", [1]),
        ("day", "day", "0000-00-00"),
        ("seen_at", "seen", "0000-00-00 00:00:00"),
        ("seen_at", "seen", True),
    ],
)
def test_odd_value_that_no_column_holds_is_nulled_and_kept_in_a_finding(
    column: str, key: str, value: Any
) -> None:
    result = transform(ENTITY, {"id": "1", "properties": {key: value}})
    assert result.typed[column].to_list() == [None]
    assert result.findings.select("field", "rule").rows() == [(column, "field_nulled")]
    shown = value if isinstance(value, str) else json.dumps(value)
    assert result.findings["value"].to_list() == [shown]


def test_odd_key_names_stay_in_extra() -> None:
    odd = {"a.b": 1, 'q"': 2, "back\\slash": 3, "": 4, "new\nline": 5, "😀": 6, "_row": 7, "extra": 8}
    record = {"id": "1", "properties": {"select": "x", **odd}, **odd}
    typed = transform(ENTITY, record, key_paths=collect_key_paths([record], ENTITY)).typed
    assert json.loads(typed["extra"][0]) == {**odd, "properties": {k: v for k, v in odd.items() if k != "😀"}}


def test_odd_lines_do_not_touch_their_neighbours() -> None:
    good = {"id": "1", "properties": {"select": "x"}}
    odd = ['{"id": "2", "properties": "x"}', "\ufeff{}", '{"id": NaN}', "{'id': 1}", '{"id": 1,}', "\u2028"]
    result = transform(ENTITY, *[record for line in odd for record in (good, line)], good)
    assert result.typed.filter(pl.col("id") == "1")["select"].to_list() == ["x"] * 7
    assert set(result.findings.filter(pl.col("action") == "reject")["row"]) >= {1, 7, 9, 11}

"""Raw chunks to texts: broken lines stand alone, the others are read; NDJSON and frames alike."""

from __future__ import annotations

import json
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_sync.fields import reading
from crm_sync.fields.cleaning import clean_lines
from crm_sync.fields.frames import read_table
from crm_sync.fields.paths import build_plan
from crm_sync.fields.reading import _halve, read_lines
from tests.unit.fields.fields_support import make_entity

PLAN = build_plan(make_entity({"email": {"source": "properties.email"}, "teams": {"type": "json"}}))
GOOD = b'{"id": "1", "properties": {"email": "a@b.c"}}'


def read(*lines: bytes) -> tuple[list, dict[int, str]]:
    chunk = read_lines(b"\n".join(lines), PLAN, ("id",))
    return chunk.columns.select("id", "properties.email").rows(), chunk.faults


def test_reading_scalars_and_nested_values_come_as_text() -> None:
    line = b'{"id": 7, "properties": {"email": 1.5, "x": 1}, "teams": [{"id": 12345678901234567890123}]}'
    texts = read_lines(line + b"\n", PLAN, ("id",)).columns
    assert texts.row(0) == ("7", "1.5", '[{"id": 12345678901234567890123}]')


@pytest.mark.parametrize(
    ("line", "key", "fault"),
    [
        (b"garbage", None, "the line is not valid JSON"),
        (b"", None, "the line is not valid JSON"),
        (b'{"id": "2"', None, "the line is not valid JSON"),
        (b'{"id": "2"} {"id": "3"}', None, "the line is not valid JSON"),
        (b"[1]", None, "the line is an array, expected an object"),
        (b"null", None, "the line is null, expected an object"),
        (b'{"id": "2", "properties": "x"}', "2", "'properties' is a text, expected an object"),
        (b'{"id": 2, "properties": [1]}', "2", "'properties' is an array, expected an object"),
        (b'{"id": {"a": 1}, "properties": true}', None, "'properties' is a boolean, expected an object"),
    ],
)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_reading_broken_line_stands_alone(line: bytes, key: str | None, fault: str, position: int) -> None:
    lines = [GOOD, GOOD]
    lines.insert(position, line)
    rows, faults = read(*lines, b"")
    expected = [("1", "a@b.c"), ("1", "a@b.c")]
    expected.insert(position, (key, None))
    assert rows == expected
    assert faults == {position: fault}


def test_reading_leaves_no_column_in_pieces() -> None:
    columns = read_lines(b"\n".join([GOOD] * 20_000), PLAN, ("id",)).columns
    assert set(columns.n_chunks("all")) == {1}


def test_reading_only_broken_lines_keeps_their_number() -> None:
    rows, faults = read(*[b"x"] * 5)
    assert rows == [(None, None)] * 5
    assert len(faults) == 5


def test_reading_missing_keys_and_null_objects_are_null() -> None:
    assert read(b'{"id": "1"}', b'{"properties": null}', b"{}") == (
        [("1", None), (None, None), (None, None)],
        {},
    )


def test_reading_number_beyond_float_is_kept_as_text() -> None:
    rows, faults = read(b'{"id": 1e400, "properties": {"email": 1234567890123456789.12}}', GOOD)
    assert rows[0] == ("1e400", "1234567890123456789.12")
    assert faults == {}


def test_reading_integer_beyond_128_bits_is_kept_as_text() -> None:
    digits = b"9" * 400
    chunk = read_lines(
        b"\n".join([GOOD, b'{"id": ' + digits + b', "x": -' + digits + b"}", GOOD]), PLAN, ("id",)
    )
    assert chunk.columns["id"].to_list() == ["1", digits.decode(), "1"]
    assert chunk.faults == {}
    assert chunk.lines is not None
    assert b'"x":"-999' in chunk.lines


def test_reading_control_characters_in_a_text_are_kept_but_nul() -> None:
    chunk = read_lines(b'{"id": "a\tb\x01\x00"}', PLAN, ("id",))
    assert chunk.columns["id"].to_list() == ["a\tb\x01\ufffd"]
    assert chunk.altered_rows == (0,)


def test_reading_halves_until_a_refused_line_stands_alone() -> None:
    lines = [GOOD, GOOD, b'{"properties": []}', GOOD, GOOD]
    pieces = _halve([0, 1, 2, 3, 4], lines, PLAN)
    assert [rows for rows, frame in pieces if frame is None] == [[2]]
    assert sum(frame.height for _, frame in pieces if frame is not None) == 4


def test_reading_line_that_only_polars_refuses_is_a_fault_with_its_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "_find_fault", lambda *_: None)
    chunk = read_lines(GOOD + b'\n{"id": "2", "properties": []}', PLAN, ("id",))
    assert chunk.columns["id"].to_list() == ["1", "2"]
    assert chunk.faults == {1: "the record can't be read"}


def test_reading_no_lines_gives_no_rows() -> None:
    assert read_lines(b"", PLAN, ("id",)).columns.shape == (0, 3)


def test_reading_last_line_break_is_no_record() -> None:
    assert read(GOOD + b"\n") == ([("1", "a@b.c")], {})


@pytest.mark.parametrize(
    ("text", "expected", "altered"),
    [
        (r"a\u0000b", "a\ufffdb", [1]),
        (r"a\ud800b", "a\ufffdb", [1]),
        (r"\uDC00\uD800", "\ufffd\ufffd", [1]),
        (r"\ud83d\ude00", "😀", []),
        (r"a\\u0000b", r"a\u0000b", []),
        (r"a\u00e9", "aé", []),
    ],
    ids=["NUL", "lone surrogate", "wrong order", "emoji", "escaped backslash", "letter"],
)
def test_reading_unholdable_character_is_replaced(text: str, expected: str, altered: list[int]) -> None:
    chunk = read_lines(GOOD + b'\n{"id": "' + text.encode() + b'"}', PLAN, ("id",))
    assert chunk.columns["id"].to_list() == ["1", expected]
    assert list(chunk.altered_rows) == altered


def test_reading_broken_utf8_is_replaced_and_noted() -> None:
    chunk = read_lines(GOOD + b'\n{"id": "a\xff"}', PLAN, ("id",))
    assert chunk.columns["id"].to_list() == ["1", "a\ufffd"]
    assert (chunk.replaced, chunk.faults) == ({1: {("id",)}}, {})


def test_cleaning_untouched_lines_are_the_same_object() -> None:
    raw = b'{"a": "line\\nbreak \\u00e9"}'
    assert clean_lines(raw)[0] is raw


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=30)
@given(
    st.lists(
        st.fixed_dictionaries({"id": JSON, "properties": st.dictionaries(st.just("email"), JSON) | JSON}),
        max_size=6,
    )
)
def test_reading_any_json_gives_one_row_per_line(records: list[dict]) -> None:
    lines = [json.dumps(record).encode() for record in records]
    chunk = read_lines(b"\n".join(lines), PLAN, ("id",))
    assert chunk.columns.height == len(records)
    for row, record in enumerate(records):
        is_object = record["properties"] is None or isinstance(record["properties"], dict)
        assert (row in chunk.faults) is not is_object


def test_reading_ten_megabyte_text_is_kept() -> None:
    text = "x" * 10_000_000
    rows, _ = read(GOOD, json.dumps({"id": "2", "properties": {"email": text}}).encode())
    assert rows[1] == ("2", text)


def test_reading_finds_each_of_many_broken_lines() -> None:
    lines = [GOOD, b'{"id": "2", "properties": "x"}'] * 2000
    _, faults = read(*lines)
    assert len(faults) == 2000


def table(**columns: object) -> pl.DataFrame:
    return pl.DataFrame(columns)


def test_table_columns_of_types_that_no_field_takes_come_as_text() -> None:
    raw = table(id=["7"], teams=[{"a": [1, None]}]).with_columns(
        pl.Series("properties.email", [Decimal("1.50")], dtype=pl.Decimal(10, 2))
    )
    assert read_table(raw, PLAN, ("id",)).columns.row(0) == ("7", "1.50", '{"a":[1,null]}')


def test_table_bytes_are_hex_whether_they_are_text_or_not() -> None:
    chunk = read_table(table(id=[b"abc", b"\xff\x00", b"", None]), PLAN, ("id",))
    assert chunk.columns["id"].to_list() == ["616263", "ff00", "", None]


def test_table_null_list_stays_null() -> None:
    assert read_table(table(id=["1", "2"], teams=[[1], None]), PLAN, ("id",)).columns["teams"].to_list() == [
        "[1]",
        None,
    ]


def test_table_missing_column_is_null() -> None:
    assert read_table(table(id=["1"]), PLAN, ("id",)).columns.row(0) == ("1", None, None)


def test_table_row_with_fault_is_null_and_keeps_its_key_for_reports() -> None:
    raw = table(id=["1", "2"], _line=[2, 3], _fault=[None, "the row has 4 cells, expected 3"])
    chunk = read_table(raw, PLAN, ("id",))
    assert chunk.columns["id"].to_list() == ["1", None]
    assert chunk.faults == {1: "the row has 4 cells, expected 3"}
    assert chunk.key_hints is not None
    assert chunk.key_hints.rows() == [("2", 1)]


def test_table_nul_is_replaced_and_noted() -> None:
    chunk = read_table(table(id=["a\x00", "b", None]), PLAN, ("id",))
    assert chunk.columns["id"].to_list() == ["a\ufffd", "b", None]
    assert chunk.altered_rows == (0,)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{"type": "search"}', ('{"type": "search"}', "search")),
        ('"all"', ("all", None)),
        ("[1]", ("[1]", None)),
        ("7", ("7", None)),
        ("null", (None, None)),
    ],
    ids=["object", "text", "array", "number", "null"],
)
def test_reading_object_mapped_whole_and_in_parts_may_be_something_else(value: str, expected: tuple) -> None:
    fields = {"source": {"type": "json"}, "source_type": {"source": "source.type"}}
    plan = build_plan(make_entity(fields))
    line = b'{"id": "2", "source": %b}' % value.encode()
    chunk = read_lines(b"\n".join([GOOD, line, GOOD]), plan, ("id",))
    assert chunk.faults == {}
    assert chunk.columns.select("source", "source.type").row(1) == expected

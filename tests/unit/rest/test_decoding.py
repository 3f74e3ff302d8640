from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_sync.rest.decoding import decode_json, encode_lines, keep_literal


@pytest.mark.parametrize(
    ("literal", "kept"),
    [
        ("1.5", 1.5),
        ("1.10", 1.1),
        ("1e2", 100.0),
        ("-0.0", -0.0),
        ("1234567890123456789.12", "1234567890123456789.12"),
        ("1e400", "1e400"),
        ("-1e400", "-1e400"),
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
    ],
)
def test_number_literal_is_a_float_only_when_nothing_is_lost(literal, kept):
    assert decode_json(f'{{"a": {literal}}}'.encode()) == {"a": kept}


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_keep_literal_never_changes_a_number(number):
    literal = f"{number:E}" if number.as_tuple().exponent > 0 else str(number)
    kept = keep_literal(literal)
    assert Decimal(repr(kept) if isinstance(kept, float) else kept) == Decimal(literal)


@pytest.mark.parametrize("literal", ["9223372036854775808", "-123456789012345678901234567890", "1" * 200])
def test_long_integer_survives_decoding_and_encoding(literal):
    assert encode_lines([decode_json(f'{{"a":{literal}}}'.encode())]) == f'{{"a":{literal}}}\n'.encode()


def test_lone_surrogate_becomes_the_replacement_character_and_the_rest_stays():
    body = rb'{"a": "x\ud83d", "b": [1.5, {"\udc00": "\ud83d\ude00"}], "c": 12345678901234567890.5}'
    value = decode_json(body)
    assert value == {"a": "x�", "b": [1.5, {"�": "😀"}], "c": "12345678901234567890.5"}
    assert json.loads(encode_lines([value])) == value


def test_bytes_that_are_no_utf8_become_the_replacement_character():
    assert decode_json(b'{"a": "caf\xe9"}') == {"a": "caf�"}


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": 1', b'{"results": [{"id": "1"}, {"id', b'{"a" 1}'])
def test_broken_document_is_an_error(body):
    with pytest.raises(ValueError, match=r"."):
        decode_json(body)


def test_nesting_beyond_reason_is_an_error():
    with pytest.raises(ValueError, match=r"."):
        decode_json(b"[" * 200_000)


def test_lines_are_one_object_each_whatever_the_text_holds():
    records = [{"a": "line\nbreak"}, {"a": "separator"}, {"a": None}]
    lines = encode_lines(records)
    assert [json.loads(line) for line in lines.split(b"\n")[:-1]] == records


def test_surrogates_in_python_values_do_not_break_encoding():
    assert encode_lines([{"a": "\ud800"}]) == '{"a":"�"}\n'.encode()

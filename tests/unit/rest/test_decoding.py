from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_sync.fields.number_literals import keep_number
from crm_sync.rest.decoding import decode_json, encode_lines, find_repeated_key, read_charset


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
def test_keep_number_never_changes_a_number(number):
    literal = f"{number:E}" if number.as_tuple().exponent > 0 else str(number)
    kept = keep_number(literal)
    assert Decimal(repr(kept) if isinstance(kept, float) else kept) == Decimal(literal)


@pytest.mark.parametrize("literal", ["9223372036854775808", "-123456789012345678901234567890", "1" * 200])
def test_long_integer_survives_decoding_and_encoding(literal):
    assert encode_lines([decode_json(f'{{"a":{literal}}}'.encode())]) == f'{{"a":{literal}}}\n'.encode()


def test_lone_surrogate_stays_in_texts_as_an_escape_and_is_replaced_in_keys():
    body = rb'{"a": "x\ud83d", "b": [1.5, {"\udc00": "\ud83d\ude00"}], "c": 12345678901234567890.5}'
    value = decode_json(body)
    assert value == {"a": "x\ud83d", "b": [1.5, {"\ufffd": "😀"}], "c": "12345678901234567890.5"}
    lines = encode_lines([value])
    assert lines.isascii()
    assert json.loads(lines) == value


@pytest.mark.parametrize("charset", [None, "utf-8", "us-ascii"])
def test_bytes_that_are_no_utf8_stay_as_escapes(charset):
    value = decode_json(b'{"a": "caf\xe9", "b": 1}', charset)
    assert encode_lines([value, {"a": "é"}]) == b'{"a":"caf\\udce9","b":1}\n{"a":"\xc3\xa9"}\n'


@pytest.mark.parametrize("charset", [None, "ascii", "us-ascii"])
@pytest.mark.parametrize("other", ["", '"x": "\\ud83d", '], ids=["good", "beside half a letter"])
def test_utf8_that_is_called_ascii_is_utf8(charset, other):
    body = f'{{{other}"a": "Müller"}}'.encode()
    assert decode_json(body, charset)["a"] == "Müller"


@pytest.mark.parametrize(
    ("header", "charset"),
    [
        ("application/json", None),
        ("application/json; charset=ISO-8859-1", "iso-8859-1"),
        ('application/json;Charset = "UTF-8"; x=y', "utf-8"),
        (None, None),
    ],
)
def test_charset_is_read_from_the_content_type(header, charset):
    assert read_charset(header) == charset


@pytest.mark.parametrize(
    "charset", ["iso-8859-1", "windows-1252", "utf-16", "utf-16-le", "shift_jis", "utf-7"]
)
def test_charset_that_the_answer_names_counts(charset):
    text = "ソ" if charset == "shift_jis" else "ü"
    assert decode_json(f'{{"a": "{text}"}}'.encode(charset), charset) == {"a": text}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("charset", [None, "iso-8859-1"])
def test_byte_order_mark_is_fine_and_counts_more_than_the_charset(encoding, charset):
    assert decode_json('{"a": "ü"}'.encode(encoding), charset) == {"a": "ü"}


def test_unknown_charset_is_an_error_unless_the_body_is_utf8():
    assert decode_json('{"a": "ü"}'.encode(), "utf8mb4") == {"a": "ü"}
    with pytest.raises(ValueError, match="names the unknown charset 'hex'"):
        decode_json(b'{"a": "\xfc"}', "hex")


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "c"),
        (b'[{"a":1,"a":1}]', "a"),
        (rb'{"a": "\u003a", "b": 1e5, "c": "x:y"}', None),
        (b'{"a":{"a":[{"a":1},{"a":2}]}}', None),
        (b'{"a": "\xff", "a": "b"}', "a"),
    ],
    ids=["inside", "compact", "escapes", "none", "bad_bytes"],
)
def test_key_that_comes_twice_in_an_object_is_found(body, key):
    assert find_repeated_key(body, decode_json(body)) == key


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b'{"results":[{"a":1,"b":{"c":1,"c":2}},{"a":2}],"next":null}', "c"),
        (b'{"results":[{"a":1}],"next":1,"next":2}', "next"),
        (b'{"results": [{"a": "x:y"}, {"a": "\xc3\xbc"}], "next": {"after": "5"}}', None),
        (b'{"results":[{"a":"x:y"},{"a":null}],"next":{"after":"5"}}', None),
        (b'{"results":[{"a":"x:y"}],"next":{"after":"5"}}', None),
        (rb'{"results":[{"a":"\udc00","a":"b"}]}', "a"),
    ],
    ids=["in an item", "beside", "with blanks", "two items", "one item", "lone surrogate"],
)
def test_key_that_comes_twice_is_found_by_what_was_encoded_already(body, key):
    data = decode_json(body)
    lines = encode_lines(data["results"])
    assert find_repeated_key(body, {**data, "results": []}, lines=lines) == key


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

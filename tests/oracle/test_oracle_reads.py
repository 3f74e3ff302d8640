"""What the oracle says of whole records, files and lists."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.oracle.ends import Exchange, read_list
from tests.oracle.files import read_file
from tests.oracle.json_values import decode, read_json
from tests.oracle.records import judge
from tests.oracle.settings import Entity, build_entity
from tests.oracle.told import Choice, Reading

FIELDS = {
    "id": {"type": "object_id", "required": True},
    "name": {},
    "city": {"source": "address.city"},
    "zip": {"source": ["zip", "address.zip"]},
    "amount": {"type": "decimal", "on_error": "reject"},
}


def make(read: dict[str, Any] | None = None, **words: Any) -> Entity:
    given = {"read": read or {"strategy": "rest_list"}, "primary_key": ["id"], "fields": FIELDS, **words}
    return build_entity(given, "shop", "things")


def look(text: str, **words: Any) -> dict[str, Any]:
    told = judge(read_json(text), make(**words), "here")
    assert told.columns is not None
    return {name: choices[0].value for name, choices in told.columns.items()}


def test_record_is_mapped_and_what_is_left_goes_to_extra():
    row = look(
        '{"id": "1", "name": null, "address": {"city": "x", "zip": "9", "floor": 2}, "more": {}, "n": null}'
    )
    assert row == {
        "id": "1",
        "name": None,
        "city": "x",
        "zip": "9",
        "amount": None,
        "extra": {"address": {"floor": 2}},
    }


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ('{"id": "1"}', ()),
        ("[]", ("shape",)),
        ('{"id": "1", "address": "x"}', ("shape",)),
        ('{"id": null}', ("required", "type", "missing_key")),
        ('{"id": " "}', ("required", "type", "missing_key")),
        ('{"id": "1", "amount": "x"}', ("required", "type", "missing_key")),
        ('{"id": "a\\u0000"}', ("required", "type", "missing_key", "replaced_characters")),
    ],
)
def test_records_that_are_rejected(text, rules):
    assert judge(read_json(text), make(), "here").rejected == rules


def test_key_keeps_what_the_source_wrote():
    entity = make(fields={**FIELDS, "id": {"type": "email"}})
    told = judge({"id": " Ann@example.com"}, entity, "here")
    assert (told.key, told.source_key) == (("ann@example.com",), (" Ann@example.com",))


FILE = {"strategy": "files", "path": "a.csv"}
FLAT = {"id": {"type": "object_id", "required": True}, "name": {}, "city": {}}


def read(content: bytes | str, **words: Any) -> Reading:
    raw = content.encode() if isinstance(content, str) else content
    return read_file(raw, make({**FILE, **words}, fields=FLAT, extra=False))


def names(reading: Reading) -> list[Any]:
    assert reading.failure is None
    return ["rejected" if one.rejected else one.columns["name"][0].value for one in reading.records]  # type: ignore[index]


@pytest.mark.parametrize(
    ("content", "words", "wanted"),
    [
        ("id,name,city\n1,a,b\n", {}, ["a"]),
        ('id,name,city\n1,"a,""b""\nc",b', {}, ['a,"b"\nc']),
        ("id,name,city\n1,a\n", {}, ["rejected"]),
        ("id,name,city\n1,a,b,c\n", {}, ["rejected"]),
        ("id,name,city\n1,a,b,\n", {}, ["a"]),
        ("id,name,city\n1,a,b,c\n", {"on_extra_columns": "ignore"}, ["a"]),
        ("id;name;city\n1;a,b;c\n", {"delimiter": ";"}, ["a,b"]),
        ("id,name,city\n1,a\\,b,c\n", {"escapechar": "\\"}, ["a,b"]),
        ("id,name,city\n1,\\N,c\n", {"escapechar": "\\", "null_values": ["\\N"]}, [None]),
        ("id,name,city\n1,N,c\n", {"escapechar": "\\", "null_values": ["\\N"]}, ["N"]),
        ("top\nid,name,city\n1,a,b\n", {"header_row": 2}, ["a"]),
        ("id,name,city\n1,a,b\nTotal,1,\n", {"footer_rows": 1}, ["a"]),
        ("id,name,city\n1,a,b\n\nbye", {"end_at_blank_line": True}, ["a"]),
        ("id,name,city\n# x\n1,a,b", {"skip_lines_starting": ["#"]}, ["a"]),
        ("id,name,city\n1,a,b\nid,name,city\n2,c,d", {"skip_repeated_header": True}, ["a", "c"]),
        ("\ufeffid,name,city\n1,a,b", {}, ["a"]),
        ("id,name,city\r1,a,b\r2,c,d", {}, ["a", "c"]),
        ("id, name ,city\n1,a,b", {}, ["a"]),
        ("id,name,city\n", {}, []),
    ],
)
def test_files_that_are_read(content, words, wanted):
    assert names(read(content, **words)) == wanted


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n",
        b"id,name,name\n1,a,b",
        b"id,,city\n1,a,b",
        b"name,city\na,b",
        b'id,name,city\n1,"a',
        b'id,name,city\n1,"a"b,c',
        b"id,name,city\n1,\xff,b",
        gzip.compress(b"id,name,city\n1,a,b", mtime=0)[:-4],
        b"PK\x03\x04junk",
        b"<html></html>",
    ],
)
def test_files_that_fail(content):
    assert read(content).failure is not None


def test_column_that_left_is_told_of_each_record():
    assert read("id,city\n1,b\n").records[0].missing == {"name"}


def test_bytes_are_decoded_by_their_charset_and_keep_what_does_not_decode():
    assert decode(b'"M\xfcller"', "ISO-8859-1") == '"Müller"'
    assert decode(b"\xef\xbb\xbf{}", None) == "{}"
    assert decode(b"\xff", None) == "\udcff"


def walk(paging: dict[str, Any], *bodies: Any, asked: int = 2) -> str:
    one = {
        "strategy": "rest_list",
        "passes": [{"name": "all", "path": "/x", "records_path": "items"}],
        "paging": paging,
    }
    steps = [
        Exchange("/x", {"limit": str(asked), "page": str(at)}, json.dumps(body).encode())
        for at, body in enumerate(bodies)
    ]
    reading = read_list(steps, make(one, fields=FLAT))
    return (
        "failure"
        if reading.failure
        else "doubt"
        if reading.doubt
        else "either"
        if reading.either
        else "whole"
    )


TWO, ONE, NONE = [{"id": "1"}, {"id": "2"}], [{"id": "3"}], []  # type: ignore[var-annotated]
CURSOR = {"style": "cursor", "next_path": "next", "param": "after"}
LINK = {"style": "link", "next_path": "next", "more_path": "more"}
PAGES = {"style": "offset", "param": "page", "counts": "pages"}


@pytest.mark.parametrize(
    ("paging", "bodies", "wanted"),
    [
        (CURSOR, [{"items": TWO, "next": "a"}, {"items": ONE}], "whole"),
        (CURSOR, [{"items": TWO, "next": "a"}], "doubt"),
        (CURSOR, [{"items": TWO, "next": {"a": 1}}], "doubt"),
        (CURSOR, [{"items": TWO, "next": 2}], "doubt"),
        (CURSOR, [{"items": None}], "failure"),
        (CURSOR, [{"items": [None]}], "failure"),
        (LINK, [{"items": TWO, "more": True}], "doubt"),
        (LINK, [{"items": TWO, "more": "false"}], "whole"),
        (PAGES, [{"items": TWO}], "doubt"),
        (PAGES, [{"items": TWO}, {"items": ONE}], "whole"),
        (PAGES, [{"items": ONE}], "either"),
        (PAGES, [{"items": NONE}], "whole"),
        ({**PAGES, "end": "empty"}, [{"items": TWO}, {"items": ONE}], "doubt"),
        ({**PAGES, "total_path": "total"}, [{"items": ONE, "total": "3"}], "doubt"),
        ({**PAGES, "total_path": "total"}, [{"items": ONE, "total": "1"}], "whole"),
        ({**PAGES, "total_path": "total"}, [{"items": ONE, "total": []}], "doubt"),
        ({**PAGES, "more_path": "more"}, [{"items": ONE, "more": "true"}], "doubt"),
        ({**PAGES, "more_path": "more"}, [{"items": TWO, "more": 0}], "whole"),
        ({**PAGES, "more_path": "more"}, [{"items": ONE, "more": "maybe"}], "doubt"),
        ({**PAGES, "total_pages_path": "pages"}, [{"items": TWO, "pages": 2}], "doubt"),
        ({"style": "keyset", "param": "after_id"}, [{"items": TWO}, {"items": NONE}], "whole"),
        ({"style": "keyset", "param": "after_id"}, [{"items": ONE}], "doubt"),
    ],
)
def test_ends_of_lists(paging, bodies, wanted):
    assert walk(paging, *bodies) == wanted


def test_total_counts_a_record_that_comes_twice_once():
    assert (
        walk({**PAGES, "total_path": "total"}, {"items": TWO, "total": 3}, {"items": [*TWO[1:]], "total": 3})
        == "doubt"
    )


def test_choices_are_compared_whole():
    assert Choice("x") != Choice("x", "field_nulled")

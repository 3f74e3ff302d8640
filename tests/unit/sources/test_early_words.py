"""A look at an answer names the next page only where the walk is certain to ask for it."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from crm_sync.config.answers import AnswerWords
from crm_sync.config.paging import Paging
from crm_sync.rest.messages import Answer
from crm_sync.rest.paginators import build_paginator
from crm_sync.sources.rest.early_words import EarlyWords
from tests.unit.sources.rest_list_support import NOW

CURSOR = {"style": "cursor", "next_path": "meta.next", "param": "at"}
LINK = {"style": "link", "next_path": "next"}
NUMBERS = {"style": "offset", "counts": "pages", "first": 1}
OFFSETS = {"style": "offset", "counts": "records"}
KEYSET = {"style": "keyset", "param": "after", "ids": "number"}
PAIRS = {"style": "keyset", "by_path": "changed", "ids": "any", "next_path": "next"}
ROWS = {"rows": {"header_path": "names", "cells_path": "cells"}}
BARE_ROWS = {"rows": {}}


def look(paging, body, *, token=None, answer=None, headers=None, path="data"):
    words = TypeAdapter(Paging).validate_python(paging)
    raw = Answer(200, body.encode(), headers or {}, NOW)
    early = EarlyWords(AnswerWords(**(answer or {})), words, (path,), 2)
    return early.find_next(build_paginator(words, base_url="https://x.example", path="/t"), raw, token)


@pytest.mark.parametrize(
    ("paging", "body", "expected"),
    [
        (CURSOR, '{"data": [{"id": 1}], "meta": {"next": "b"}}', "b"),
        (CURSOR, '{"data": [{"id": 1}], "meta": {"next": 17}}', "17"),
        (CURSOR, '{"data": [{"id": 1}], "meta": {}}', None),
        (CURSOR, '{"data": [{"id": 1}], "meta": null}', None),
        (CURSOR, '{"data": [{"id": 1}], "meta": [1]}', None),
        (CURSOR, '{"data": [{"id": 1}], "meta": {"next": {"a": 1}}}', None),
        # an empty page that names a next one is asked for again first
        (CURSOR, '{"data": [], "meta": {"next": "b"}}', None),
        (CURSOR, '{"data": null, "meta": {"next": "b"}}', None),
        (CURSOR, '{"data": {"id": 1}, "meta": {"next": "b"}}', None),
        (CURSOR, '{"data": [{"id": 1}], "meta": {"next": "b"}', None),
        (CURSOR | {"more_path": "more"}, '{"data": [{}], "more": true, "meta": {"next": "b"}}', "b"),
        (CURSOR | {"more_path": "more"}, '{"data": [{}], "more": false, "meta": {"next": "b"}}', None),
        (CURSOR | {"more_path": "more"}, '{"data": [{}], "more": "x", "meta": {"next": "b"}}', None),
        (CURSOR | {"end": "short"}, '{"data": [{}], "meta": {"next": "b"}}', None),
        (CURSOR | {"end": "short"}, '{"data": [{}, {}], "meta": {"next": "b"}}', "b"),
        (CURSOR | {"end": "empty"}, '{"data": [{}], "meta": {"next": "b"}}', "b"),
        (LINK, '{"data": [{}], "next": "https://x.example/t?at=b"}', "/t?at=b"),
        (LINK, '{"data": [{}], "next": {}}', None),
        (NUMBERS, '{"data": [{}, {}]}', "2"),
        (NUMBERS, '{"data": [{}]}', None),
        (NUMBERS | {"more_path": "more"}, '{"data": [{}], "more": true}', "2"),
        (NUMBERS | {"total_path": "total"}, '{"data": [{}, {}], "total": 9}', None),
        (NUMBERS | {"total_pages_path": "pages"}, '{"data": [{}, {}], "pages": 9}', None),
        (OFFSETS, '{"data": [{}, {}]}', "2"),
        (KEYSET, '{"data": [{"id": 4}, {"id": 7, "x": [1]}]}', "7"),
        (KEYSET, '{"data": [{"id": 4}, {"id": null}]}', None),
        (KEYSET, '{"data": [{"id": 4}]}', None),
        (PAIRS, '{"data": [{"id": "a", "changed": "t1"}, {"id": "b", "changed": "t2"}]}', "t2\nb"),
        (PAIRS, '{"data": [{"id": "a", "changed": "t1"}], "next": "https://x.example/t?a=b"}', "\n/t?a=b"),
        # the list and the word share a place: then all of it is decoded
        (CURSOR | {"next_path": "data.next"}, '{"data": [{"id": 1}]}', None),
    ],
)
def test_json_is_looked_at(paging, body, expected):
    assert look(paging, body) == expected


def test_token_goes_on_from_its_own():
    assert look(NUMBERS, '{"data": [{}, {}]}', token="4") == "5"
    assert look(KEYSET, '{"data": [{"id": 4}, {"id": 5}]}', token="9") is None


@pytest.mark.parametrize(
    ("answer", "body", "expected"),
    [
        (ROWS, '{"names": ["id"], "data": [{"cells": ["1"]}], "meta": {"next": "b"}}', "b"),
        (BARE_ROWS, '{"data": [["id"], ["1"]], "meta": {"next": "b"}}', "b"),
        (BARE_ROWS, '{"data": [["id"]], "meta": {"next": "b"}}', None),
        ({"format": "xml"}, "<data/>", None),
        ({"format": "csv"}, "id\n1\n", None),
    ],
)
def test_rows_are_counted_without_their_names(answer, body, expected):
    assert look(CURSOR, body, answer=answer) == expected


@pytest.mark.parametrize(
    ("body", "word", "expected"), [("id\n1\n2\n", "b", "b"), ("id\n", "b", None), ("id\n1\n", "null", None)]
)
def test_position_in_a_header_is_enough_for_csv(body, word, expected):
    paging = CURSOR | {"next_path": "header:Locator", "end_words": ["null"]}
    assert look(paging, body, answer={"format": "csv"}, headers={"Locator": word}) == expected


def test_json_may_have_its_position_in_a_header_too():
    paging = CURSOR | {"next_path": "header:Locator"}
    assert look(paging, "[{}]", headers={"Locator": "b"}, path="") == "b"


def test_other_charsets_are_left_to_decoding():
    body = '{"data": [{"id": 1}], "meta": {"next": "b"}}'
    assert look(CURSOR, body, headers={"Content-Type": "application/json; charset=utf-16"}) is None


def test_records_in_several_places_are_left_to_decoding():
    assert look(CURSOR, '{"data": {"a": [{}]}, "meta": {"next": "b"}}', path="data.*") is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '{"d": {"results": [{"id": "a"}, {"id": "b", "changed": "/Date(1762300800000)/"}]}}',
            "2025-11-05T00:00:00\nb",
        ),
        ('{"d": {"results": [{"id": "a"}], "__next": "https://x.example/t?a=b"}}', "\n/t?a=b"),
        ('{"d": [{"id": "a"}, {"id": "b"}]}', None),
        ('{"error": {}}', None),
        ("<feed/>", None),
    ],
)
def test_odata_is_looked_at(body, expected):
    assert look(PAIRS, body, answer={"format": "odata"}, path="results") == expected

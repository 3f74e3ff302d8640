"""What bodies of answers are taken for: their charset, their oddities, and what is none."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from crm_sync.exceptions import SourceUnavailableError, UnexpectedResponseError
from tests.unit.rest.test_client import REQUEST, make_client

LATIN = "application/json; charset=ISO-8859-1"


def send(body, kind="application/json", status=200):
    client = make_client((status, body, {"Content-Type": kind}))[0]
    return client.send(REQUEST).data, list(client.notes)


def test_charset_of_the_header_counts():
    assert send('{"results": ["ü"]}'.encode("latin-1"), LATIN) == ({"results": ["ü"]}, [])


def test_utf8_under_another_name_is_read_as_named_and_noted():
    _, (note,) = send('{"results": ["ü"]}'.encode(), LATIN)
    assert note.startswith("GET /list: the answer names the charset iso-8859-1 and was decoded with it")


def test_key_that_comes_twice_is_noted():
    _, (note,) = send(b'{"results": [{"a": 1, "a": 2}]}')
    assert note == "GET /list: an object in an answer has the key 'a' twice; the last one counts."


@pytest.mark.parametrize(
    ("path", "lines"),
    [("results", b'{"a":2}\n{"a":"x"}\n'), ("none", None), ("*", None), (None, None)],
)
def test_records_are_encoded_once_for_their_lines_and_for_the_keys(path, lines):
    client = make_client((200, b'{"results": [{"a": 1, "a": 2}, {"a": "x"}]}', {}))[0]
    answer = client.send(replace(REQUEST, lines_path=path))
    assert answer.data == {"results": [{"a": 2}, {"a": "x"}]}
    assert answer.lines == lines
    assert len(client.notes) == 1


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 204, "is no JSON"),
        (b'{"results": [{"id": 1}, {"id"', 206, "is no JSON"),
        (b'{"results": null}', 200, "has no list 'results', it is an object with 'results'"),
        (b'[{"id": 1}]', 200, "has no list 'results'"),
        (b'{"results": [{"id": 1}]}', 200, None),
    ],
    ids=["empty", "truncated", "null", "a-list", "good"],
)
def test_body_that_is_no_answer_is_an_error_that_names_what_came(body, status, words):
    if words is None:
        assert send(body, status=status)[0] == {"results": [{"id": 1}]}
        return
    with pytest.raises(SourceUnavailableError, match=words):
        send(body, status=status)


def test_charset_that_nobody_knows_is_named():
    with pytest.raises(SourceUnavailableError, match="names the unknown charset 'x-own'"):
        send(b'{"results": ["\xff"]}', "application/json; charset=x-own")


@pytest.mark.parametrize(
    "kind", ["application/json", LATIN, "application/json; charset=utf-16", "text/html; charset=hex"]
)
def test_error_body_in_another_charset_crashes_nothing(kind, caplog):
    with caplog.at_level(logging.DEBUG), pytest.raises(UnexpectedResponseError) as caught:
        send(b'{"message": "Stra\xdfe \\ud83d", "category": "\\udc00"}', kind, status=400)
    assert str(caught.value).encode()

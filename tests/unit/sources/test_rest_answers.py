"""Answers as YAML describes them: CSV, XML, rows; positions in headers; what is not so is never an end."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError
from requests.structures import CaseInsensitiveDict

from crm_sync.exceptions import FatalSourceError, SourceError, SourceUnavailableError
from crm_sync.rest.auth import BearerAuth
from crm_sync.rest.client import RestClient
from crm_sync.rest.messages import Answer
from crm_sync.rest.retries import RetryPolicy
from tests.unit.sources.rest_list_support import make_entity, run

SINGLE = {"passes": [{"name": "all", "path": "/things", "records_path": "items", "paged": False}]}
LOCATOR = {
    "passes": [{"name": "all", "path": "/results"}],
    "answer": {"format": "csv", "count_path": "header:X-Records"},
    "paging": {
        "style": "cursor",
        "next_path": "header:X-Locator",
        "param": "locator",
        "end_words": ["null"],
        "limit_param": "maxRecords",
    },
}
LINKED = {
    "passes": [{"name": "all", "path": "/query", "records_path": "records", "params": {"q": "SELECT 1"}}],
    "paging": {"style": "link", "next_path": "nextUrl", "done_path": "done", "limit_param": ""},
}


class Bytes:
    """A transport that answers in turn, the last one for ever."""

    base_url = "https://crm.example"

    def __init__(self, *answers) -> None:
        self.left = list(answers)
        self.sent: list[str] = []

    def exchange(self, method, url_path, headers, body=None) -> Answer:
        self.sent.append(url_path)
        content, extra = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        return Answer(200, content, CaseInsensitiveDict(extra), datetime.now(UTC))


def read(*answers, **words):
    """Read a list; gives its records, the requests sent, and the source."""
    transport = Bytes(*[one if isinstance(one, tuple) else (one, {}) for one in answers])
    policy = RetryPolicy(max_retries=1, first_wait_s=0, random=lambda: 0.0)
    client = RestClient(transport, BearerAuth("token"), policy=policy)  # type: ignore[arg-type]
    records, _, source = run(client, **words)  # type: ignore[arg-type]
    return records, transport.sent, source


def csv_page(text: bytes, records: int, locator: str | None):
    found = {} if locator is None else {"X-Locator": locator}
    return text, {"X-Records": str(records), "Content-Type": "text/csv", **found}


def test_csv_pages_are_followed_by_a_header_until_its_word_for_the_end():
    records, sent, _ = read(
        csv_page(b'"id","note"\n"1","a ""b""\nc"\n"2",""\n', 2, "MTA"),
        csv_page(b'"id","note"\n"3","NA"\n', 1, "null"),
        **LOCATOR,
    )
    assert records == [{"id": "1", "note": 'a "b"\nc'}, {"id": "2", "note": None}, {"id": "3", "note": "NA"}]
    assert sent == ["/results?maxRecords=2", "/results?maxRecords=2&locator=MTA"]


def test_csv_with_its_header_alone_is_an_empty_list():
    assert read(csv_page(b'"id","note"\n', 0, None), **LOCATOR)[0] == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (csv_page(b"", 0, None), "no CSV with a header row"),
        (csv_page(b'"id","note"\n"1","a', 1, None), "unexpected end of data"),
        (csv_page(b'"id","note"\n"1"\n', 1, None), "1 cells, and the header has 2"),
        (csv_page(b'"id","note"\n"1","a","b"\n', 1, None), "3 cells"),
        (csv_page(b'"id","id"\n', 0, None), "'id' twice"),
        (csv_page(b'"id",""\n', 0, None), "cell 2 is the text ''"),
        (csv_page(b"<!DOCTYPE html>\n", 0, None), "without 'id'"),
        (csv_page(b'"id","note"\n"1","a"\n', 2, None), "holds 2 records, and 1 came"),
        ((b'"id"\n"1"\n', {}), "does not say at 'header:X-Records'"),
        ((b'"id"\n"1"\n', {"X-Records": "many"}), "expected a whole number"),
    ],
    ids=["nothing", "cut", "short", "long", "twice", "unnamed", "html", "fewer", "silent", "odd"],
)
def test_csv_that_is_not_what_it_says_is_asked_for_again_and_then_an_error(answer, said):
    with pytest.raises(SourceUnavailableError, match=said):
        read(answer, **LOCATOR)
    good = csv_page(b'"id","note"\n"1","a"\n', 1, None)
    assert len(read(answer, good, **LOCATOR)[0]) == 1


def test_link_that_is_a_path_is_followed_until_the_answer_says_done():
    first = {"done": False, "nextUrl": "/v1/query/01g-2000", "records": [{"id": 1}]}
    records, sent, _ = read(first, {"done": True, "records": [{"id": 2}]}, **LINKED)
    assert [record["id"] for record in records] == [1, 2]
    assert sent == ["/query?q=SELECT%201", "/v1/query/01g-2000"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"records": [{"id": 1}]}, "does not say at 'done' whether it is the last"),
        ({"records": [{"id": 1}], "done": None}, "does not say at 'done'"),
        ({"records": [{"id": 1}], "done": False}, "'done' says that more follows, and 'nextUrl' names no"),
        ({"records": [{"id": 1}], "done": "perhaps"}, "expected true or false"),
        ({"records": [{"id": 1}], "done": False, "nextUrl": 7}, "expected the next page's address"),
    ],
    ids=["silent", "null", "no link", "word", "number"],
)
def test_answer_that_says_nothing_of_its_end_is_no_end(answer, said):
    with pytest.raises(FatalSourceError, match=said):
        read(answer, **LINKED)


def test_link_header_leads_to_the_next_page():
    words = {**LINKED, "paging": {"style": "link", "next_path": "header:Link", "limit_param": ""}}
    link = {
        "Link": '<https://crm.example/query?page=2>; rel="next", <https://crm.example/query>; rel="first"'
    }
    records, sent, _ = read(({"records": [{"id": 1}]}, link), {"records": [{"id": 2}]}, **words)
    assert (len(records), sent[1]) == (2, "/query?page=2&q=SELECT%201")


def test_null_is_an_empty_list_only_where_yaml_says_so():
    words = {**SINGLE, "answer": {"null_list": True}}
    assert read({"items": None}, **words)[0] == []
    for body, said in (({"other": 1}, "no list 'items'"), ({"items": {}}, "there is an object")):
        with pytest.raises(SourceUnavailableError, match=said):
            read(body, **words)
    with pytest.raises(SourceUnavailableError, match="no list 'items'"):
        read({"items": None}, **SINGLE)


XML = {**SINGLE, "answer": {"format": "xml"}}
XML["passes"] = [{**SINGLE["passes"][0], "records_path": "Body.list.item"}]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<Body><list><item><id>1</id></item></list></Body>", [{"id": "1"}]),
        (
            b"<Body><list><item><id>1</id></item><item><id>2</id></item></list></Body>",
            [{"id": "1"}, {"id": "2"}],
        ),
        (b"<Body><list><other/></list></Body>", []),
        (b"<Body><list/></Body>", []),
    ],
    ids=["one", "two", "none", "empty"],
)
def test_xml_records_are_all_elements_at_their_path(body, expected):
    assert read(body, **XML)[0] == expected


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            b"<Body><Fault><faultstring>no</faultstring></Fault></Body>",
            "no list 'Body.list.item', it is an object with 'Body'",
        ),
        (b"<Body><list>", "no complete XML"),
        (b"<Body><list><item>text</item></list></Body>", "which is no record"),
        (b"<html><list/></html>", "no list 'Body.list.item'"),
    ],
    ids=["fault", "cut", "text", "other"],
)
def test_xml_without_its_list_is_an_error(body, said):
    with pytest.raises(SourceError, match=said):
        read(body, **XML)


ROWS = {**SINGLE, "answer": {"rows": {"header_path": "names", "cells_path": "cells"}}}


def test_rows_under_a_header_elsewhere_become_records():
    body = {
        "names": ["id", "at"],
        "items": [{"cells": [1, "x"]}, {"cells": [None, ""]}, {"cells": [2, None]}],
    }
    assert read(body, **ROWS)[0] == [{"id": 1, "at": "x"}, {"id": 2, "at": None}]


def test_rows_under_their_first_one_may_be_short_where_yaml_says_so():
    words = {**SINGLE, "answer": {"rows": {"short": "null"}}}
    assert read({"items": [["id", "at"], [1], []]}, **words)[0] == [{"id": 1, "at": None}]
    with pytest.raises(SourceUnavailableError, match="1 cells in row 1, and the header has 2"):
        read({"items": [["id", "at"], [1]]}, **SINGLE, answer={"rows": {}})


def test_rows_of_xml_under_a_header_row():
    words = {"passes": [{**SINGLE["passes"][0], "records_path": "r.rec"}]}
    answer = {"format": "xml", "rows": {"header_path": "r.f", "cells_path": "v.d"}}
    body = b"<r><f>id</f><f>n</f><rec><v><d>1</d><d>a</d></v></rec></r>"
    assert read(body, **words, answer=answer)[0] == [{"id": "1", "n": "a"}]
    one = b"<r><f>id</f><rec><v><d>1</d></v></rec></r>"
    assert read(one, **words, answer=answer)[0] == [{"id": "1"}]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"items": []}, "no header row at 'names'"),
        ({"names": ["at"], "items": []}, "without 'id'"),
        ({"names": {"id": 1}, "items": []}, "no answer with a header row: there is an object"),
        ({"names": [], "items": []}, "no answer with a header row: there is a list of 0"),
        ({"names": ["id", 7], "items": []}, "cell 2 is the number 7"),
        ({"names": ["id"], "items": [{"cells": "x y"}, {"cells": [1, 2]}]}, "2 cells in row 2"),
        ({"names": ["id"], "items": [{"other": 1}]}, "null as row 1"),
        ({"names": ["id"]}, "no list 'items'"),
    ],
    ids=["header", "key", "object", "no names", "name", "long", "cells", "rows"],
)
def test_rows_that_are_not_what_yaml_says_are_an_error(body, said):
    with pytest.raises(SourceUnavailableError, match=said):
        read(body, **ROWS)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ({"answer": {"format": "csv", "rows": {}}}, "read.answer.rows"),
        ({"answer": {"format": "csv"}, **SINGLE}, "read.passes.0.records_path"),
        ({"paging": {**LINKED["paging"], "more_path": "more"}}, "read.paging.done_path"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_words_that_do_not_fit_together_are_found_at_load(words, key):
    with pytest.raises(ValidationError, match=f"{key}: expected"):
        make_entity(**words)


GOOD = {**SINGLE, "answer": {"good_path": "meta.ok", "null_list": True}}


@pytest.mark.parametrize(
    "body", [{"items": [{"id": "1"}], "meta": {"ok": True}}, {"items": None, "meta": {"ok": 1}}]
)
def test_answer_that_says_that_it_is_good_is_taken(body):
    records, _, _ = read(body, **GOOD)
    assert len(records) == len(body["items"] or [])


@pytest.mark.parametrize(
    "body",
    [
        {"items": [{"id": "1"}], "meta": {"ok": False}},
        {"items": [{"id": "1"}]},
        {"items": None, "meta": {"ok": None}},
        {"items": [], "meta": {"ok": "perhaps"}},
        None,
        [],
    ],
    ids=str,
)
def test_answer_that_does_not_is_asked_again_and_then_an_error_never_an_empty_list(body):
    with pytest.raises(SourceUnavailableError, match=r"meta\.ok"):
        read(body, **GOOD)

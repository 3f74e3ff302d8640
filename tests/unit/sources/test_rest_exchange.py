"""Requests as YAML describes them: method, parameters, headers and body with slots."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from pydantic import ValidationError

from crm_sync.exceptions import ConfigError, FatalSourceError, SourceUnavailableError
from crm_sync.rest.messages import Request
from tests.unit.sources.rest_list_support import AnsweringClient, make_entity, run

SINCE = datetime(2026, 3, 1, 8, 30, 15, tzinfo=UTC)
PASS = {"name": "all", "path": "/things", "records_path": ""}
CURSOR = {"style": "cursor", "next_path": "next", "param": "after"}


def post(**body):
    return {**PASS, "method": "POST", "only_reads": True, "body": body}


def in_pages(*pages):
    """Answer with pages of `{"items": [...], "next": ...}` in turn."""
    left = list(pages)
    return AnsweringClient(lambda _: left.pop(0))


def test_query_language_is_a_parameter_and_a_full_read_leaves_its_bounds_out():
    query = "SELECT {fields} FROM Thing[? WHERE at >= {since:iso_ms} AND at < {until:iso_ms}?] ORDER BY at"
    one = {**PASS, "params": {"q": query}}
    full, delta = AnsweringClient(lambda _: []), AnsweringClient(lambda _: [])
    assert run(full, passes=[one])[2].reads_whole is False
    run(delta, SINCE, passes=[one])
    assert full.requests[0].params["q"] == "SELECT id,at FROM Thing ORDER BY at"
    assert delta.requests[0].params["q"] == (
        "SELECT id,at FROM Thing WHERE at >= 2026-03-01T08:30:15.000Z AND at < 2026-03-10T12:00:00.000Z "
        "ORDER BY at"
    )


def test_json_body_carries_position_and_size_instead_of_the_url():
    one = {
        **post(content={"limit": "{limit}", "after": "{after}", "ge": "{since:epoch_s}"}),
        "records_path": "items",
    }
    pages = [{"items": [{"id": at}], "next": f"p{at + 1}" if at < 3 else None} for at in (1, 2, 3)]
    client = in_pages(*pages)
    records, _, _ = run(client, SINCE, passes=[one], paging=CURSOR)
    assert [record["id"] for record in records] == [1, 2, 3]
    assert {(request.method, *request.params) for request in client.requests} == {("POST",)}
    same = {"limit": 2, "ge": "1772353815"}
    sent = [msgspec.json.decode(request.content) for request in client.requests]
    assert sent == [same, {**same, "after": "p2"}, {**same, "after": "p3"}]


def test_position_in_a_template_leaves_the_size_to_its_parameter():
    one = {**PASS, "params": {"filter": "[?id gt {after:quoted}?]"}}
    client = AnsweringClient(lambda request: [] if "filter" in request.params else [{"id": "p"}])
    run(client, passes=[one], paging={"style": "keyset"})
    assert [request.params for request in client.requests] == [
        {"limit": "2"},
        {"filter": "id gt 'p'", "limit": "2"},
    ]


def test_form_and_xml_bodies_are_escaped_and_say_what_they_are():
    extras = {"team": "<R&D> \"'"}
    for body, kind, expected in (
        (
            {"format": "form", "content": {"team": "{team}", "since": "{since}"}},
            "application/x-www-form-urlencoded",
            b"team=%3CR%26D",
        ),
        (
            {"format": "xml", "content": "<t>{team}</t>"},
            "text/xml; charset=utf-8",
            b"<t>&lt;R&amp;D&gt; &quot;&apos;</t>",
        ),
    ):
        client = AnsweringClient(lambda _: [], extras)
        run(client, passes=[post(**body)])
        assert client.requests[0].content.startswith(expected)
        assert client.requests[0].headers["Content-Type"] == kind
        assert b"since" not in client.requests[0].content


def test_xml_with_a_slot_that_has_no_value_is_never_sent_half():
    client = AnsweringClient(lambda _: [])
    with pytest.raises(FatalSourceError, match=r"outside of \[\? \?\]"):
        run(client, passes=[post(format="xml", content="<t>{team}</t>")])
    assert client.requests == []


def test_own_content_type_and_headers_with_slots_are_sent():
    one = {
        **post(format="xml", content="<a/>"),
        "headers": {"Content-Type": "application/soap+xml", "X-Team": "{team}"},
    }
    client = AnsweringClient(lambda _: [])
    run(client, passes=[one])
    assert client.requests[0].headers == {"Content-Type": "application/soap+xml"}


def test_windows_fill_the_bounds_of_each_request():
    windows = {"first": "2026-02-10", "column": "at", "longest": "month"}
    client = AnsweringClient(lambda _: [])
    run(client, passes=[{**PASS, "params": {"on": "{since:date}..{until:date}"}}], windows=windows)
    spans = [request.params["on"] for request in client.requests]
    assert spans == ["2026-02-10..2026-03-01", "2026-03-01..2026-03-11"]


def test_no_news_status_answers_a_request_with_since_only():
    one = {**PASS, "params": {"since": "{since}"}, "no_news_status": [304]}
    assert run(AnsweringClient(lambda _: 304), SINCE, passes=[one])[0] == []
    with pytest.raises(FatalSourceError, match="304"):
        run(AnsweringClient(lambda _: 304), passes=[one])


def test_path_that_needs_a_missing_extra_names_it():
    with pytest.raises(ConfigError, match=r"key 'extra.team': expected a value, since '/\{team\}' needs it"):
        run(AnsweringClient(lambda _: []), passes=[{**PASS, "path": "/{team}"}])


@pytest.mark.parametrize(
    ("one", "more", "key"),
    [
        ({**PASS, "method": "POST"}, {}, "read.passes.0.only_reads"),
        ({**PASS, "body": {"content": {}}}, {}, "read.passes.0.body"),
        (post(format="form", content=["a"]), {}, "body.content"),
        (post(format="form", content={"a": 1}), {}, "body.content"),
        (post(format="xml", content={}), {}, "body.content"),
        (PASS, {"paging": {"style": "keyset"}}, "read.passes.0.params"),
        (PASS, {"paging": {"style": "cursor", "next_path": "a"}}, "read.passes.0.params"),
        (
            {**PASS, "params": {"a": "{after}"}},
            {"paging": {"style": "link", "next_path": "a"}},
            "read.passes.0.params",
        ),
        (PASS, {"windows": {"first": "2026-01-01", "column": "at"}}, "read.passes.0.params"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_request_that_does_not_fit_together_is_found_at_load(one, more, key):
    with pytest.raises(ValidationError, match=f"{key}: expected"):
        make_entity(passes=[one], **more)


def test_body_is_never_shown():
    request = Request("POST", "/search", json={"email": "a@b.example"}, body=b"secret")
    assert "example" not in f"{request} {request!r}"
    assert "secret" not in f"{request} {request!r}"


def test_failed_request_that_changes_something_is_not_sent_twice():
    from tests.unit.rest.test_client import make_client

    client, transport, _ = make_client((503, b"", {}))
    with pytest.raises(SourceUnavailableError):
        client.send(Request("POST", "/jobs", json={}, is_repeatable=False))
    assert len(transport.sent) == 1
    client, transport, _ = make_client((429, b"", {}), (200, b"{}", {}))
    client.send(Request("POST", "/jobs", json={}, is_repeatable=False))
    assert len(transport.sent) == 2

"""Places of values in requests, positions of pages, and texts made of constants, config and moments."""

from __future__ import annotations

import pytest

from tests.sources.manifests.patterns import option, pages
from tests.unit.import_manifest.convert_support import BASE, convert_one, refuse

OFFSET = {"type": "OffsetIncrement", "page_size": 5}
CURSOR = {"type": "CursorPagination", "cursor_value": "{{ response.next }}"}
PATH = {"type": "RequestPath"}


def place(*path, kind="body_json"):
    return {"type": "RequestOption", "inject_into": kind, "field_path": list(path)}


def test_position_in_a_body_stands_beside_what_is_there():
    result = convert_one(
        asks={"http_method": "POST", "request_body_json": {"page": {"size": 5}, "a": "b"}},
        paginator=pages(OFFSET, place("page", "from")),
    )
    assert result.one["body"] == {"content": {"page": {"size": 5, "from": "{after}"}, "a": "b"}}
    assert "param" not in result.read["paging"]


def test_page_size_in_a_header_or_a_form_is_the_slot():
    words = {**pages(OFFSET, option("at")), "page_size_option": option("X-Size", "header")}
    result = convert_one(paginator=words)
    assert (result.one["headers"], result.read["paging"]["limit_param"]) == ({"X-Size": "{limit}"}, "")
    words["page_size_option"] = option("size", "body_data")
    body = convert_one(asks={"http_method": "POST"}, paginator=words).one["body"]
    assert body == {"format": "form", "content": {"size": "{limit}"}}


@pytest.mark.parametrize(
    ("asks", "token", "reason"),
    [
        ({"http_method": "PUT"}, option("at"), "a method other than GET and POST: PUT"),
        ({}, option("at", "path"), "a place in a request: path"),
        ({"request_body_json": {"a": "b"}}, option("at", "body_data"), "a body of two formats"),
        ({"request_body_json": {"page": 1}}, place("page", "from"), "a place in a request: page.from"),
        (
            {},
            option("{{ config.name }}"),
            "the name of a parameter that has to be worked out: {{ config.name }}",
        ),
        ({}, option("{{ parameters.none }}"), "the name of a parameter that has to be worked out"),
        ({}, None, "a page position that is sent nowhere"),
        ({}, PATH, "a number of a page as a path"),
    ],
)
def test_position_that_has_no_place_is_the_reason(asks, token, reason):
    assert refuse(asks={"http_method": "POST", **asks}, paginator=pages(OFFSET, token)).startswith(reason)


@pytest.mark.parametrize(
    ("paginator", "reason"),
    [
        ({"type": "CustomPaginator", "class_name": "own.P"}, "own Python code that pages: own.P"),
        ({"type": "DefaultPaginator"}, "a paginator without a strategy"),
        (
            pages({"type": "CustomPaginationStrategy", "class_name": "own.S"}, option("at")),
            "own Python code that pages: own.S",
        ),
        (
            pages({**CURSOR, "cursor_value": "{{ last_record['id'] }}"}, PATH),
            "a path in the last record as the next page",
        ),
        (
            pages({**CURSOR, "cursor_value": "{{ last_records[-1]['id'] }}"}, PATH),
            "a path in the last record as the next page",
        ),
    ],
)
def test_paginator_that_cant_be_said_is_the_reason(paginator, reason):
    assert refuse(paginator=paginator) == reason


def test_position_that_a_text_names_needs_a_paginator_and_no_option():
    asks = {"request_parameters": {"from": "{{ next_page_token['next_page_token'] }}"}}
    result = convert_one(asks=asks, paginator=pages(CURSOR, None))
    assert result.one["params"] == {"from": "{after}"}
    assert result.read["paging"]["next_path"] == "next"
    assert refuse(asks=asks) == "a page position without a paginator"
    assert refuse(asks=asks, paginator={"type": "NoPagination"}) == "a page position without a paginator"


@pytest.mark.parametrize(
    ("given", "size", "doubts"),
    [
        (20, 20, []),
        ("20", 20, []),
        ("{{ 20 }}", 20, []),
        (
            "{{ config.get('size', 30) }}",
            30,
            ["page_size is 30, and in the manifest the config says it: {{ config.get('size', 30) }}"],
        ),
        (
            "{{ config['size'] }}",
            100,
            ["page_size is 100, and in the manifest the config says it: {{ config['size'] }}"],
        ),
        (
            "{{ config.a + 1 }}",
            100,
            ["page_size is 100, and in the manifest the config says it: {{ config.a + 1 }}"],
        ),
    ],
)
def test_page_size_is_a_constant_or_a_doubt(given, size, doubts):
    result = convert_one(paginator=pages({**OFFSET, "page_size": given}, option("at"), "size"))
    assert (result.entity["page_size"], result.entity["max_page_size"]) == (size, size)
    assert result.read["paging"]["limit_param"] == "size"
    assert result.doubts == doubts


@pytest.mark.parametrize("given", [0, "{{ 0 }}"])
def test_page_size_of_nothing_is_none_so_only_an_empty_page_is_the_last(given):
    result = convert_one(paginator=pages({**OFFSET, "page_size": given}, option("at"), "size"))
    assert result.read["paging"] == {"style": "offset", "end": "empty", "param": "at", "limit_param": ""}
    assert "page_size" not in result.entity


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (True, "True"),
        (7, "7"),
        ("a{b", "a{{b"),
        ("{{ parameters['part'] }}-x", "own-x"),
        ("{{ parameters.get('none', 'usual') }}", "usual"),
        ("{{ config['account']['number'] }}", "{account_number}"),
        ("['one']", "one"),
        ("{'a': 1}", "{{'a': 1}}"),
    ],
)
def test_parameter_of_a_request_is_a_text_with_slots(text, written):
    asks = {"request_parameters": {"x": text}, "$parameters": {"part": "own"}}
    assert convert_one(asks=asks).one["params"] == {"x": written}


def test_value_of_the_config_with_a_usual_value_is_an_extra_and_a_doubt():
    words = "give the connection the extra"
    result = convert_one(asks={"request_parameters": {"x": "{{ config.get('zone', 'eu') }}"}})
    assert result.one["params"] == {"x": "{zone}"}
    assert result.doubts == [f"{words} zone, for which the manifest has a value of its own: eu"]
    result = convert_one(asks={"request_parameters": {"x": "{{ config.day or now_utc() }}"}})
    assert result.doubts == [
        f"{words} day, for which the manifest has a value of its own: the moment of the run"
    ]


def test_value_made_of_several_is_one_extra_however_often_it_is_named():
    made = "{{ config.a ~ config['b'] }}"
    result = convert_one(asks={"request_parameters": {"x": made, "y": f"-{made}"}})
    assert result.one["params"] == {"x": "{a_b_made}", "y": "-{a_b_made}"}
    assert len(result.doubts) == 1


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("{{ now_utc() }}", "{until:iso_z}"),
        ("{{ now_utc().strftime('%Y/%m') }}", "{until:%Y/%m}"),
        ("{{ today_utc() }}", "{until:date}"),
    ],
)
def test_moment_of_the_run_is_the_end_of_what_is_asked_for(text, written):
    result = convert_one(asks={"request_parameters": {"to": text}})
    assert result.one["params"] == {"to": written}
    assert result.doubts == [
        "the moment of the run is written as the end of what it asks for, a minute earlier"
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{ stream_state['at'] }}", "the state of an earlier run in a request: stream_state.at"),
        ("{{ stream_slice['team'] }}", "a second value of the parent: stream_slice.team"),
        ("{{ stream_slice['a']['b'] }}", "a second value of the parent: stream_slice.a.b"),
        ("{{ something.else }}", "an expression that has to be worked out: something.else"),
        ("{{ record.a + 1 }}", "an expression that has to be worked out: {{ record.a + 1 }}"),
        ("['one', 'two']", "a value of several: ['one', 'two']"),
        ("{{ config.x or record.y }}", "an expression that has to be worked out: config.x"),
    ],
)
def test_parameter_that_no_slot_says_is_the_reason(text, reason):
    assert refuse(asks={"request_parameters": {"x": text}}) == reason


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/things/{{ now_utc() }}", "a moment in a path: %Y-%m-%dT%H:%M:%SZ"),
        ("/things/{{ config.a ~ '/' ~ config.b }}", "an expression that has to be worked out"),
    ],
)
def test_path_that_no_slot_says_is_the_reason(path, reason):
    assert refuse(path=path).startswith(reason)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (5, 5),
        ("7", 7),
        ("plain", "plain"),
        ("{{ config.a }}", "{a}"),
        ("{{ ['x', config.a] }}", ["x", "{a}"]),
        (["x", {"deep": "{{ config.a }}"}], ["x", {"deep": "{a}"}]),
        ("['x', 'y']", ["x", "y"]),
        ("{{ 3 }}", 3),
    ],
)
def test_body_keeps_the_form_of_its_values(value, written):
    result = convert_one(asks={"http_method": "POST", "request_body_json": {"x": value}})
    assert result.one["body"] == {"content": {"x": written}}


def test_base_of_the_address_is_one_for_all():
    assert convert_one(asks={"url_base": f"{BASE}/"}).one["path"] == "/v1/things"

"""Parents, constants, values of the config and refusals in the words of an entity."""

from __future__ import annotations

import pytest

from tests.sources.manifests.patterns import option, pages, selector, stream
from tests.unit.import_manifest.convert_support import convert, convert_one, refuse, retrieve


def parent(one, field="team", **more):
    config = {"type": "ParentStreamConfig", "parent_key": "id", "partition_field": field, "stream": one}
    return {"type": "SubstreamPartitionRouter", "parent_stream_configs": [{**config, **more}]}


TEAMS = stream("teams", retriever=retrieve("/teams"))


def test_parents_are_a_list_below_the_same_host():
    paginator = pages({"type": "OffsetIncrement", "page_size": 5}, option("at"), "size")
    teams = stream(
        "teams", retriever=retrieve("/teams", paginator=paginator, asks={"request_headers": {"X-V": "2"}})
    )
    result = convert_one(
        path="/teams/{{ stream_slice.team }}/things",
        partition_router=parent(teams, parent_key="about/id", request_option=option("of")),
    )
    assert result.read["parents"] == {
        "name": "team",
        "path": "/v1/teams",
        "records_path": "data",
        "id_path": "about.id",
        "headers": {"X-V": "2"},
        "paging": {"style": "offset", "end": "short", "param": "at", "limit_param": "size"},
    }
    assert (result.one["path"], result.one["params"]) == ("/v1/teams/{team}/things", {"of": "{team}"})
    assert result.entity["fields"]["parent_team"] == {"source": "_team", "type": "string"}


def test_parents_of_parents_are_nested():
    boards = stream(
        "boards",
        retriever=retrieve("/teams/{{ stream_partition.team }}/boards", partition_router=parent(TEAMS)),
    )
    result = convert_one(
        path="/boards/{{ stream_partition.board }}", partition_router=parent(boards, "board")
    )
    parents = result.read["parents"]
    assert (parents["path"], parents["of"]["path"]) == ("/v1/teams/{team}/boards", "/v1/teams")
    assert (parents["name"], parents["of"]["name"]) == ("board", "team")


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (
            {**TEAMS, "transformations": [{"type": "CustomTransformation", "class_name": "own.X"}]},
            "a key of parents that is made of other values: id",
        ),
        (
            stream(
                "teams",
                retriever={
                    **retrieve("/teams"),
                    "record_selector": selector(
                        "data", record_filter={"condition": "{{ record['a'] == 'b' }}"}
                    ),
                },
            ),
            "a filter of parents",
        ),
        (
            stream("teams", retriever=retrieve("/teams", asks={"http_method": "POST"})),
            "a list of parents that is asked for with a body",
        ),
    ],
)
def test_parents_that_would_be_others_are_the_reason(one, reason):
    assert refuse(partition_router=parent(one)) == reason


def test_constants_are_a_pass_each_and_two_lists_are_all_pairs():
    routers = [
        {
            "type": "ListPartitionRouter",
            "cursor_field": name,
            "values": values,
            "request_option": option(name),
        }
        for name, values in (("kind", ["a", "B b"]), ("zone", [1]))
    ]
    result = convert_one(partition_router=routers)
    passes = result.read["passes"]
    assert [one["params"] for one in passes] == [{"kind": "a", "zone": "1"}, {"kind": "B b", "zone": "1"}]
    assert [one["name"] for one in passes] == ["a_n1_1", "b_b_n1_2"]


def test_answers_that_are_no_failure_and_those_that_are_told():
    filters = [
        {"action": "IGNORE", "http_codes": [403, 404]},
        {"action": "IGNORE", "predicate": "{{ response.code == 7 }}"},
        {"action": "IGNORE", "http_codes": [400], "error_message_contains": "no plan"},
        {"action": "RETRY", "http_codes": [429, 503]},
        {"action": "RATE_LIMITED", "http_codes": [403]},
        {"action": "FAIL", "http_codes": [400]},
    ]
    handler = {
        "type": "DefaultErrorHandler",
        "max_retries": 3,
        "response_filters": filters,
        "backoff_strategies": [{"type": "WaitTimeFromHeader", "header": "X-Wait"}],
    }
    composite = {"type": "CompositeErrorHandler", "error_handlers": [handler]}
    result = convert_one(asks={"error_handler": composite})
    assert result.one["feature_off"]["status"] == [403, 404]
    assert result.rest["errors"] == {"pause_header": "X-Wait"}
    assert [doubt.partition(":")[0] for doubt in result.doubts] == [
        "an answer that the manifest ignores for what it says is an error here",
        "an answer that the manifest ignores for what it says is an error here",
        "an answer that the manifest asks again for is an error here, unless its status says so",
    ]


def test_budget_of_requests_is_the_strictest_limit():
    policy = {
        "type": "MovingWindowCallRatePolicy",
        "rates": [{"limit": 10, "interval": "PT1S"}, {"limit": 100, "interval": "PT1M"}],
        "matchers": [],
    }
    budget = {"type": "HTTPAPIBudget", "policies": [policy]}
    result = convert(stream(retriever=retrieve()), api_budget=budget)
    assert result.rest["rate_limits"] == {"default": {"requests": 100, "per_s": 60}}


def test_values_of_the_config_are_extras_and_what_is_made_of_them_too():
    asks = {
        "url_base": "https://{{ config['zone'] }}.example.com/{{ config.version }}",
        "request_parameters": {
            "account": "{{ config['account']['id'] }}",
            "names": "{{ ','.join(config['names']) }}",
            "size": "{{ config.get('size', 'L') }}",
        },
    }
    result = convert_one(asks=asks)
    assert result.connector.host == "https://<config.zone>.example.com"
    assert result.one["path"] == "/{version}/things"
    assert result.one["params"] == {
        "account": "{account_id}",
        "names": "{names_made}",
        "size": "{size}",
    }
    assert result.rest["extras"] == ["version", "account_id", "names_made", "size"]
    made = "give the connection the extra names_made, what the manifest makes of"
    assert result.doubts == [
        f"{made}: {{{{ ','.join(config['names']) }}}}",
        "give the connection the extra size, for which the manifest has a value of its own: L",
    ]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"asks": {"type": "CustomRequester", "class_name": "own.R"}}, "own Python code that asks: own.R"),
        ({"decoder": {"type": "JsonlDecoder"}}, "answers of another format: JsonlDecoder"),
        ({"asks": {"http_method": "PUT"}}, "a method other than GET and POST: PUT"),
        (
            {"asks": {"request_parameters": {"a": ["x", "y"]}}},
            "a parameter with several values: a",
        ),
        (
            {"asks": {"request_parameters": {"a": "{{ stream_state.x }}"}}},
            "the state of an earlier run in a request: stream_state.x",
        ),
        (
            {"partition_router": {"type": "CustomPartitionRouter", "class_name": "own.P"}},
            "own Python code that lists parents: own.P",
        ),
    ],
)
def test_what_can_not_be_said_is_the_reason(words, reason):
    assert refuse(**words) == reason


def test_list_of_one_is_its_item_and_one_of_several_is_the_reason():
    asks = {"request_parameters": {"a[]": "{{ ['x'] }}", "b[]": "['y']", "c": "[plain]"}}
    assert convert_one(asks=asks).one["params"] == {"a[]": "x", "b[]": "y", "c": "[plain]"}
    for text in ("{{ ['x', 'y'] }}", "['x', 'y']"):
        reason = refuse(asks={"request_parameters": {"a[]": text}})
        assert reason.startswith("a value of several")


def test_list_in_a_body_stays_a_list_and_a_number_a_number():
    body = {"kinds": "{{ ['x', config['kind']] }}", "size": "{{ 5 }}", "name": "{{ config['name'] }}"}
    result = convert_one(asks={"http_method": "POST", "request_body_json": body})
    assert result.one["body"] == {"content": {"kinds": ["x", "{kind}"], "size": 5, "name": "{name}"}}


def test_text_of_a_body_that_looks_like_an_object_is_one_and_one_with_values_in_it_is_the_reason():
    asks = {"http_method": "POST", "request_body_json": {"variables": "{'first': 5, 'by': ['x']}"}}
    assert convert_one(asks=asks).one["body"] == {"content": {"variables": {"first": 5, "by": ["x"]}}}
    asks["request_body_json"] = {"variables": "{'first': {{ config['size'] }}}"}
    assert refuse(asks=asks).startswith("an object in a body that is put together as a text")
    asks = {"request_parameters": {"filter": '{"a": {"b": 1}}'}}
    assert convert_one(asks=asks).one["params"] == {"filter": '{{"a": {{"b": 1}}}}'}

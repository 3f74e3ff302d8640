"""Patterns of lists: parents, constants, spans of days, records in odd places, keys and logins."""

from __future__ import annotations

from typing import Any

from tests.sources.manifests.list_answers import (
    answer_by_site,
    answer_by_state,
    answer_form,
    answer_keyless,
    answer_mixed,
    answer_nested,
    answer_of_span,
    answer_of_team,
    answer_shared,
    answer_since,
    answer_single,
    answer_with_token,
    answer_wrapped,
    list_spans,
)
from tests.sources.manifests.page_patterns import KNOWN, OFFSET
from tests.sources.manifests.patterns import (
    Pattern,
    bearer,
    keys,
    option,
    pages,
    requester,
    selector,
    stream,
)


def _retriever(path: str, *records: str, **more: Any) -> dict[str, Any]:
    asks = more.pop("asks", {"authenticator": bearer()})
    given = more.pop("selected", {})
    return {"requester": requester(path, **asks), "record_selector": selector(*records, **given), **more}


def _parent(parent: dict[str, Any], field: str, **more: Any) -> dict[str, Any]:
    config = {"type": "ParentStreamConfig", "parent_key": "id", "partition_field": field, "stream": parent}
    return {"type": "SubstreamPartitionRouter", "parent_stream_configs": [{**config, **more}]}


PAIRS = pages({**OFFSET, "page_size": 2}, option("offset"))
TEAM_LIST = stream("teams", retriever=_retriever("/teams", "data", paginator=PAIRS))
OPEN_TEAMS = stream("teams", retriever=_retriever("/teams"))
BOARDS = stream(
    "boards",
    retriever=_retriever(
        "/teams/{{ stream_partition.team }}/boards", partition_router=_parent(OPEN_TEAMS, "team")
    ),
)
IGNORE = {
    "type": "DefaultErrorHandler",
    "response_filters": [{"type": "HttpResponseFilter", "action": "IGNORE", "http_codes": [404]}],
}
SPANS = {
    "type": "DatetimeBasedCursor",
    "cursor_field": "day",
    "datetime_format": "%Y-%m-%d",
    "cursor_datetime_formats": ["%Y-%m-%dT%H:%M:%SZ"],
    "start_datetime": {"type": "MinMaxDatetime", "datetime": "2020-01-01", "datetime_format": "%Y-%m-%d"},
    "step": "P30D",
    "cursor_granularity": "P1D",
    "start_time_option": option("from"),
    "end_time_option": option("to"),
}
SINCE = {
    "type": "DatetimeBasedCursor",
    "cursor_field": "updated",
    "datetime_format": "%Y-%m-%dT%H:%M:%SZ",
    "start_datetime": "{{ config['start_date'] }}",
    "start_time_option": option("updated_after"),
}
FILTER = {"record_filter": {"type": "RecordFilter", "condition": "{{ record['state'] in ['open', 'new'] }}"}}
CHANGES = [
    {
        "type": "AddFields",
        "fields": [
            {
                "type": "AddedFieldDefinition",
                "path": [name],
                "value": f"{{{{ record['attributes']['{inner}'] }}}}",
            }
            for name, inner in (("id", "uid"), ("name", "title"))
        ],
    },
    {"type": "RemoveFields", "field_pointers": [["attributes"], ["secret"]]},
]
OAUTH = {
    "type": "OAuthAuthenticator",
    "grant_type": "client_credentials",
    "client_id": "{{ config['app'] }}",
    "client_secret": "{{ config['word'] }}",
    "token_refresh_endpoint": "BASE/token",
}
FRUIT: dict[str, Any] = {
    "base": {**requester(authenticator=bearer()), "url_base": "BASE/{{ parameters['version'] }}"},
    "fruit": {
        "type": "DeclarativeStream",
        "primary_key": "id",
        "retriever": {
            "type": "SimpleRetriever",
            "record_selector": selector("list"),
            "requester": {"$ref": "#/definitions/base", "path": "/{{ parameters['path'] }}"},
        },
        "schema_loader": stream(retriever={})["schema_loader"],
    },
}
del FRUIT["base"]["path"]


def _make(name: str, one: dict[str, Any], serve: Any, found: Any, **more: Any) -> Pattern:
    return Pattern(name, [one], serve, **{**KNOWN, "keys": {"things": found}, **more})


CARDS = _retriever("/cards", partition_router=_parent(BOARDS, "board", request_option=option("board")))
LISTS = [
    _make(
        "children of a list, one of them gone",
        stream(
            retriever=_retriever(
                "/teams/{{ stream_partition['team'] }}/things",
                "data",
                asks={"authenticator": bearer(), "error_handler": IGNORE},
                partition_router=_parent(TEAM_LIST, "team"),
                paginator=pages({**OFFSET, "page_size": 2}, option("offset"), "limit"),
            )
        ),
        answer_of_team,
        keys(3, "a") + keys(3, "c"),
    ),
    _make(
        "parents of parents",
        stream(retriever=CARDS),
        answer_nested,
        [key for team in "abc" for at in (1, 2) for key in keys(2, f"{team}{at}")],
    ),
    _make(
        "constants",
        stream(
            retriever=_retriever(
                "/things",
                "data",
                partition_router={
                    "type": "ListPartitionRouter",
                    "values": ["open", "won"],
                    "cursor_field": "state",
                    "request_option": option("state"),
                },
            )
        ),
        answer_by_state,
        keys(2, "open") + keys(2, "won"),
    ),
    _make(
        "values that the config lists",
        stream(
            retriever=_retriever(
                "/sites/{{ stream_partition['site'] }}/things",
                "data",
                partition_router={
                    "type": "ListPartitionRouter",
                    "values": "{{ config['sites'] }}",
                    "cursor_field": "site",
                },
            )
        ),
        answer_by_site,
        keys(2, "x") + keys(2, "y"),
        config={"api_key": "open sesame", "sites": ["x", "y"]},
        extra={"sites": ["x", "y"]},
        doubts=("give the connection the extra sites",),
    ),
    _make(
        "spans of days",
        stream(retriever=_retriever("/things"), incremental_sync=SPANS),
        answer_of_span,
        list_spans(),
        doubts=("a full read begins on 2020-01-01",),
    ),
    _make(
        "changes since a moment",
        stream(retriever=_retriever("/things"), incremental_sync=SINCE),
        answer_since,
        keys(4),
        config={"api_key": "open sesame", "start_date": "2024-01-01T00:00:00Z"},
        doubts=("a full read asks for everything",),
    ),
    _make(
        "records in each item",
        stream(retriever=_retriever("/things", "items", "*", "data")),
        answer_wrapped,
        keys(4),
    ),
    _make("one object", stream(retriever=_retriever("/me", "account")), answer_single, [("only",)]),
    _make(
        "no key",
        {name: one for name, one in stream(retriever=_retriever("/things")).items() if name != "primary_key"},
        answer_keyless,
        [("red",), ("red",), ("blue",)],
        key=("name",),
        doubts=("rows have no key",),
    ),
    _make(
        "a filter, and values that move",
        stream(retriever=_retriever("/things", selected=FILTER), transformations=CHANGES),
        answer_mixed,
        [("u0",), ("u2",), ("u3",)],
    ),
    _make(
        "a form",
        stream(
            retriever=_retriever(
                "/things",
                "data",
                asks={
                    "authenticator": bearer(),
                    "http_method": "POST",
                    "request_body_data": {"what": "things"},
                },
                paginator=pages(OFFSET, option("offset", "body_data")),
            )
        ),
        answer_form,
        keys(5),
    ),
    _make(
        "a token for client id and secret",
        stream(
            retriever=_retriever(
                "/things",
                "data",
                asks={"authenticator": OAUTH},
                paginator=pages(OFFSET, option("offset")),
            )
        ),
        answer_with_token,
        keys(4),
        config={"app": "app", "word": "word"},
        secrets=("word",),
        login="app",
        password="word",
    ),
    Pattern(
        "references and parameters",
        [
            {"$ref": "#/definitions/fruit", "name": name, "$parameters": {"path": name, "version": "v2"}}
            for name in ("apples", "pears")
        ],
        answer_shared,
        **{**KNOWN, "keys": {"apples": keys(2, "apple"), "pears": keys(2, "pear")}},
        definitions=FRUIT,
    ),
]

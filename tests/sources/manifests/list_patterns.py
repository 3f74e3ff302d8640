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
    answer_of_moments,
    answer_of_span,
    answer_of_team,
    answer_shared,
    answer_since,
    answer_single,
    answer_with_token,
    answer_wrapped,
    list_spans,
)
from tests.sources.manifests.list_manifests import (
    BOARDS,
    CHANGES,
    FILTER,
    FRUIT,
    IGNORE,
    MOMENTS,
    OAUTH,
    SINCE,
    SPANS,
    TEAM_LIST,
    parent_router,
    retriever,
)
from tests.sources.manifests.page_patterns import KNOWN, OFFSET
from tests.sources.manifests.patterns import (
    Pattern,
    bearer,
    keys,
    option,
    pages,
    stream,
)


def _make(name: str, one: dict[str, Any], serve: Any, found: Any, **more: Any) -> Pattern:
    return Pattern(name, [one], serve, **{**KNOWN, "keys": {"things": found}, **more})


CARDS = retriever("/cards", partition_router=parent_router(BOARDS, "board", request_option=option("board")))
LISTS = [
    _make(
        "children of a list, one of them gone",
        stream(
            retriever=retriever(
                "/teams/{{ stream_partition['team'] }}/things",
                "data",
                asks={"authenticator": bearer(), "error_handler": IGNORE},
                partition_router=parent_router(TEAM_LIST, "team"),
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
            retriever=retriever(
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
            retriever=retriever(
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
        stream(retriever=retriever("/things"), incremental_sync=SPANS),
        answer_of_span,
        list_spans(),
        doubts=("a full read begins on 2020-01-01",),
    ),
    _make(
        "spans of moments",
        stream(retriever=retriever("/things"), incremental_sync={**SPANS, **MOMENTS}),
        answer_of_moments,
        list_spans(),
        doubts=("a full read begins on 2020-01-01",),
    ),
    _make(
        "changes since a moment",
        stream(retriever=retriever("/things"), incremental_sync=SINCE),
        answer_since,
        keys(4),
        config={"api_key": "open sesame", "start_date": "2024-01-01T00:00:00Z"},
        doubts=("a full read asks for everything",),
    ),
    _make(
        "records in each item",
        stream(retriever=retriever("/things", "items", "*", "data")),
        answer_wrapped,
        keys(4),
    ),
    _make("one object", stream(retriever=retriever("/me", "account")), answer_single, [("only",)]),
    _make(
        "no key",
        {name: one for name, one in stream(retriever=retriever("/things")).items() if name != "primary_key"},
        answer_keyless,
        [("red",), ("red",), ("blue",)],
        key=("name",),
        doubts=("rows have no key",),
    ),
    _make(
        "a filter, and values that move",
        stream(retriever=retriever("/things", selected=FILTER), transformations=CHANGES),
        answer_mixed,
        [("u0",), ("u2",), ("u3",)],
    ),
    _make(
        "a form",
        stream(
            retriever=retriever(
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
            retriever=retriever(
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

"""Patterns of pages: what a page is asked for by, and what says that it is the last."""

from __future__ import annotations

import base64
from typing import Any

from tests.sources.manifests.fake import Answered, Asked
from tests.sources.manifests.patterns import (
    Pattern,
    bearer,
    keys,
    option,
    pages,
    requester,
    selector,
    stream,
    things,
)

CONFIG = {"api_key": "open sesame"}
KNOWN: dict[str, Any] = {"config": CONFIG, "secrets": ("api_key",), "password": "open sesame"}
PATH = {"type": "RequestPath"}


def _cut(asked: Asked, at: int, size: int, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    assert asked.headers["Authorization"] == "Bearer open sesame"
    return records[at : at + size]


def _offset(asked: Asked) -> Any:
    return {"data": _cut(asked, asked.count("offset"), asked.count("limit"), things(7))}


def _numbered(asked: Asked) -> Any:
    assert asked.headers["X-Key"] == "Key open sesame"
    at = (asked.count("page", 1) - 1) * 3
    return things(7)[at : at + 3]


def _token(asked: Asked) -> Any:
    assert asked.params["key"] == "open sesame"
    at = int(asked.params.get("after", "p0")[1:])
    following = {"next": f"p{at + 3}"} if at + 3 < 7 else {}
    return {"items": things(7)[at : at + 3], "paging": following}


def _link(asked: Asked) -> Any:
    pair = base64.b64encode(b"me:secret").decode()
    assert asked.headers["Authorization"] == f"Basic {pair}"
    at = asked.count("from")
    following = f"http://{asked.headers['Host']}/things?from={at + 3}" if at + 3 < 7 else None
    return {"results": things(7)[at : at + 3], "links": {"next": following}}


def _header_link(asked: Asked) -> Any:
    assert "Authorization" not in asked.headers
    at = asked.count("from")
    link = f'<http://{asked.headers["Host"]}/things?from={at + 3}>; rel="next"'
    return Answered(body=things(7)[at : at + 3], headers={"Link": link} if at + 3 < 7 else {})


def _newest_first(asked: Asked) -> Any:
    records = [*reversed(things(7))]
    ids = [one["id"] for one in records]
    at = ids.index(asked.params["starting_after"]) + 1 if "starting_after" in asked.params else 0
    return {"data": _cut(asked, at, asked.count("limit"), records), "has_more": at + asked.count("limit") < 7}


def _flagged(asked: Asked) -> Any:
    at = asked.count("cursor")
    return {"data": _cut(asked, at, 3, things(7)), "meta": {"cursor": str(at + 3), "more": at + 3 < 7}}


def _endless(asked: Asked) -> Any:
    at = asked.count("cursor")
    return {"data": _cut(asked, at, 3, things(7)), "cursor": str(min(at + 3, 99))}


def _in_body(asked: Asked) -> Any:
    assert asked.method == "POST"
    assert asked.body["filter"] == {"state": "open", "deleted": False}
    at = (asked.body["page"] - 1) * asked.body["size"]
    return {"rows": _cut(asked, at, asked.body["size"], things(7))}


def _counted(asked: Asked) -> Any:
    page = asked.count("page", 1)
    return {"data": _cut(asked, (page - 1) * 3, 3, things(7)), "page": page, "pages": 3}


OFFSET = {"type": "OffsetIncrement", "page_size": 3}
NUMBERED = {"type": "PageIncrement", "page_size": 3, "start_from_page": 1}


def _cursor(value: str, stop: str | None = None, **more: Any) -> dict[str, Any]:
    stops = {"stop_condition": f"{{{{ {stop} }}}}"} if stop else {}
    return {"type": "CursorPagination", "cursor_value": f"{{{{ {value} }}}}", **stops, **more}


def _make(name: str, serve: Any, path: tuple[str, ...], paginator: Any, **more: Any) -> Pattern:
    asks = more.pop("asks", {"authenticator": bearer()})
    retriever = {"requester": requester(**asks), "record_selector": selector(*path), "paginator": paginator}
    words = {**KNOWN, "keys": {"things": keys(7)}, **more}
    return Pattern(name, [stream(retriever=retriever)], serve, **words)


API_KEY = {"type": "ApiKeyAuthenticator", "api_token": "{{ config['api_key'] }}"}
BASIC = {
    "type": "BasicHttpAuthenticator",
    "username": "{{ config['user'] }}",
    "password": "{{ config['word'] }}",
}
PAGES = [
    _make("offset", _offset, ("data",), pages(OFFSET, option("offset"), "limit")),
    _make(
        "page number",
        _numbered,
        (),
        pages(NUMBERED, option("page"), "per_page"),
        asks={
            "authenticator": {
                "type": "ApiKeyAuthenticator",
                "api_token": "Key {{ config['api_key'] }}",
                "inject_into": option("X-Key", "header"),
            }
        },
    ),
    _make(
        "token, key in a parameter",
        _token,
        ("items",),
        pages(_cursor("response.paging.next", "not response.paging.next"), option("after")),
        asks={"authenticator": {**API_KEY, "inject_into": option("key")}},
    ),
    _make(
        "link in the body, basic",
        _link,
        ("results",),
        pages(_cursor("response['links']['next']", "response['links']['next'] is none"), PATH),
        asks={"authenticator": BASIC},
        config={"user": "me", "word": "secret"},
        secrets=("word",),
        login="me",
        password="secret",
    ),
    _make(
        "link in a header, open",
        _header_link,
        (),
        pages(_cursor("headers['link']['next']['url']", "'next' not in headers['link']"), PATH),
        asks={},
        config={},
        secrets=(),
        password="",
    ),
    _make(
        "last id, newest first",
        _newest_first,
        ("data",),
        pages(
            _cursor("last_record['id']", "not response['has_more']", page_size=3),
            option("starting_after"),
            "limit",
        ),
    ),
    _make(
        "flag beside a token",
        _flagged,
        ("data",),
        pages(_cursor("response.meta.cursor", "response.meta.more is false"), option("cursor")),
    ),
    _make(
        "token without an end",
        _endless,
        ("data",),
        pages(_cursor("response['cursor']", "last_page_size == 0"), option("cursor")),
    ),
    _make(
        "page in a JSON body",
        _in_body,
        ("rows",),
        {
            **pages({**NUMBERED, "inject_on_first_request": True}, option("page", "body_json")),
            "page_size_option": option("size", "body_json"),
        },
        asks={
            "authenticator": bearer(),
            "http_method": "POST",
            "request_body_json": {"filter": {"state": "open", "deleted": False}},
        },
    ),
    _make(
        "page that the answer counts",
        _counted,
        ("data",),
        pages(_cursor("response.page + 1", "response.page >= response.pages"), option("page")),
        doubts=("pages are counted from 1",),
    ),
]

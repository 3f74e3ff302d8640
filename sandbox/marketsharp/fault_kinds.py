"""Faults in the framework's words, beside those every API can show."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox.frame.clock import SandboxClock
from sandbox.frame.fault_kinds import answer_with, common_fault_kinds, rate_limited_with
from sandbox.frame.faults import FaultKind, Options
from sandbox.frame.messages import Request, Response, encode_json
from sandbox.marketsharp import errors
from sandbox.marketsharp.answers import SERVICE
from sandbox.marketsharp.errors import ApiError, write_error


def marketsharp_fault_kinds(clock: SandboxClock) -> dict[str, FaultKind]:
    """The kinds by name; those of `common_fault_kinds` are included.

    - `rate_limited` (`retry_after_s`, `retry_after_form`): 429
    - `unauthorized`: 401; `missing_scope`: 403; `server_error`: 500; `overloaded`: 503
    - `error_in_200`: a list that breaks off in its middle, with the error appended
    - `repeated_token`: a next link that leads to the same page
    - `empty_page`: no records, and a next link that leads to the page
    - `foreign_link`: a next link to another host
    """
    return {
        **common_fault_kinds(clock),
        "rate_limited": rate_limited_with(clock, ApiError(429, "Too many requests.").to_response),
        "unauthorized": answer_with(errors.unauthorized().to_response),
        "missing_scope": answer_with(errors.forbidden().to_response),
        "server_error": answer_with(ApiError(500, "An error occurred.").to_response),
        "overloaded": answer_with(errors.overloaded().to_response),
        "error_in_200": FaultKind(spoil=_break_off),
        "repeated_token": FaultKind(spoil=_link_with(_address_of, empty=False)),
        "empty_page": FaultKind(spoil=_link_with(_address_of, empty=True)),
        "foreign_link": FaultKind(
            spoil=_link_with(lambda _request: "https://elsewhere.example/Other", empty=False)
        ),
    }


def _break_off(_request: Request, response: Response, _options: Options) -> Response:
    if response.status != 200:
        return response
    return replace(response, body=response.body[: len(response.body) // 2] + write_error("Timeout expired."))


def _address_of(request: Request) -> str:
    return SERVICE + request.path.rpartition("/")[2] + "?" + request.query_string.decode("latin-1")


def _link_with(
    choose: Callable[[Request], str], *, empty: bool
) -> Callable[[Request, Response, Options], Response]:
    """Put a next link into an answer, in whichever form it is."""

    def edit(request: Request, response: Response, _options: Options) -> Response:
        if response.status != 200:
            return response
        if response.body.startswith(b"{"):
            payload: dict[str, Any] = json.loads(response.body)
            inner = payload["d"]
            records = inner if isinstance(inner, list) else inner["results"]
            payload["d"] = {"results": [] if empty else records, "__next": choose(request)}
            return replace(response, body=encode_json(payload))
        link = f'<link rel="next" href="{choose(request).replace("&", "&amp;")}"/></feed>'.encode()
        start = response.body.find(b"<entry>")
        body = response.body[:start] if empty and start >= 0 else response.body.removesuffix(b"</feed>")
        return replace(response, body=body + link)

    return edit

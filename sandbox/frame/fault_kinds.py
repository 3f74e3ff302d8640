"""Fault kinds that any HTTP API can show, and what a vendor makes its own from."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from sandbox.frame.clock import SandboxClock
from sandbox.frame.faults import FaultKind, Options
from sandbox.frame.messages import Header, Request, Response, encode_json, html_response


def retry_after_headers(clock: SandboxClock, options: Options) -> tuple[Header, ...]:
    """`Retry-After` from `retry_after_s` and `retry_after_form`: `seconds` (default), `date` or `none`."""
    wait_s, form = options.get("retry_after_s"), options.get("retry_after_form", "seconds")
    if wait_s is None or form == "none":
        return ()
    if form == "date":
        return ((b"retry-after", clock.http_date(in_s=float(wait_s))),)
    return ((b"retry-after", str(wait_s).encode()),)


def answer_with(answer: Callable[[], Response]) -> FaultKind:
    """Another answer instead of the real one."""
    return FaultKind(instead=lambda _request, _options: answer())


def rate_limited_with(clock: SandboxClock, answer: Callable[[], Response]) -> FaultKind:
    """A refusal that says how long to wait as `retry_after_s` and `retry_after_form` ask, else nothing."""
    return FaultKind(
        instead=lambda _request, options: replace(answer(), headers=retry_after_headers(clock, options))
    )


def edit_page(response: Response, edit: Callable[[Any], object]) -> Response:
    """The answer with its decoded body changed in place; any but a 200 stays as it is."""
    if response.status != 200:
        return response
    payload = json.loads(response.body)
    edit(payload)
    return replace(response, body=encode_json(payload))


def _plain_status(options: Options, code: int) -> Response:
    try:
        title = f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        title = f"{code} error"
    if "body" in options:
        return Response(code, str(options["body"]).encode())
    return html_response(code, title)


def _truncate(_request: Request, response: Response, options: Options) -> Response:
    keep = int(options.get("keep_bytes", len(response.body) * 2 // 3))
    return replace(response, body=response.body[:keep])


def _cut(_request: Request, response: Response, options: Options) -> Response:
    return replace(response, cut_at=int(options.get("keep_bytes", len(response.body) // 2)))


def common_fault_kinds(clock: SandboxClock) -> dict[str, FaultKind]:
    """The kinds by name.

    - `status` (`code`, `body`): any status with an HTML page, or with the given body
    - `bad_gateway`: 502 with HTML; `unavailable` (`retry_after_s`, `retry_after_form`): 503 with HTML
    - `html_200`: a status 200 whose body is a login page; `slow` (`delay_s`): waits before the first byte
    - `slow_drip` (`drip_s`): sends the body in small pieces; `connection_reset`: resets instead of answering
    - `truncated_json` (`keep_bytes`): a shorter body whose length header agrees
    - `cut_body` (`keep_bytes`): the connection ends before the announced length
    - `uri_too_long`: 414 with HTML
    """
    return {
        "status": FaultKind(instead=lambda _r, options: _plain_status(options, int(options["code"]))),
        "bad_gateway": FaultKind(instead=lambda _r, options: _plain_status(options, 502)),
        "unavailable": rate_limited_with(
            clock, lambda: html_response(503, "503 Service Temporarily Unavailable")
        ),
        "uri_too_long": answer_with(lambda: html_response(414, "414 Request-URI Too Large")),
        "html_200": answer_with(lambda: html_response(200, "Log in")),
        "connection_reset": answer_with(lambda: Response(0, reset=True)),
        "truncated_json": FaultKind(spoil=_truncate),
        "cut_body": FaultKind(spoil=_cut),
        "slow": FaultKind(
            spoil=lambda _r, response, o: replace(response, delay_s=float(o.get("delay_s", 1.0)))
        ),
        "slow_drip": FaultKind(
            spoil=lambda _r, response, o: replace(response, drip_s=float(o.get("drip_s", 2.0)))
        ),
    }

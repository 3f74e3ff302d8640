"""Faults in no vendor's words, for fakes that have none of their own for what any REST source can show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.frame.fault_kinds import retry_after_headers
from sandbox.frame.faults import FaultKind, Options
from sandbox.frame.messages import Request, Response, json_response

_BODY = {"error": "made up by the suite"}
_PLAIN = {"server_error": 500, "unauthorized": 401, "missing_scope": 403, "error_in_200": 200}


def add_common_faults(fake: Any) -> None:
    """Give a fake the kinds that the suite asks for and that it lacks; its own words come first."""
    kinds = {name: FaultKind(instead=_answer(status)) for name, status in _PLAIN.items()}
    kinds["rate_limited"] = FaultKind(
        instead=lambda _request, options: _refuse(options, fake),
    )
    kinds["repeated_page"] = FaultKind(instead=_repeat(fake))
    for name, kind in kinds.items():
        fake.faults.kinds.setdefault(name, kind)


def _answer(status: int) -> Callable[[Request, Options], Response]:
    return lambda _request, _options: json_response(status, _BODY)


def _refuse(options: Options, fake: Any) -> Response:
    return json_response(429, _BODY, *retry_after_headers(fake.clock, options))


def _repeat(fake: Any) -> Callable[[Request, Options], Response]:
    """Answer again what the request before on the same path got."""
    latest: dict[str, Response] = {}
    answer = fake.answer

    def remember(request: Request) -> Response:
        response: Response = answer(request)
        latest[request.path] = response
        return response

    fake.answer = remember
    return lambda request, _options: latest[request.path]

"""Faults in SalesRabbit's own words, beside those every API can show."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from sandbox.frame.clock import SandboxClock
from sandbox.frame.fault_kinds import common_fault_kinds, retry_after_headers
from sandbox.frame.faults import FaultKind, Options
from sandbox.frame.messages import Request, Response, encode_json
from sandbox.salesrabbit import errors
from sandbox.salesrabbit.errors import ApiError


def salesrabbit_fault_kinds(
    clock: SandboxClock, answer_page: Callable[[Request, int], Response]
) -> dict[str, FaultKind]:
    """The kinds by name; those of `common_fault_kinds` are included.

    - `rate_limited` (`retry_after_s`, `retry_after_form`): 429
    - `unauthorized`: 401; `missing_scope`: 403; `missing`: 404; `unprocessable`: 422
    - `server_error`: 500 with the envelope; `error_in_200`: the envelope with status 200
    - `not_modified`: 304, asked for or not
    - `repeated_token`: the page before the asked one, as if `page` had no effect, with more behind it
    - `empty_page`: no records, and more behind them
    - `no_meta`: the real page without `meta`

    Args:
        clock: of the fake.
        answer_page: gives the answer to a request for another page.
    """

    def rate_limited(_request: Request, options: Options) -> Response:
        return errors.rate_limited(*retry_after_headers(clock, options)).to_response()

    def repeat_page(request: Request, response: Response, _options: Options) -> Response:
        asked = int(request.param("page") or 1)
        before = answer_page(request, max(asked - 1, 1))
        if response.status != 200 or before.status != 200:
            return response
        return _edit(before, data=None, more=True)

    return {
        **common_fault_kinds(clock),
        "rate_limited": FaultKind(instead=rate_limited),
        "unauthorized": _always(errors.unauthorized()),
        "missing_scope": _always(errors.forbidden()),
        "missing": _always(errors.not_found()),
        "unprocessable": _always(errors.unprocessable("The given data was invalid.")),
        "server_error": _always(ApiError(500, "Server Error")),
        "error_in_200": FaultKind(
            instead=lambda _r, _o: replace(ApiError(500, "Server Error").to_response(), status=200)
        ),
        "not_modified": FaultKind(instead=lambda _r, _o: Response(304)),
        "repeated_token": FaultKind(spoil=repeat_page),
        "empty_page": FaultKind(spoil=lambda _r, response, _o: _edit(response, data=[], more=True)),
        "no_meta": FaultKind(spoil=lambda _r, response, _o: _edit(response, data=None, more=None)),
    }


def _always(error: ApiError) -> FaultKind:
    return FaultKind(instead=lambda _request, _options: error.to_response())


def _edit(response: Response, *, data: list[object] | None, more: bool | None) -> Response:
    """Put other records (None: the same) and another `morePages` (None: no meta) into a page."""
    if response.status != 200:
        return response
    payload = json.loads(response.body)
    if data is not None:
        payload["data"] = data
    payload.pop("meta", None)
    if more is not None:
        payload["meta"] = {"morePages": more}
    return replace(response, body=encode_json(payload))

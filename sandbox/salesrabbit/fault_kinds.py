"""Faults in SalesRabbit's own words, beside those every API can show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox.frame.clock import SandboxClock
from sandbox.frame.fault_kinds import answer_with, common_fault_kinds, edit_page, rate_limited_with
from sandbox.frame.faults import FaultKind, Options
from sandbox.frame.messages import Request, Response
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

    def repeat_page(request: Request, response: Response, _options: Options) -> Response:
        asked = int(request.param("page") or 1)
        before = answer_page(request, max(asked - 1, 1))
        if response.status != 200 or before.status != 200:
            return response
        return _edit(before, data=None, more=True)

    return {
        **common_fault_kinds(clock),
        "rate_limited": rate_limited_with(clock, errors.rate_limited().to_response),
        "unauthorized": answer_with(errors.unauthorized().to_response),
        "missing_scope": answer_with(errors.forbidden().to_response),
        "missing": answer_with(errors.not_found().to_response),
        "unprocessable": answer_with(errors.unprocessable("The given data was invalid.").to_response),
        "server_error": answer_with(ApiError(500, "Server Error").to_response),
        "error_in_200": answer_with(lambda: replace(ApiError(500, "Server Error").to_response(), status=200)),
        "not_modified": answer_with(lambda: Response(304)),
        "repeated_token": FaultKind(spoil=repeat_page),
        "empty_page": FaultKind(spoil=lambda _r, response, _o: _edit(response, data=[], more=True)),
        "no_meta": FaultKind(spoil=lambda _r, response, _o: _edit(response, data=None, more=None)),
    }


def _edit(response: Response, *, data: list[object] | None, more: bool | None) -> Response:
    """Put other records (None: the same) and another `morePages` (None: no meta) into a page."""

    def change(payload: dict[str, Any]) -> None:
        if data is not None:
            payload["data"] = data
        payload.pop("meta", None)
        if more is not None:
            payload["meta"] = {"morePages": more}

    return edit_page(response, change)

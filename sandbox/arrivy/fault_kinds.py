"""Arrivy's own faults beside the common ones."""

from __future__ import annotations

from dataclasses import replace

from sandbox.arrivy import errors
from sandbox.frame.clock import SandboxClock
from sandbox.frame.fault_kinds import answer_with, common_fault_kinds, edit_page, rate_limited_with
from sandbox.frame.faults import FaultKind, Options
from sandbox.frame.messages import Request, Response, html_response, json_response


def arrivy_fault_kinds(clock: SandboxClock) -> dict[str, FaultKind]:
    """The common kinds and Arrivy's own.

    - `rate_limited` (`retry_after_s`, `retry_after_form`): 429, without the header unless asked for
    - `unauthorized`, `missing_scope`, `not_found`, `bad_request`: 401, 403, 404, 400 with their bodies
    - `server_error`: 500 with an HTML page
    - `error_in_200`: an error's body under status 200
    - `empty_array`: `[]` instead of the page; `repeated_page`: keeps answering the first page it saw
    - `shrunken_page` (`keep`): the page without its last records, which are lost
    """
    seen: dict[str, bytes] = {}

    def repeat(request: Request, response: Response, _options: Options) -> Response:
        return replace(response, body=seen.setdefault(request.path, response.body))

    return {
        **common_fault_kinds(clock),
        "rate_limited": rate_limited_with(clock, errors.rate_limited().to_response),
        "unauthorized": answer_with(errors.unauthorized().to_response),
        "missing_scope": answer_with(errors.forbidden().to_response),
        "not_found": answer_with(errors.not_found("Resource").to_response),
        "bad_request": answer_with(errors.invalid_value("from", "a valid ISO 8601 datetime").to_response),
        "server_error": answer_with(lambda: html_response(500, "500 Server Error")),
        "error_in_200": answer_with(
            lambda: json_response(
                200, {"message": "MISSING_REQUEST_INFO", "description": "Request information is missing"}
            )
        ),
        "empty_array": answer_with(lambda: json_response(200, [])),
        "repeated_page": FaultKind(spoil=repeat),
        "shrunken_page": FaultKind(spoil=_shrink),
    }


def _shrink(_request: Request, response: Response, options: Options) -> Response:
    def shrink(records: list[object]) -> None:
        del records[int(options.get("keep", len(records) // 2)) :]

    return edit_page(response, shrink)

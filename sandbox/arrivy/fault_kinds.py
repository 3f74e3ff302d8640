"""Arrivy's own faults beside the common ones."""

from __future__ import annotations

import json
from dataclasses import replace

from sandbox.arrivy import errors
from sandbox.frame.clock import SandboxClock
from sandbox.frame.fault_kinds import common_fault_kinds, retry_after_headers
from sandbox.frame.faults import FaultKind, Options
from sandbox.frame.messages import Request, Response, encode_json, html_response, json_response


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
        "rate_limited": FaultKind(
            instead=lambda _r, options: errors.rate_limited(
                *retry_after_headers(clock, options)
            ).to_response()
        ),
        "unauthorized": FaultKind(instead=lambda _r, _o: errors.unauthorized().to_response()),
        "missing_scope": FaultKind(instead=lambda _r, _o: errors.forbidden().to_response()),
        "not_found": FaultKind(instead=lambda _r, _o: errors.not_found("Resource").to_response()),
        "bad_request": FaultKind(
            instead=lambda _r, _o: errors.invalid_value("from", "a valid ISO 8601 datetime").to_response()
        ),
        "server_error": FaultKind(instead=lambda _r, _o: html_response(500, "500 Server Error")),
        "error_in_200": FaultKind(
            instead=lambda _r, _o: json_response(
                200, {"message": "MISSING_REQUEST_INFO", "description": "Request information is missing"}
            )
        ),
        "empty_array": FaultKind(instead=lambda _r, _o: json_response(200, [])),
        "repeated_page": FaultKind(spoil=repeat),
        "shrunken_page": FaultKind(spoil=_shrink),
    }


def _shrink(_request: Request, response: Response, options: Options) -> Response:
    records = json.loads(response.body)
    return replace(response, body=encode_json(records[: int(options.get("keep", len(records) // 2))]))

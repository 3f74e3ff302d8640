"""Faults in LeadConduit's own words, beside those every API can show."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.frame.clock import SandboxClock
from sandbox.frame.fault_kinds import answer_with, common_fault_kinds, edit_page, rate_limited_with
from sandbox.frame.faults import FaultKind, Options
from sandbox.frame.messages import Request, Response, json_response
from sandbox.leadconduit import errors
from sandbox.leadconduit.errors import ApiError


def leadconduit_fault_kinds(
    clock: SandboxClock, answer_without: Callable[[Request, str], Response]
) -> dict[str, FaultKind]:
    """The kinds by name; those of `common_fault_kinds` are included, among them an HTML 502.

    - `rate_limited` (`retry_after_s`, `retry_after_form`): 429
    - `unauthorized`: 401; `missing_scope`: 403; `missing`: 404; `bad_request`: 400
    - `server_error`: 500 with the body of errors; `error_in_200`: that body with status 200
    - `repeated_token`: the page that the position is left out of, as if `after_id` had no effect
    - `wrong_order`: the page with the newest first; `envelope`: the page inside an object

    Args:
        clock: of the fake.
        answer_without: answers a request without one of its parameters.
    """

    def repeat(request: Request, response: Response, _options: Options) -> Response:
        return answer_without(request, "after_id") if response.status == 200 else response

    def wrap(_request: Request, response: Response, _options: Options) -> Response:
        return json_response(200, {"events": response.body.decode()}) if response.status == 200 else response

    return {
        **common_fault_kinds(clock),
        "rate_limited": rate_limited_with(clock, errors.rate_limited().to_response),
        "unauthorized": answer_with(errors.unauthorized().to_response),
        "missing_scope": answer_with(errors.forbidden().to_response),
        "missing": answer_with(errors.not_found().to_response),
        "bad_request": answer_with(errors.bad_request("limit must be between 1 and 1000").to_response),
        "server_error": answer_with(ApiError(500, "internal error").to_response),
        "error_in_200": answer_with(lambda: json_response(200, {"error": "internal error"})),
        "repeated_token": FaultKind(spoil=repeat),
        "wrong_order": FaultKind(
            spoil=lambda _r, response, _o: edit_page(response, lambda page: page.reverse())
        ),
        "envelope": FaultKind(spoil=wrap),
    }

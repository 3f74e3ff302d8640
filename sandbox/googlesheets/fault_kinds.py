"""Faults in Google's own words, beside those every API can show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sandbox.frame.clock import SandboxClock
from sandbox.frame.fault_kinds import answer_with, common_fault_kinds, rate_limited_with
from sandbox.frame.faults import FaultKind
from sandbox.frame.messages import Response
from sandbox.googlesheets import errors
from sandbox.googlesheets.errors import ApiError


def googlesheets_fault_kinds(clock: SandboxClock, get_latest: Callable[[], Response]) -> dict[str, FaultKind]:
    """The kinds by name; those of `common_fault_kinds` are included.

    - `rate_limited` (`retry_after_s`, `retry_after_form`): 429; `rate_limited_403`: the same as a 403
    - `unauthorized`: 401; `missing_scope`: 403 of a file that is not shared; `missing`: 404
    - `server_error`: 500; `error_in_200`: an error body with status 200
    - `grid_limits`: 400, the range lies beyond the grid
    - `repeated_page`: the answer that the request before got, whatever was asked for

    Args:
        clock: of the fake.
        get_latest: gives that answer.
    """
    too_many = ApiError(403, "Rate Limit Exceeded", reason="rateLimitExceeded")
    unknown = ApiError(500, "Internal error encountered.")
    limits = ApiError(
        400, "Range ('Leads 2026'!A900:H999) exceeds grid limits. Max rows: 800, max columns: 26"
    )
    return {
        **common_fault_kinds(clock),
        "rate_limited": rate_limited_with(clock, errors.rate_limited().to_response),
        "rate_limited_403": answer_with(too_many.to_response),
        "unauthorized": answer_with(errors.unauthenticated().to_response),
        "missing_scope": answer_with(errors.not_shared().to_response),
        "missing": answer_with(errors.not_found().to_response),
        "server_error": answer_with(unknown.to_response),
        "error_in_200": answer_with(lambda: replace(unknown.to_response(), status=200)),
        "grid_limits": answer_with(limits.to_response),
        "repeated_page": answer_with(get_latest),
    }

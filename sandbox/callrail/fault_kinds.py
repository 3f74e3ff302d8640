"""Faults in CallRail's own words, beside those every API can show."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from sandbox.callrail import errors
from sandbox.callrail.errors import ApiError
from sandbox.callrail.kinds import KINDS
from sandbox.frame.clock import SandboxClock
from sandbox.frame.fault_kinds import answer_with, common_fault_kinds, edit_page, rate_limited_with
from sandbox.frame.faults import FaultKind, Options
from sandbox.frame.messages import HTML_TYPE, Request, Response, json_response

_KEYS = tuple(kind.key for kind in KINDS.values())


def callrail_fault_kinds(clock: SandboxClock, repeats: MutableMapping[str, Response]) -> dict[str, FaultKind]:
    """The kinds by name; those of `common_fault_kinds` are included.

    Args:
        clock: For `Retry-After` as a date.
        repeats: Gets, by path, an answer that the next request to it gets again.

    Kinds:

    - `rate_limited` (`retry_after_s`, `retry_after_form`): 429, in the same words for hour and day
    - `unauthorized` (`as_text`): 401; `missing_scope`: 403 of a key that may not; `server_error`: 500
    - `maintenance`: 503 with HTML; `error_in_200`: the error body with status 200
    - `too_old`: the answer to a window beyond the retention
    - `repeated_token`: the real page, which the next request gets once more
    - `empty_page`: no records, the real or a made-up next one
    - `redirect` (`location`): 302; `missing_key`: the envelope without its list
    """

    def repeat_page(request: Request, response: Response, _options: Options) -> Response:
        spoilt = edit_page(response, lambda payload: _claim_more(request, payload))
        repeats[request.path] = spoilt
        return spoilt

    return {
        **common_fault_kinds(clock),
        "rate_limited": rate_limited_with(clock, errors.rate_limited().to_response),
        "unauthorized": FaultKind(instead=lambda _r, o: errors.unauthorized(as_text=o.get("as_text", True))),
        "missing_scope": answer_with(
            ApiError(403, "You are not authorized to perform this action.").to_response
        ),
        "server_error": answer_with(ApiError(500, "Internal Server Error").to_response),
        "maintenance": answer_with(lambda: Response(503, b"<html>Down for maintenance</html>", HTML_TYPE)),
        "error_in_200": answer_with(lambda: json_response(200, {"error": "Something went wrong"})),
        "too_old": answer_with(errors.too_old(400).to_response),
        "redirect": FaultKind(
            instead=lambda _r, o: Response(
                302, headers=((b"location", str(o.get("location", "/v3/a.json")).encode()),)
            )
        ),
        "repeated_token": FaultKind(spoil=repeat_page),
        "empty_page": FaultKind(spoil=_empty_page),
        "missing_key": FaultKind(spoil=_drop_list),
    }


def _claim_more(request: Request, payload: dict[str, Any]) -> None:
    """Say that a page follows, in the words of the page's style."""
    if request.param("relative_pagination") == "true":
        payload |= {"has_next_page": True, "next_page": f"http://{request.header(b'host')}{request.path}"}
    else:
        payload["total_pages"] = payload["page"] + 1


def _empty_page(request: Request, response: Response, _options: Options) -> Response:
    def empty(payload: dict[str, Any]) -> None:
        payload.update({key: [] for key in _KEYS if key in payload})
        _claim_more(request, payload)

    return edit_page(response, empty)


def _drop_list(_request: Request, response: Response, _options: Options) -> Response:
    return edit_page(response, lambda payload: [payload.pop(key, None) for key in _KEYS])

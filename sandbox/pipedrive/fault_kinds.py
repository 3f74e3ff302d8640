"""Faults in Pipedrive's own words, beside those every API can show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.frame.clock import SandboxClock
from sandbox.frame.fault_kinds import answer_with, common_fault_kinds, edit_page, rate_limited_with
from sandbox.frame.faults import FaultKind
from sandbox.frame.messages import Response, html_response, json_response
from sandbox.pipedrive import errors
from sandbox.pipedrive.errors import ApiError

_NO_TOKENS = ((b"x-daily-ratelimit-token-limit", b"30000"), (b"x-daily-ratelimit-token-remaining", b"0"))


def pipedrive_fault_kinds(clock: SandboxClock) -> dict[str, FaultKind]:
    """The kinds by name; those of `common_fault_kinds` are included.

    - `rate_limited` (`retry_after_s`, `retry_after_form`): 429
    - `daily_limit`: 429, and the headers say that no token is left
    - `blocked`: Cloudflare's 403
    - `unauthorized`: 401; `missing_scope`: 403; `missing`: 404; `closed`: 402
    - `server_error`: 500 with the envelope; `error_in_200`: the envelope with status 200
    - `null_body`: `null` with status 200; `unsuccessful`: the real page with `success: false`
    - `repeated_token`: the real page, whose next cursor or start is the one that was asked for
    - `empty_page`: no records, and more behind them

    Args:
        clock: of the fake.
    """
    envelope = ApiError(500, "Internal error").body()
    return {
        **common_fault_kinds(clock),
        "rate_limited": rate_limited_with(clock, errors.rate_limited().to_response),
        "daily_limit": answer_with(errors.rate_limited(*_NO_TOKENS).to_response),
        "blocked": answer_with(lambda: html_response(403, "Access denied")),
        "unauthorized": answer_with(errors.unauthorized().to_response),
        "missing_scope": answer_with(errors.forbidden().to_response),
        "missing": answer_with(errors.not_found().to_response),
        "closed": answer_with(errors.closed().to_response),
        "server_error": answer_with(ApiError(500, "Internal error").to_response),
        "error_in_200": answer_with(lambda: json_response(200, envelope)),
        "null_body": answer_with(lambda: Response(200, b"null")),
        "unsuccessful": FaultKind(spoil=lambda _r, response, _o: edit_page(response, _make_unsuccessful)),
        "repeated_token": FaultKind(spoil=lambda request, response, _o: edit_page(
            response, _lead_to(request.param("cursor") or "again", int(request.param("start") or 0)))),
        "empty_page": FaultKind(spoil=lambda request, response, _o: edit_page(
            response, _lead_to("b3RoZXI", int(request.param("start") or 0), is_empty=True))),
    }  # fmt: skip


def _make_unsuccessful(payload: dict[str, Any]) -> None:
    payload["success"] = False


def _lead_to(cursor: str, start: int, *, is_empty: bool = False) -> Callable[[dict[str, Any]], None]:
    def change(payload: dict[str, Any]) -> None:
        if is_empty:
            payload["data"] = []
        paging = (payload.get("additional_data") or {}).get("pagination")
        if paging is None:
            payload["additional_data"] = {"next_cursor": cursor}
        else:
            paging |= {"more_items_in_collection": True, "next_start": start}

    return change

"""Faults in HubSpot's own words, beside those every API can show."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox.frame.clock import SandboxClock
from sandbox.frame.fault_kinds import answer_with, common_fault_kinds, retry_after_headers
from sandbox.frame.faults import FaultKind, Options
from sandbox.frame.messages import Request, Response, encode_json
from sandbox.hubspot import errors
from sandbox.hubspot.errors import ApiError
from sandbox.hubspot.times import to_iso

CORRELATION_ID = "ffffffff-0000-4000-8000-00000000fa17"
"""The same in every planned fault, so that logs show what was planned."""
_LIMITS: dict[str, Callable[[], ApiError]] = {
    "search": errors.search_limit_reached,
    "burst": errors.burst_limit_reached,
    "daily": errors.daily_limit_reached,
}
_LOCKED = "Calls to this resource are locked for 2 seconds."
_MIGRATING = "This account is being migrated to another data hosting location."


def hubspot_fault_kinds(clock: SandboxClock) -> dict[str, FaultKind]:
    """The kinds by name; those of `common_fault_kinds` are included.

    - `rate_limited` (`limit`: search, burst or daily; `retry_after_s`, `retry_after_form`): 429
    - `daily_limit`: 429 of the day's quota
    - `unauthorized` (`category`: INVALID_AUTHENTICATION or EXPIRED_AUTHENTICATION): 401
    - `garbage_token`: 401 with an expiry in 1970
    - `missing_scope` (`scope`): 403; `locked`: 423; `migrating` (`retry_after_s`): 477
    - `error_in_200`: the error envelope with status 200; `server_error`: 500 with the envelope
    - `partial`: the real batch answer without its last result, as 207
    - `repeated_token` (`after`): the real page, with the token that led to it (links: of each record's page)
    - `empty_page`: no results, the real or a made-up next token
    """

    def rate_limited(_request: Request, options: Options) -> Response:
        answer = _LIMITS[options.get("limit", "burst")]().to_response(CORRELATION_ID)
        return replace(answer, headers=retry_after_headers(clock, options))

    def unauthorized(_request: Request, options: Options) -> Response:
        if options.get("category") == "EXPIRED_AUTHENTICATION":
            return _answer(errors.expired_authentication(75, to_iso(clock.now_ms() - 75_000)))
        return _answer(errors.invalid_authentication())

    def garbage_token(_request: Request, _options: Options) -> Response:
        return _answer(errors.expired_authentication(clock.now_ms() // 1000, "1970-01-01T00:00:00Z"))

    def missing_scope(_request: Request, options: Options) -> Response:
        return _answer(errors.missing_scopes((str(options.get("scope", "crm.objects.deals.read")),)))

    def migrating(_request: Request, options: Options) -> Response:
        answer = _answer(ApiError(477, _MIGRATING, "MIGRATION_IN_PROGRESS"))
        return replace(answer, headers=retry_after_headers(clock, {"retry_after_s": 3600, **options}))

    return {
        **common_fault_kinds(clock),
        "rate_limited": FaultKind(instead=rate_limited),
        "daily_limit": FaultKind(instead=lambda r, o: rate_limited(r, {**o, "limit": "daily"})),
        "unauthorized": FaultKind(instead=unauthorized),
        "garbage_token": FaultKind(instead=garbage_token),
        "missing_scope": FaultKind(instead=missing_scope),
        "locked": answer_with(lambda: _answer(ApiError(423, _LOCKED, "LOCKED"))),
        "migrating": FaultKind(instead=migrating),
        "server_error": answer_with(lambda: _answer(ApiError(500, "internal error", "INTERNAL_ERROR"))),
        "error_in_200": answer_with(_answer_in_200),
        "partial": FaultKind(spoil=_drop_last_result),
        "repeated_token": FaultKind(spoil=_repeat_token),
        "empty_page": FaultKind(spoil=_empty_page),
    }


def _answer(error: ApiError) -> Response:
    return error.to_response(CORRELATION_ID)


def _answer_in_200() -> Response:
    return replace(_answer(ApiError(500, "internal error", "INTERNAL_ERROR")), status=200)


def _respond(response: Response, payload: dict[str, Any]) -> Response:
    return replace(response, body=encode_json(payload))


def _drop_last_result(_request: Request, response: Response, _options: Options) -> Response:
    payload = json.loads(response.body)
    if not payload.get("results"):
        return response
    lost = payload["results"].pop()
    lost_id = lost.get("id") or lost.get("from", {}).get("id")
    error = {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": "Could not get some objects, they may be deleted or not exist. Check that ids are valid.",
        "context": {"ids": [lost_id]},
    }
    payload["errors"] = [*payload.get("errors", []), error]
    payload["numErrors"] = len(payload["errors"])
    return replace(_respond(response, payload), status=207)


def _asked_token(request: Request) -> str:
    if request.method == "GET":
        return request.param("after") or ""
    return str(request.json_object().get("after") or "")


def _next_token(request: Request) -> str:
    """A token that the endpoint takes, for an answer that has none; owners count in base64."""
    if "/owners" in request.path:
        return base64.b64encode(b"100").decode()
    asked = _asked_token(request)
    return str(int(asked) + 1) if asked.isdecimal() else "1"


def _repeat_token(request: Request, response: Response, options: Options) -> Response:
    payload = json.loads(response.body)
    if request.path.endswith("/batch/read"):
        tokens = {str(one["id"]): one.get("after") for one in request.json_object().get("inputs", ())}
        for result in payload["results"]:
            token = options.get("after") or tokens.get(result.get("from", {}).get("id"))
            if token and "paging" in result:
                result["paging"]["next"]["after"] = token
        return _respond(response, payload)
    token = options.get("after") or _asked_token(request)
    if token or "paging" not in payload:
        payload["paging"] = {"next": {"after": token or _next_token(request)}}
    return _respond(response, payload)


def _empty_page(request: Request, response: Response, options: Options) -> Response:
    payload = json.loads(response.body)
    payload["results"] = []
    payload.setdefault("paging", {"next": {"after": options.get("after") or _next_token(request)}})
    return _respond(response, payload)

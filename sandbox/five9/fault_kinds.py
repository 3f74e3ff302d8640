"""Faults in Five9's own words, beside those every API can show."""

from __future__ import annotations

from dataclasses import replace

from sandbox.five9 import errors
from sandbox.five9.errors import Five9Error
from sandbox.frame.clock import SandboxClock
from sandbox.frame.fault_kinds import common_fault_kinds, retry_after_headers
from sandbox.frame.faults import FaultKind, Options
from sandbox.frame.messages import Request, Response, html_response

_SESSION = "Session was closed by another one of the same user"


def five9_fault_kinds(clock: SandboxClock) -> dict[str, FaultKind]:
    """The kinds by name; those of `common_fault_kinds` are included; `code`: a fault's HTTP status.

    - `rate_limited` (`retry_after_s`, `retry_after_form`): 429; `limit`: OperationsLimitExceeded
    - `unauthorized`: 401; `wrong_login`, `locked`: the same as a fault; `missing_scope`: AccessDisallowed
    - `server_error`, `unavailable_fault`, `concurrent`: faults that pass; `error_in_200`: one under 200
    - `session_closed`, `already_logged_in`: session clashes; `fault` (`name`, `message`): any
    - `half_xml`: the answer is cut off inside; `doctype`: the answer has a document type
    """

    def refuse(_request: Request, options: Options) -> Response:
        return replace(html_response(429, "429"), headers=retry_after_headers(clock, options))

    return {
        **common_fault_kinds(clock),
        "rate_limited": FaultKind(instead=refuse),
        "limit": _fault(errors.limit_exceeded(100)),
        "unauthorized": FaultKind(instead=lambda _r, _o: html_response(401, "401 Unauthorized")),
        "wrong_login": _fault(errors.wrong_login(is_locked=False)),
        "locked": _fault(errors.wrong_login(is_locked=True)),
        "missing_scope": _fault(errors.access_disallowed()),
        "server_error": _fault(Five9Error("Server", "Internal error")),
        "unavailable_fault": _fault(Five9Error("ServiceUnavailable", "Service is unavailable")),
        "concurrent": _fault(Five9Error("ConcurrentModification", "Object was modified")),
        "error_in_200": _fault(Five9Error("Server", "Internal error"), 200),
        "session_closed": _fault(Five9Error("AdminSessionClosed", _SESSION)),
        "already_logged_in": _fault(Five9Error("UserAlreadyLoggedIn", _SESSION)),
        "fault": FaultKind(
            instead=lambda _r, o: Five9Error(str(o["name"]), str(o["message"])).to_response(
                int(o.get("code", 500))
            )
        ),
        "half_xml": FaultKind(spoil=lambda _r, one, _o: replace(one, body=one.body[: len(one.body) // 2])),
        "doctype": FaultKind(spoil=_add_doctype),
    }


def _fault(fault: Five9Error, status: int = 500) -> FaultKind:
    return FaultKind(instead=lambda _request, options: fault.to_response(int(options.get("code", status))))


def _add_doctype(_request: Request, response: Response, _options: Options) -> Response:
    bomb = b'<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return replace(response, body=bomb + response.body)

"""The Five9 fake as one object: domain, user, call counters, session, operations."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import replace
from typing import Any

from sandbox.five9 import errors
from sandbox.five9.activity import make_activity
from sandbox.five9.calls import CallWindow
from sandbox.five9.changes import Changes
from sandbox.five9.config import Five9Config
from sandbox.five9.errors import Five9Error
from sandbox.five9.fault_kinds import five9_fault_kinds
from sandbox.five9.generate import generate
from sandbox.five9.operations import OPERATIONS, Domain
from sandbox.five9.soap import SERVICE, MessageError, read_request
from sandbox.five9.store import Store
from sandbox.five9.wsdl import build_wsdl
from sandbox.frame.faults import FaultPlan
from sandbox.frame.messages import Request, Response, html_response
from sandbox.frame.sandbox import Sandbox

_PATH = re.compile(r"/wsadmin/v\d+(_\d+)?/AdminWebService")
_OPERATION = re.compile(rb"<(?:\w+:)?Body>\s*<(?:\w+:)?(\w+)")
COOKIE = "JSESSIONID"


class Five9Sandbox(Sandbox[Five9Config, Store, Changes]):
    """A fake domain of Five9.

    Args:
        config: Settings; `None` takes the defaults.
        **overrides: Single settings by name, see `Five9Config`.
    """

    vendor = "five9"

    def __init__(self, config: Five9Config | None = None, **overrides: Any) -> None:
        super().__init__(replace(config or Five9Config(), **overrides), generate, Changes, make_activity)
        self.faults = FaultPlan(five9_fault_kinds(self.clock))
        self.calls = CallWindow(self.config.calls, self.config.window_s)
        self.wrong_logins = 0
        """Since the start; a right password does not take them back."""
        self.sessions: list[str | None] = []
        """The session cookie of each call, in order."""
        self._faults_so_far = 0
        self._domain = Domain(self.config, self.store, self.calls)

    def bucket_of(self, request: Request) -> str:
        """The operation, which is the same path for all of them."""
        found = _OPERATION.search(request.body)
        return found[1].decode() if found else "default"

    def answer(self, request: Request) -> Response:
        """The answer as Five9 gives it: path, user, count of calls, right, then the operation."""
        if _PATH.fullmatch(request.path) is None:
            return html_response(404, "404 Not Found")
        if request.method == "GET":
            return build_wsdl(self.api_url + request.path)
        try:
            if (refused := self._check_login(request)) is not None:
                return refused
            self.sessions.append(_read_cookie(request))
            response = self._run(request)
        except MessageError as error:
            response = self._answer_fault(errors.wrong_message(str(error)))
        except Five9Error as fault:
            response = self._answer_fault(fault)
        cookie = (b"set-cookie", f"{COOKIE}=s-{len(self.sessions)}; Path=/".encode())
        return replace(response, headers=(*response.headers, cookie), chunked=self.config.chunked)

    def _run(self, request: Request) -> Response:
        if self.config.rate_limits and not self.calls.take(request.arrived_s):
            raise errors.limit_exceeded(self.calls.limit)
        asked = read_request(request.body)
        operation = OPERATIONS.get(asked.name) if asked.name not in self.config.lacking else None
        if operation is None or asked.space != SERVICE:
            raise errors.wrong_element(asked.describe())
        if operation.right and operation.right not in self.config.rights:
            raise errors.access_disallowed()
        return operation.run(self._domain, asked)

    def _answer_fault(self, fault: Five9Error) -> Response:
        self._faults_so_far += 1
        chosen = self.config.fault_status
        if chosen == "mixed":
            chosen = "200" if self._faults_so_far % 2 else "500"
        return fault.to_response(int(chosen))

    def _check_login(self, request: Request) -> Response | None:
        user, password = _read_login(request)
        config = self.config
        is_right = user == config.user and password in (config.password, *config.more_passwords)
        self.wrong_logins += not is_right
        is_locked = self.wrong_logins >= config.lock_after
        if is_right and not is_locked:
            return None
        if config.login_fault == "401":
            return html_response(401, "401 Unauthorized")
        return errors.wrong_login(is_locked=is_locked).to_response(int(config.login_fault))


def _read_login(request: Request) -> tuple[str, str]:
    """User and password of Basic authentication; empty where there is none."""
    scheme, _, encoded = (request.header(b"authorization") or "").partition(" ")
    try:
        user, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (user, password) if scheme.lower() == "basic" else ("", "")


def _read_cookie(request: Request) -> str | None:
    pairs = (one.strip().partition("=") for one in (request.header(b"cookie") or "").split(";"))
    return next((value for name, _, value in pairs if name == COOKIE), None)

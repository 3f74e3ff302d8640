"""The LeadConduit fake as one object: account, keys, rate window, paths."""

from __future__ import annotations

import base64
import binascii
import math
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sandbox.frame.fault_kinds import retry_after_headers
from sandbox.frame.faults import FaultPlan
from sandbox.frame.messages import Request, Response, html_response
from sandbox.frame.rate_limits import RollingWindow
from sandbox.frame.routes import find_route
from sandbox.frame.sandbox import Sandbox
from sandbox.leadconduit import errors
from sandbox.leadconduit.activity import make_activity
from sandbox.leadconduit.changes import Changes
from sandbox.leadconduit.config import LeadConduitConfig
from sandbox.leadconduit.endpoints import ROUTES, Account
from sandbox.leadconduit.errors import ApiError
from sandbox.leadconduit.fault_kinds import leadconduit_fault_kinds
from sandbox.leadconduit.generate import generate
from sandbox.leadconduit.store import Store

RATE_WINDOW_S = 60.0


class LeadConduitSandbox(Sandbox[LeadConduitConfig, Store, Changes]):
    """A fake LeadConduit account.

    Args:
        config: Settings; `None` takes the defaults.
        **overrides: Single settings by name, see `LeadConduitConfig`.
    """

    vendor = "leadconduit"

    def __init__(self, config: LeadConduitConfig | None = None, **overrides: Any) -> None:
        super().__init__(
            replace(config or LeadConduitConfig(), **overrides), generate, Changes, make_activity
        )
        self.faults = FaultPlan(leadconduit_fault_kinds(self.clock, self._answer_without))
        self._account = Account(self.config, self.store, self.clock)
        self._window = RollingWindow(self.config.requests_per_minute, RATE_WINDOW_S)

    @property
    def api_key(self) -> str:
        """The key that is known from the start and sees everything."""
        return self.config.api_key

    def answer(self, request: Request) -> Response:
        """The answer as LeadConduit gives it: key, rate, right, then the endpoint."""
        try:
            self._take_rate(request)
            self._check_key(request)
            return self._answer_endpoint(request)
        except ApiError as error:
            return error.to_response()

    def _answer_endpoint(self, request: Request) -> Response:
        match = find_route(ROUTES, request.path) if request.method == "GET" else None
        takes_json = "application/json" in (request.header(b"accept") or "")
        is_page = match is None or match.route.kind != "events"
        if self.config.needs_accept and is_page and not takes_json:
            return html_response(404 if match is None else 200, "LeadConduit")
        if match is None:
            raise errors.not_found()
        return match.run(self._account, request)

    def _answer_without(self, request: Request, name: str) -> Response:
        pairs = [(one, value) for one, value in parse_qsl(request.query_string.decode()) if one != name]
        query = urlencode(pairs).encode()
        scope = {
            "method": request.method,
            "path": request.path,
            "query_string": query,
            "headers": request.headers,
        }
        return self._answer_endpoint(Request(scope, b"", request.arrived_s))

    def _check_key(self, request: Request) -> None:
        key, config = _read_password(request), self.config
        if key in config.restricted_keys:
            raise errors.forbidden()
        known = (config.api_key, *config.more_keys)
        if key not in known or key in config.free_keys or key in config.reset_keys:
            raise errors.unauthorized()

    def _take_rate(self, request: Request) -> None:
        if not self.config.rate_limits or self._window.try_take(request.arrived_s):
            return
        wait_s = math.ceil(self._window.wait_s(request.arrived_s))
        options = {"retry_after_s": wait_s, "retry_after_form": self.config.retry_after}
        raise errors.rate_limited(*retry_after_headers(self.clock, options))


def _read_password(request: Request) -> str | None:
    """The password of Basic authentication, whatever the user name; None: there is none."""
    scheme, _, encoded = (request.header(b"authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(encoded).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return None

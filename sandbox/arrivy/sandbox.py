"""The Arrivy fake as one object: account, rate window, key and token."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from sandbox.arrivy import errors
from sandbox.arrivy.activity import make_activity
from sandbox.arrivy.changes import Changes
from sandbox.arrivy.config import BASE_PATH, ArrivyConfig
from sandbox.arrivy.errors import ApiError
from sandbox.arrivy.fault_kinds import arrivy_fault_kinds
from sandbox.arrivy.generate import generate
from sandbox.arrivy.lists import Account
from sandbox.arrivy.routes import find_endpoint
from sandbox.arrivy.store import Store
from sandbox.frame.fault_kinds import retry_after_headers
from sandbox.frame.faults import FaultPlan
from sandbox.frame.messages import Request, Response, html_response
from sandbox.frame.rate_limits import RollingWindow
from sandbox.frame.sandbox import Sandbox

RATE_WINDOW_S = 60.0


class ArrivySandbox(Sandbox[ArrivyConfig, Store, Changes]):
    """A fake Arrivy account.

    Args:
        config: Settings; `None` takes the defaults.
        **overrides: Single settings by name, see `ArrivyConfig`.
    """

    vendor = "arrivy"
    base_path = BASE_PATH

    def __init__(self, config: ArrivyConfig | None = None, **overrides: Any) -> None:
        super().__init__(replace(config or ArrivyConfig(), **overrides), generate, Changes, make_activity)
        self.faults = FaultPlan(arrivy_fault_kinds(self.clock))
        self._account = Account(self.config, self.store)
        self._window = RollingWindow(self.config.requests_per_minute, RATE_WINDOW_S)

    def answer(self, request: Request) -> Response:
        """The answer as Arrivy gives it: rate, key and token, right, then the endpoint."""
        match = find_endpoint(request)
        if match is None:
            return self._answer_unknown_path()
        try:
            self._check_rate(request)
            self._check_key(request)
            if match.route.kind in self.config.forbidden:
                raise errors.forbidden()
            return match.run(self._account, request)
        except ApiError as error:
            return error.to_response()

    def _answer_unknown_path(self) -> Response:
        if self.config.unknown_path == "html_200":
            # the web application takes every path that is not the API's
            return html_response(200, "Arrivy")
        return errors.not_found("Resource").to_response()

    def _check_rate(self, request: Request) -> None:
        if not self.config.rate_limits or self._window.try_take(request.arrived_s):
            return
        free_in_s = math.ceil(self._window.wait_s(request.arrived_s))
        wait = {"retry_after_s": free_in_s, "retry_after_form": self.config.retry_after}
        raise errors.rate_limited(*retry_after_headers(self.clock, wait))

    def _check_key(self, request: Request) -> None:
        given = (request.header(b"x-auth-key"), request.header(b"x-auth-token"))
        if given != (self.config.auth_key, self.config.auth_token):
            raise errors.unauthorized()

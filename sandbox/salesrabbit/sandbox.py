"""The SalesRabbit fake as one object: account, token, rate window, condition headers."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, NamedTuple

from sandbox.frame.fault_kinds import retry_after_headers
from sandbox.frame.faults import FaultPlan
from sandbox.frame.messages import Header, Request, Response
from sandbox.frame.rate_limits import RollingWindow
from sandbox.frame.routes import find_route
from sandbox.frame.sandbox import Sandbox
from sandbox.salesrabbit import errors
from sandbox.salesrabbit.activity import make_activity
from sandbox.salesrabbit.changes import Changes
from sandbox.salesrabbit.config import SalesRabbitConfig
from sandbox.salesrabbit.errors import ApiError
from sandbox.salesrabbit.fault_kinds import salesrabbit_fault_kinds
from sandbox.salesrabbit.leads import generate_histories, generate_leads
from sandbox.salesrabbit.lists import MODIFIED_HEADER, STATUS_HEADER, Account
from sandbox.salesrabbit.people import generate_statuses, generate_users
from sandbox.salesrabbit.routes import ROUTES
from sandbox.salesrabbit.store import Store

RATE_WINDOW_S = 60.0


class Conditions(NamedTuple):
    """The condition headers of one request, which the request log does not have."""

    path: str
    modified_since: str | None
    status_modified_since: str | None


class SalesRabbitSandbox(Sandbox[SalesRabbitConfig, Store, Changes]):
    """A fake SalesRabbit account.

    Args:
        config: Settings; `None` takes the defaults.
        **overrides: Single settings by name, see `SalesRabbitConfig`.
    """

    vendor = "salesrabbit"

    def __init__(self, config: SalesRabbitConfig | None = None, **overrides: Any) -> None:
        super().__init__(
            replace(config or SalesRabbitConfig(), **overrides), _generate, Changes, make_activity
        )
        self.faults = FaultPlan(salesrabbit_fault_kinds(self.clock, self._answer_page))
        self.conditions: list[Conditions] = []
        """Of every request in the order of arrival."""
        self._account = Account(self.config, self.store, self.clock)
        self._window = RollingWindow(self.config.requests_per_minute, RATE_WINDOW_S)

    @property
    def access_token(self) -> str:
        """The token that is known from the start."""
        return self.config.access_token

    def answer(self, request: Request) -> Response:
        """The answer as SalesRabbit gives it: token, rate, right, then the endpoint."""
        self.conditions.append(
            Conditions(request.path, request.header(MODIFIED_HEADER), request.header(STATUS_HEADER))
        )
        rate_headers: tuple[Header, ...] = ()
        try:
            self._check_token(request)
            rate_headers = self._take_rate(request)
            response = self._answer_endpoint(request)
        except ApiError as error:
            response = error.to_response()
        response.headers += rate_headers
        return response

    def _answer_endpoint(self, request: Request) -> Response:
        match = find_route(ROUTES, request.path) if request.method == "GET" else None
        if match is None:
            raise errors.not_found()
        if match.route.kind in self.config.forbidden:
            raise errors.forbidden()
        return match.run(self._account, request)

    def _answer_page(self, request: Request, number: int) -> Response:
        """The answer to the same request for another page."""
        scope = {
            "method": request.method,
            "path": request.path,
            "query_string": request.query_string + f"&page={number}".encode(),
            "headers": request.headers,
        }
        other = Request(scope, b"", request.arrived_s)
        other.query["page"] = [str(number)]
        return self._answer_endpoint(other)

    def _check_token(self, request: Request) -> None:
        scheme, _, token = (request.header(b"authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or token not in (self.config.access_token, *self.config.more_tokens):
            raise errors.unauthorized()

    def _take_rate(self, request: Request) -> tuple[Header, ...]:
        if not self.config.rate_limits:
            return ()
        is_free = self._window.try_take(request.arrived_s)
        free_in_s = math.ceil(self._window.wait_s(request.arrived_s))
        headers = self._rate_headers(request, free_in_s)
        if is_free:
            return headers
        wait = {"retry_after_s": free_in_s, "retry_after_form": self.config.retry_after}
        raise errors.rate_limited(*retry_after_headers(self.clock, wait), *headers)

    def _rate_headers(self, request: Request, free_in_s: int) -> tuple[Header, ...]:
        if not self.config.rate_headers:
            return ()
        values = {
            b"x-ratelimit-limit": self.config.requests_per_minute,
            b"x-ratelimit-remaining": self._window.remaining(request.arrived_s),
            b"x-ratelimit-reset": int(self.clock.now_s()) + free_in_s,
        }
        return tuple((name, str(value).encode()) for name, value in values.items())


def _generate(config: SalesRabbitConfig) -> Store:
    store = Store()
    users = generate_users(config)
    leads = generate_leads(config, users)
    store.fill("users", users)
    store.fill("leads", leads)
    store.fill("lead_statuses", generate_statuses(config))
    store.histories = generate_histories(leads, config.seed)
    return store

"""The HubSpot fake as one object: account, faults, hooks, log, and ways to serve it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from sandbox.frame.faults import FaultPlan
from sandbox.frame.messages import BadRequestBodyError, Header, Request, Response
from sandbox.frame.sandbox import Sandbox
from sandbox.hubspot import rate_policy
from sandbox.hubspot.account import Account
from sandbox.hubspot.activity import make_activity
from sandbox.hubspot.changes import Changes
from sandbox.hubspot.config import HubSpotConfig
from sandbox.hubspot.errors import ApiError, not_found, validation_error
from sandbox.hubspot.fault_kinds import hubspot_fault_kinds
from sandbox.hubspot.rate_policy import RatePolicy
from sandbox.hubspot.routes import find_endpoint, is_token_request
from sandbox.hubspot.static_pages import StaticPages
from sandbox.hubspot.store import ObjectStore
from sandbox.hubspot.tokens import Grant, TokenStore


class HubSpotSandbox(Sandbox[HubSpotConfig, ObjectStore, Changes]):
    """A fake HubSpot account.

    Args:
        config: Settings; `None` takes the defaults.
        **overrides: Single settings by name, see `HubSpotConfig`.
    """

    vendor = "hubspot"

    def __init__(self, config: HubSpotConfig | None = None, **overrides: Any) -> None:
        super().__init__(replace(config or HubSpotConfig(), **overrides), ObjectStore, Changes, make_activity)
        self.faults = FaultPlan(hubspot_fault_kinds(self.clock))
        self.tokens = TokenStore(self.config, self.clock)
        self.rates = RatePolicy(self.config, self.clock)
        self._account = Account(self.config, self.store, self.clock, self.tokens, self.rates)
        self._static = StaticPages.from_config(self.config)
        self._correlations = itertools.count(1)

    @property
    def access_token(self) -> str:
        """The private-app token that is known from the start."""
        return self.config.access_token

    def bucket_of(self, request: Request) -> str:
        """The rate window that the request counts in."""
        return rate_policy.bucket_of(request)

    def answer(self, request: Request) -> Response:
        """The answer as HubSpot gives it: token, rate windows, scopes, then the endpoint."""
        correlation_id = f"{next(self._correlations):08x}-0000-4000-8000-000000000000"
        rate_headers: tuple[Header, ...] = ()
        try:
            if is_token_request(request):
                return self.tokens.answer_refresh(request)
            grant = self.tokens.check(request)
            rate_headers = self.rates.take(grant, self.bucket_of(request), request.arrived_s)
            response = self._static.answer(request) if self._static is not None else None
            if response is None:
                response = self._answer_endpoint(request, grant)
        except BadRequestBodyError as error:
            response = validation_error(str(error)).to_response(correlation_id)
        except ApiError as error:
            response = error.to_response(correlation_id)
        response.headers += (*rate_headers, (b"x-hubspot-correlation-id", correlation_id.encode()))
        return response

    def _answer_endpoint(self, request: Request, grant: Grant) -> Response:
        match, path_exists = find_endpoint(request)
        if match is None:
            if path_exists:
                raise ApiError(405, "HTTP 405 Method Not Allowed", None)
            raise not_found()
        for any_of in match.scopes:
            self.tokens.require(grant, any_of)
        return match.run(self._account, request)

    def describe(self) -> dict[str, Any]:
        """Records by type, links, settings that matter to a reader."""
        static = None if self._static is None else self._static.count
        return {**super().describe(), "links": self.store.links.count(), "static": static}

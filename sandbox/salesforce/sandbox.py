"""The Salesforce fake as one object: org, sessions, limits, faults."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.frame.faults import FaultPlan
from sandbox.frame.messages import BadRequestBodyError, Request, Response
from sandbox.frame.sandbox import Sandbox
from sandbox.salesforce.account import Account
from sandbox.salesforce.activity import make_activity
from sandbox.salesforce.changes import Changes
from sandbox.salesforce.config import SalesforceConfig
from sandbox.salesforce.cursors import CursorStore
from sandbox.salesforce.directory import list_versions
from sandbox.salesforce.errors import ApiError, not_found
from sandbox.salesforce.fault_kinds import salesforce_fault_kinds
from sandbox.salesforce.generate import generate
from sandbox.salesforce.jobs import JobStore
from sandbox.salesforce.routes import DATA_PATH, TOKEN_PATH, find_endpoint
from sandbox.salesforce.store import Store
from sandbox.salesforce.tokens import TokenStore
from sandbox.salesforce.usage import Usage


class SalesforceSandbox(Sandbox[SalesforceConfig, Store, Changes]):
    """A fake Salesforce org.

    Args:
        config: Settings; `None` takes the defaults.
        **overrides: Single settings by name, see `SalesforceConfig`.
    """

    vendor = "salesforce"

    def __init__(self, config: SalesforceConfig | None = None, **overrides: Any) -> None:
        super().__init__(replace(config or SalesforceConfig(), **overrides), generate, Changes, make_activity)
        self.tokens = TokenStore(self.config, self.clock)
        self.usage = Usage(self.config, self.clock)
        self.cursors = CursorStore(self.config, self.clock)
        self.jobs = JobStore(self.config, self.clock)
        self._account = Account(self.config, self.store, self.clock, self.usage, self.cursors, self.jobs)
        self.faults = FaultPlan(salesforce_fault_kinds(self))

    @property
    def access_token(self) -> str:
        """The session that is known from the start."""
        return self.config.access_token

    def bucket_of(self, request: Request) -> str:
        """Logins count in no limit of the org."""
        return "login" if request.path == TOKEN_PATH else "default"

    def answer(self, request: Request) -> Response:
        """The answer as Salesforce gives it: session, the org's calls, then the endpoint."""
        try:
            if request.path == TOKEN_PATH and request.method == "POST":
                return self.tokens.answer(request)
            if request.path.rstrip("/") == DATA_PATH:
                return list_versions(self._account)
            if not request.path.startswith(DATA_PATH + "/"):
                raise not_found()
            self.tokens.check(request)
            self.usage.take_call()
            response = self._answer_endpoint(request)
        except ApiError as error:
            response = error.to_response()
        if response.status != 401:
            response.headers += (self.usage.header(),)
        return response

    def _answer_endpoint(self, request: Request) -> Response:
        try:
            match = find_endpoint(
                request, oldest=self.config.oldest_version, newest=self.config.newest_version
            )
            return match.run(self._account, request)
        except ApiError as error:
            return error.to_response()
        except BadRequestBodyError as error:
            return ApiError(400, "JSON_PARSER_ERROR", str(error)).to_response()

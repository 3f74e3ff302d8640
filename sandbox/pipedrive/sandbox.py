"""The Pipedrive fake as one object: account, keys, limits, faults."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.frame.faults import FaultPlan
from sandbox.frame.messages import Request, Response
from sandbox.frame.sandbox import Sandbox
from sandbox.pipedrive import errors
from sandbox.pipedrive.account import Account
from sandbox.pipedrive.activity import make_activity
from sandbox.pipedrive.changes import Changes
from sandbox.pipedrive.config import PipedriveConfig
from sandbox.pipedrive.errors import ApiError
from sandbox.pipedrive.fault_kinds import pipedrive_fault_kinds
from sandbox.pipedrive.generate import generate
from sandbox.pipedrive.routes import find_target
from sandbox.pipedrive.store import Store
from sandbox.pipedrive.tokens import PATH, TokenStore
from sandbox.pipedrive.usage import Usage


class PipedriveSandbox(Sandbox[PipedriveConfig, Store, Changes]):
    """A fake Pipedrive account.

    Args:
        config: Settings; `None` takes the defaults.
        **overrides: Single settings by name, see `PipedriveConfig`.
    """

    vendor = "pipedrive"

    def __init__(self, config: PipedriveConfig | None = None, **overrides: Any) -> None:
        super().__init__(replace(config or PipedriveConfig(), **overrides), generate, Changes, make_activity)
        self.tokens = TokenStore(self.config, self.clock)
        self.usage = Usage(self.config, self.clock)
        self.faults = FaultPlan(pipedrive_fault_kinds(self.clock))
        self._account = Account(self.config, self.store, self.clock)

    def bucket_of(self, request: Request) -> str:
        """Token requests count in no limit."""
        return "login" if request.path == PATH else "default"

    def answer(self, request: Request) -> Response:
        """The answer as Pipedrive gives it: key, limits, rights, then the endpoint."""
        if request.path == PATH and request.method == "POST":
            return self.tokens.answer(request)
        kind = ""
        try:
            kind = self.tokens.check(request)
            response = self._answer_known(request, kind)
        except ApiError as error:
            response = error.to_response()
            # a refusal has them already
            if error.status == 429:
                return response
        if kind:
            response.headers += self.usage.headers(request, kind)
        return response

    def _answer_known(self, request: Request, kind: str) -> Response:
        target = find_target(request.path)
        if target is None or request.method != "GET":
            raise errors.not_found()
        blocked = self.usage.take(request, kind, target.tokens)
        if blocked is not None:
            return blocked
        if not self.config.is_open:
            raise errors.closed()
        if target.kind in self.config.forbidden:
            raise errors.forbidden()
        return target.run(self._account, request)

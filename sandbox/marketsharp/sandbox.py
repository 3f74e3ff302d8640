"""The MarketSharp fake as one object: signature, load, then the sets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.frame.faults import FaultPlan
from sandbox.frame.messages import Request, Response
from sandbox.frame.rate_limits import RollingWindow
from sandbox.frame.sandbox import Sandbox
from sandbox.marketsharp import errors, lists
from sandbox.marketsharp.access import check_signature, sign
from sandbox.marketsharp.activity import make_activity
from sandbox.marketsharp.changes import Changes
from sandbox.marketsharp.config import MarketSharpConfig
from sandbox.marketsharp.errors import ApiError
from sandbox.marketsharp.fault_kinds import marketsharp_fault_kinds
from sandbox.marketsharp.generate import generate
from sandbox.marketsharp.metadata import write_metadata, write_service_document
from sandbox.marketsharp.store import Store

BASE = "/WcfDataService.svc"
_WINDOW_S = 1.0


class MarketSharpSandbox(Sandbox[MarketSharpConfig, Store, Changes]):
    """A fake MarketSharp account.

    Args:
        config: Settings; `None` takes the defaults.
        **overrides: Single settings by name, see `MarketSharpConfig`.
    """

    vendor = "marketsharp"

    def __init__(self, config: MarketSharpConfig | None = None, **overrides: Any) -> None:
        super().__init__(
            replace(config or MarketSharpConfig(), **overrides), generate, Changes, make_activity
        )
        self.faults = FaultPlan(marketsharp_fault_kinds(self.clock))
        self._account = lists.Account(self.config, self.store, self.clock)
        self._window = RollingWindow(self.config.requests_per_second, _WINDOW_S)
        self.signatures: list[str] = []
        """The Authorization header of every request in the order of arrival."""

    def sign(self) -> str:
        """A good Authorization header of now."""
        return sign(self.config.company_id, self.config.api_key, self.config.secret, int(self.clock.now_s()))

    def answer(self, request: Request) -> Response:
        """The answer as MarketSharp gives it: signature, load, then the set."""
        self.signatures.append(request.header(b"authorization") or "")
        atom = True
        try:
            atom = lists.wants_atom(request)
            check_signature(self.config, self.clock, request)
            if self.config.rate_limits and not self._window.try_take(request.arrived_s):
                raise errors.overloaded()
            return self._answer_path(request)
        except ApiError as error:
            return error.to_response(atom=atom)

    def _answer_path(self, request: Request) -> Response:
        if request.method != "GET":
            raise ApiError(405, "The service only reads.")
        if not request.path.startswith(BASE):
            raise errors.no_segment(request.path)
        segment = request.path.removeprefix(BASE).strip("/")
        if segment == "$metadata":
            return write_metadata()
        return lists.answer_path(self._account, request, segment) if segment else write_service_document()

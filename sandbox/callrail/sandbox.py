"""The CallRail fake as one object: accounts, keys, limits, paths."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.callrail.activity import make_activity
from sandbox.callrail.changes import Changes
from sandbox.callrail.config import CallRailConfig
from sandbox.callrail.errors import ApiError, not_found, unauthorized
from sandbox.callrail.fault_kinds import callrail_fault_kinds
from sandbox.callrail.generate import generate
from sandbox.callrail.keys import Access, find_access
from sandbox.callrail.kinds import KINDS, NESTED_BY_PATH
from sandbox.callrail.lists import Reader
from sandbox.callrail.rate_policy import RatePolicy
from sandbox.callrail.store import Store
from sandbox.frame.faults import FaultPlan
from sandbox.frame.messages import Request, Response
from sandbox.frame.sandbox import Sandbox


class CallRailSandbox(Sandbox[CallRailConfig, Store, Changes]):
    """A fake of CallRail with one or more accounts.

    Args:
        config: Settings; `None` takes the defaults.
        **overrides: Single settings by name, see `CallRailConfig`.
    """

    vendor = "callrail"

    def __init__(self, config: CallRailConfig | None = None, **overrides: Any) -> None:
        super().__init__(replace(config or CallRailConfig(), **overrides), generate, Changes, make_activity)
        self._repeats: dict[str, Response] = {}
        self.faults = FaultPlan(callrail_fault_kinds(self.clock, self._repeats))
        self.rates = RatePolicy(self.config, self.clock)
        self.reader = Reader(self.config, self.store, self.clock)

    @property
    def api_key(self) -> str:
        """The key that is known from the start and sees everything."""
        return self.config.api_key

    def bucket_of(self, request: Request) -> str:
        """The account that the request counts for; the list of accounts counts for the first."""
        segments = _segments(request)
        return segments[1] if len(segments) > 1 else next(iter(self.store.records["accounts"]), "")

    def answer(self, request: Request) -> Response:
        """The answer as CallRail gives it: key, limits, then the list or object."""
        access = find_access(request, self.config, self.store)
        if access is None:
            return unauthorized(as_text=self.config.unauthorized_as_text)
        try:
            self.rates.take(self.bucket_of(request), request.arrived_s)
            if request.path in self._repeats:
                return self._repeats.pop(request.path)
            return self._answer_path(request, access)
        except ApiError as error:
            return error.to_response()

    def _answer_path(self, request: Request, access: Access) -> Response:
        segments = _segments(request)
        if not segments or segments[0] != "a":
            raise not_found()
        if request.method != "GET":
            raise ApiError(405, "Method Not Allowed")
        if len(segments) == 1:
            return self.reader.answer_list(request, KINDS["accounts"], None, access)
        account = segments[1]
        if account not in self.store.records["accounts"]:
            raise not_found()
        if len(segments) == 2:
            return self.reader.answer_one(request, KINDS["accounts"], account, account, access)
        kind = NESTED_BY_PATH.get(segments[2])
        if kind is None or len(segments) > 4:
            raise not_found()
        if len(segments) == 3:
            return self.reader.answer_list(request, kind, account, access)
        return self.reader.answer_one(request, kind, account, segments[3], access)


def _segments(request: Request) -> list[str]:
    """The path below `/v3`, without its ending; empty for any other path."""
    path = request.path
    if not path.startswith("/v3/") or not path.endswith(".json"):
        return []
    return path.removeprefix("/v3/").removesuffix(".json").split("/")

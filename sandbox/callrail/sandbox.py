"""The CallRail fake as one object: data, keys, limits, faults, hooks, log, and ways to serve it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
from sandbox.frame.clock import SandboxClock
from sandbox.frame.control import answer_control
from sandbox.frame.faults import FaultPlan
from sandbox.frame.hooks import PageHooks
from sandbox.frame.journal import Journal
from sandbox.frame.messages import Request, Response
from sandbox.frame.request_log import RequestLog
from sandbox.frame.server import ThreadedServer


class CallRailSandbox:
    """A fake of CallRail with one or more accounts.

    Usage: `with CallRailSandbox(counts={"calls": 9}).serve() as fake: requests.get(f"{fake.url}/v3/a.json")`.

    Args:
        config: Settings; `None` takes the defaults.
        **overrides: Single settings by name, see `CallRailConfig`.
    """

    def __init__(self, config: CallRailConfig | None = None, **overrides: Any) -> None:
        self.config = replace(config or CallRailConfig(), **overrides)
        self.url = ""
        """Base URL while it is served."""
        self.clock = SandboxClock(self.config.clock_offset_s)
        self.store = generate(self.config)
        self.rates = RatePolicy(self.config, self.clock)
        self._repeats: dict[str, Response] = {}
        self.faults = FaultPlan(callrail_fault_kinds(self.clock, self._repeats))
        self.hooks = PageHooks()
        self.requests = RequestLog()
        self.lock = self.store.lock
        self.latency_s = self.config.latency_ms / 1000
        self.max_request_line = self.config.max_request_line
        self.reader = Reader(self.config, self.store, self.clock)
        self.changes = self._open_changes()

    @property
    def api_key(self) -> str:
        """The key that is known from the start and sees everything."""
        return self.config.api_key

    @contextmanager
    def serve(self, port: int = 0) -> Iterator[CallRailSandbox]:
        """Serve from a thread until the block ends; port 0 takes a free one."""
        server = ThreadedServer(self, port)
        self.url = server.url
        server.start()
        try:
            yield self
        finally:
            server.stop()

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

    def control(self, request: Request) -> Response:
        """The answer to a request under `/_sandbox`."""
        return answer_control(self, request)

    def change(self, command: dict[str, Any]) -> dict[str, Any]:
        """Apply one change, see `Changes.apply`."""
        return self.changes.apply(command)

    def describe(self) -> dict[str, Any]:
        """Records by kind, settings that matter to a reader."""
        return {
            "vendor": "callrail",
            "records": self.store.counts(),
            "base": self.config.base_description(self.store.anchor),
            "clock_offset_s": self.clock.offset_s,
            "requests": len(self.requests),
        }

    def _open_changes(self) -> Changes:
        """Replay the state file, then make the asked-for activity and keep it there."""
        config = self.config
        base = config.base_description(self.store.anchor)
        journal = None if config.state is None else Journal(config.state, base)
        changes = Changes(self.store, self.clock, late_s=config.late_s, journal=journal)
        replayed = 0
        for command in journal.replay() if journal is not None else ():
            changes.apply(command, keep=False)
            replayed += 1
        if config.activity:
            seed = f"{config.seed}:activity:{replayed}"
            make_activity(changes, self.store, count=config.activity, now_ms=self.clock.now_ms(), seed=seed)
        return changes


def _segments(request: Request) -> list[str]:
    """The path below `/v3`, without its ending; empty for any other path."""
    path = request.path
    if not path.startswith("/v3/") or not path.endswith(".json"):
        return []
    return path.removeprefix("/v3/").removesuffix(".json").split("/")

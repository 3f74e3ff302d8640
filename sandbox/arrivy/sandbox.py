"""The Arrivy fake as one object: account, faults, hooks, log, and ways to serve it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sandbox.arrivy import errors, people
from sandbox.arrivy.activity import make_activity
from sandbox.arrivy.changes import Changes
from sandbox.arrivy.config import BASE_PATH, ArrivyConfig
from sandbox.arrivy.errors import ApiError
from sandbox.arrivy.fault_kinds import arrivy_fault_kinds
from sandbox.arrivy.jobs import Cast, generate_bookings, generate_tasks
from sandbox.arrivy.lists import Account
from sandbox.arrivy.quirks import spread_quirks
from sandbox.arrivy.routes import find_endpoint
from sandbox.arrivy.store import Store, Table
from sandbox.frame.clock import SandboxClock
from sandbox.frame.control import answer_control
from sandbox.frame.fault_kinds import retry_after_headers
from sandbox.frame.faults import FaultPlan
from sandbox.frame.hooks import PageHooks
from sandbox.frame.journal import Journal
from sandbox.frame.messages import Request, Response, html_response
from sandbox.frame.rate_limits import RollingWindow
from sandbox.frame.request_log import RequestLog
from sandbox.frame.server import ThreadedServer

RATE_WINDOW_S = 60.0


class ArrivySandbox:
    """A fake Arrivy account.

    Usage: `with ArrivySandbox(counts={"tasks": 9}).serve() as fake: requests.get(fake.api_url + …)`.

    Args:
        config: Settings; `None` takes the defaults.
        **overrides: Single settings by name, see `ArrivyConfig`.
    """

    def __init__(self, config: ArrivyConfig | None = None, **overrides: Any) -> None:
        self.config = replace(config or ArrivyConfig(), **overrides)
        self.url = ""
        """Address of the server while it is served; the API is below `/api`."""
        self.clock = SandboxClock(self.config.clock_offset_s)
        self.store = generate_store(self.config)
        self.faults = FaultPlan(arrivy_fault_kinds(self.clock))
        self.hooks = PageHooks()
        self.requests = RequestLog()
        self.lock = self.store.lock
        self.latency_s = self.config.latency_ms / 1000
        self.max_request_line = self.config.max_request_line
        self._account = Account(self.config, self.store)
        self._window = RollingWindow(self.config.requests_per_minute, RATE_WINDOW_S)
        self.changes = self._open_changes()

    @property
    def api_url(self) -> str:
        """What an Airflow connection has as its host."""
        return self.url + BASE_PATH

    @contextmanager
    def serve(self, port: int = 0) -> Iterator[ArrivySandbox]:
        """Serve from a thread until the block ends; port 0 takes a free one."""
        server = ThreadedServer(self, port)
        self.url = server.url
        server.start()
        try:
            yield self
        finally:
            server.stop()

    def bucket_of(self, request: Request) -> str:  # noqa: ARG002  # one limit for everything
        """The rate window that the request counts in."""
        return "default"

    def answer(self, request: Request) -> Response:
        """The answer as Arrivy gives it: rate, key and token, right, then the endpoint."""
        match = find_endpoint(request)
        if match is None:
            return self._answer_unknown_path()
        try:
            self._check_rate(request)
            self._check_key(request)
            if match.kind in self.config.forbidden:
                raise errors.forbidden()
            return match.run(self._account, request)
        except ApiError as error:
            return error.to_response()

    def control(self, request: Request) -> Response:
        """The answer to a request under `/_sandbox`."""
        return answer_control(self, request)

    def change(self, command: dict[str, Any]) -> dict[str, Any]:
        """Apply one change, see `Changes.apply`."""
        return self.changes.apply(command)

    def describe(self) -> dict[str, Any]:
        """Records by kind, settings that matter to a reader."""
        return {
            "vendor": "arrivy",
            "records": self.store.counts(),
            "base": self.config.base_description(),
            "clock_offset_s": self.clock.offset_s,
            "requests": len(self.requests),
        }

    def _answer_unknown_path(self) -> Response:
        if self.config.unknown_path == "html_200":
            # the web application takes every path that is not the API's
            return html_response(200, "Arrivy")
        return errors.not_found("Resource").to_response()

    def _check_rate(self, request: Request) -> None:
        if not self.config.rate_limits or self._window.try_take(request.arrived_s):
            return
        form = self.config.retry_after
        options = (
            {} if form == "none" else {"retry_after_s": self._free_in_s(request), "retry_after_form": form}
        )
        raise errors.rate_limited(*retry_after_headers(self.clock, options))

    def _free_in_s(self, request: Request) -> int:
        return math.ceil(self._window.wait_s(request.arrived_s))

    def _check_key(self, request: Request) -> None:
        given = (request.header(b"x-auth-key"), request.header(b"x-auth-token"))
        if given != (self.config.auth_key, self.config.auth_token):
            raise errors.unauthorized()

    def _open_changes(self) -> Changes:
        """Replay the state file, then make the asked-for activity and keep it there."""
        config = self.config
        journal = None if config.state is None else Journal(config.state, config.base_description())
        changes = Changes(self.store, self.clock, config, journal)
        replayed = 0
        for command in journal.replay() if journal is not None else ():
            changes.apply(command, keep=False)
            replayed += 1
        if config.activity:
            seed = f"{config.seed}:activity:{replayed}"
            make_activity(changes, self.store, config, now_ms=self.clock.now_ms(), seed=seed)
        return changes


def generate_store(config: ArrivyConfig) -> Store:
    """Make the account's records."""
    anchor_ms = round(config.anchor.timestamp() * 1000)
    groups = people.generate_groups(config, anchor_ms)
    customers = people.generate_customers(config, anchor_ms)
    entities = people.generate_entities(config, anchor_ms, groups)
    cast = Cast(customers, entities, groups)
    records = {
        "entities": entities,
        "groups": groups,
        "tasks": generate_tasks(config, anchor_ms, cast),
        "bookings": generate_bookings(config, anchor_ms, cast),
        "statuses": people.generate_statuses(config, anchor_ms),
        "customers": customers,
    }
    tables = {}
    for kind, found in records.items():
        if config.quirks:
            spread_quirks(kind, found, config.seed)
        tables[kind] = Table()
        tables[kind].fill(found)
    return Store(tables)

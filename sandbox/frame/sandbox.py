"""A vendor's fake as one object: data, clock, faults, hooks, log, changes, and ways to serve it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from typing import Any, ClassVar, Generic, Self, TypeVar

from sandbox.frame.changes import Changes, ConfigT, StoreT
from sandbox.frame.clock import SandboxClock
from sandbox.frame.control import answer_control
from sandbox.frame.faults import FaultPlan
from sandbox.frame.hooks import PageHooks
from sandbox.frame.journal import Journal
from sandbox.frame.messages import Request, Response
from sandbox.frame.request_log import RequestLog
from sandbox.frame.server import serving

ChangesT = TypeVar("ChangesT", bound=Changes[Any, Any])


class Sandbox(ABC, Generic[ConfigT, StoreT, ChangesT]):
    """A fake with an account of its own.

    Usage: `with VendorSandbox(counts={"calls": 9}).serve() as fake: requests.get(fake.api_url + …)`.

    Args:
        config: Settings.
        generate: Makes the data.
        changes: The vendor's changes.
        make_activity: Makes random changes as `config.activity` asks, given a generator and the present
            moment in milliseconds.
    """

    vendor: ClassVar[str]
    base_path: ClassVar[str] = ""
    """Behind the address of the server, where the vendor's base URL has a path."""
    faults: FaultPlan
    """Set by the vendor: what can go wrong there."""

    def __init__(
        self,
        config: ConfigT,
        generate: Callable[[ConfigT], StoreT],
        changes: Callable[[StoreT, SandboxClock, ConfigT, Journal | None], ChangesT],
        make_activity: Callable[[ChangesT, Random, int], None],
    ) -> None:
        self.config = replace(config, anchor=config.find_anchor())
        self.url = ""
        """Address of the server while it is served."""
        self.clock = SandboxClock(config.clock_offset_s)
        self.store = self.make_store(generate, self.config)
        self.hooks = PageHooks()
        self.requests = RequestLog()
        self.lock = self.store.lock
        self.latency_s = config.latency_ms / 1000
        self.max_request_line = config.max_request_line
        journal = None if config.state is None else Journal(config.state, self.config.base_description())
        self.changes = changes(self.store, self.clock, self.config, journal)
        replayed = self.changes.replay()
        make_activity(self.changes, Random(f"{config.seed}:activity:{replayed}"), self.clock.now_ms())

    @staticmethod
    def make_store(generate: Callable[[ConfigT], StoreT], config: ConfigT) -> StoreT:
        """Make the data; tests that make the same account again and again put a copier here."""
        return generate(config)

    @property
    def api_url(self) -> str:
        """What an Airflow connection has as its host."""
        return self.url + self.base_path

    @contextmanager
    def serve(self, port: int = 0) -> Iterator[Self]:
        """Serve from a thread until the block ends; port 0 takes a free one."""
        with serving(self, port) as self.url:
            yield self

    def understand(self, request: Request) -> Request:
        """The request as hooks, faults and the log know it; as it came, unless overridden."""
        return request

    def bucket_of(self, request: Request) -> str:  # noqa: ARG002  # one limit for everything, unless overridden
        """The rate window that the request counts in."""
        return "default"

    @abstractmethod
    def answer(self, request: Request) -> Response:
        """The vendor's answer: key, limits, rights, then the endpoint."""

    def control(self, request: Request) -> Response:
        """The answer to a request under `/_sandbox`."""
        return answer_control(self, request)

    def change(self, command: dict[str, Any]) -> dict[str, Any]:
        """Apply one change, see `Changes.apply`."""
        return self.changes.apply(command)

    def describe(self) -> dict[str, Any]:
        """Records by kind, settings that matter to a reader."""
        return {
            "vendor": self.vendor,
            "records": self.store.counts(),
            "base": self.config.base_description(),
            "clock_offset_s": self.clock.offset_s,
            "requests": len(self.requests),
        }

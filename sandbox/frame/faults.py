"""Faults on demand: which requests are answered wrongly, and how.

Kinds that every HTTP API can show are in `fault_kinds`; a vendor adds its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from sandbox.frame.messages import Request, Response

Options = Mapping[str, Any]


@dataclass(frozen=True)
class FaultKind:
    """Either replaces the answer (`instead`) or spoils the real one (`spoil`)."""

    instead: Callable[[Request, Options], Response] | None = None
    spoil: Callable[[Request, Response, Options], Response] | None = None


@dataclass
class Fault:
    """One planned fault and how often it came true."""

    kind: str
    path: str = "*"
    """Shell-style pattern of the path, without query."""
    method: str | None = None
    times: int | None = 1
    """How often it fires; `None` until cleared."""
    every: int = 1
    """Fires on each n-th matching request."""
    skip: int = 0
    """Matching requests let through first."""
    options: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    fired: int = 0

    def is_due(self, request: Request) -> bool:
        """Count a matching request; true when the fault fires on it."""
        if self.times is not None and self.fired >= self.times:
            return False
        if self.method is not None and request.method != self.method:
            return False
        if not fnmatchcase(request.path, self.path):
            return False
        self.seen += 1
        turn = self.seen - self.skip
        if turn <= 0 or turn % self.every:
            return False
        self.fired += 1
        return True


_OWN_FIELDS = frozenset({"path", "method", "times", "every", "skip"})


class FaultPlan:
    """The planned faults, asked once for each request; the first due one fires.

    Args:
        kinds: Fault kinds by name.
    """

    def __init__(self, kinds: Mapping[str, FaultKind]) -> None:
        self.kinds = dict(kinds)
        self.planned: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, kind: str, path: str = "*", **settings: Any) -> Fault:
        """Plan a fault.

        Args:
            kind: One of `kinds`.
            path: Shell-style pattern of the paths it concerns.
            **settings: `method`, `times`, `every`, `skip` (see `Fault`); all others are options of the kind.

        Returns:
            The planned fault; its `fired` counts up.

        Raises:
            ValueError: Unknown kind.
        """
        if kind not in self.kinds:
            message = f"unknown fault kind {kind!r}; known: {', '.join(sorted(self.kinds))}"
            raise ValueError(message)
        own = {name: settings.pop(name) for name in list(settings) if name in _OWN_FIELDS}
        fault = Fault(kind, path, options=settings, **own)
        with self._lock:
            self.planned.append(fault)
        return fault

    def clear(self) -> None:
        """Drop all planned faults."""
        with self._lock:
            self.planned.clear()

    def take(self, request: Request) -> Fault | None:
        """The fault that fires on this request, if any."""
        if not self.planned:
            return None
        with self._lock:
            return next((fault for fault in self.planned if fault.is_due(request)), None)

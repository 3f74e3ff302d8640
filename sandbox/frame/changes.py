"""Changes of the data while the fake runs; each is a command that a journal can keep and play again.

A command names its operation and carries everything that decides its effect, time and new ids included.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sandbox.frame.clock import SandboxClock
from sandbox.frame.config import FakeConfig
from sandbox.frame.journal import Journal

Command = dict[str, Any]
Operation = Callable[..., dict[str, Any]]


class FakeStore(Protocol):
    """What the frame has to know of a vendor's data."""

    lock: threading.RLock

    def counts(self) -> Mapping[str, object]:
        """Records by kind."""


StoreT = TypeVar("StoreT", bound=FakeStore)
ConfigT = TypeVar("ConfigT", bound=FakeConfig)


class Changes(Generic[StoreT, ConfigT]):
    """Makes changes; each may be called from any thread while the fake answers.

    Args:
        store: The data.
        clock: Stamps changes that do not say when they happened.
        config: Settings of the fake.
        journal: Keeps every change, or `None`.
    """

    operations: ClassVar[Mapping[str, Operation]]
    """By the `op` of a command: functions of store, settings and command that say what they did."""

    def __init__(
        self, store: StoreT, clock: SandboxClock, config: ConfigT, journal: Journal | None = None
    ) -> None:
        self.store = store
        self.clock = clock
        self.config = config
        self._journal = journal

    def apply(self, command: Command) -> dict[str, Any]:
        """Run a command and keep it.

        Args:
            command: `{"op": …}` and its arguments, named as in the vendor's methods; what is missing and
                decides the effect, such as `at_ms`, is filled in.

        Returns:
            What it did, e.g. the new id.

        Raises:
            ValueError: Unknown operation or kind, or the id is taken.
            KeyError: Unknown record, or an argument is missing.
        """
        if command.get("op") not in self.operations:
            message = f"unknown operation {command.get('op')!r}; known: {', '.join(sorted(self.operations))}"
            raise ValueError(message)
        command = self.complete({"at_ms": self.clock.now_ms(), **command})
        with self.store.lock:
            result = self.run(command)
            if self._journal is not None:
                self._journal.append({**command, **{key: result[key] for key in ("id",) if key in result}})
        return result

    def replay(self) -> int:
        """Run what the journal has, and say how many changes that were."""
        count = 0
        for command in self._journal.replay() if self._journal is not None else ():
            self.run(command)
            count += 1
        return count

    def complete(self, command: Command) -> Command:
        """Check a new command and fill in what decides its effect; for a vendor to extend.

        Raises:
            ValueError: A value that can't be.
        """
        return command

    def run(self, command: Command) -> dict[str, Any]:
        """Do what a complete command says; called with the lock held."""
        return self.operations[command["op"]](self.store, self.config, command)

    def do(self, op: str, **arguments: Any) -> dict[str, Any]:
        """`apply`, for the vendor's methods."""
        return self.apply({"op": op, **arguments})

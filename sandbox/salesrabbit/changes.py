"""Changes of the data while the fake runs; each is a command that a journal can keep and play again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.frame.clock import SandboxClock
from sandbox.frame.journal import Journal
from sandbox.salesrabbit.change_operations import OPERATIONS
from sandbox.salesrabbit.config import SalesRabbitConfig
from sandbox.salesrabbit.store import KINDS, Fields, Store

Command = dict[str, Any]


class Changes:
    """Makes changes; each may be called from any thread while the fake answers.

    Args:
        store: The data.
        clock: Stamps changes that do not say when they happened.
        config: The shape of records, and how late changes show.
        journal: Keeps every change, or `None`.
    """

    def __init__(
        self, store: Store, clock: SandboxClock, config: SalesRabbitConfig, journal: Journal | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._journal = journal

    def apply(self, command: Command, *, keep: bool = True) -> dict[str, Any]:
        """Run a command: `{"op": …, "kind": …, …}`, the arguments named as in the methods below.

        Args:
            command: The change; `at_ms` is filled in when it is missing.
            keep: False when it comes from the journal.

        Returns:
            What it did, e.g. the new id.

        Raises:
            ValueError: Unknown operation or kind.
            KeyError: Unknown record, or an argument is missing.
        """
        for key, known in (("op", OPERATIONS), ("kind", KINDS)):
            if command.get(key) not in known:
                message = f"unknown {key} {command.get(key)!r}; known: {', '.join(known)}"
                raise ValueError(message)
        command = {"at_ms": self._clock.now_ms(), **command}
        if keep and self._config.index_delay_s:
            command["shown_from_ms"] = self._clock.now_ms() + int(self._config.index_delay_s * 1000)
        with self._store.lock:
            result = OPERATIONS[command["op"]](self._store, self._config, command)
            if self._journal is not None and keep:
                self._journal.append({**command, **{key: result[key] for key in ("id",) if key in result}})
        return result

    def create(self, kind: str, fields: Fields | None = None, **options: Any) -> int:
        """Create a record and return its id; options: `id`, `at_ms`."""
        return int(self._run("create", kind=kind, fields=fields or {}, **options)["id"])

    def update(self, kind: str, record_id: int, fields: Fields, **options: Any) -> None:
        """Write values; moves dateModified unless it is among them. Options: `at_ms`."""
        self._run("update", kind=kind, id=record_id, fields=fields, **options)

    def touch(self, kind: str, ids: Iterable[int] | None = None, **options: Any) -> int:
        """Give records one identical modified second, as a bulk re-assignment does.

        Args:
            kind: Of the records.
            ids: The records; `None` takes the first `count` in id order, or all.
            **options: `count`, `at_ms`, `fields` to write into each.

        Returns:
            How many were touched.
        """
        listed = None if ids is None else list(ids)
        return int(self._run("touch", kind=kind, ids=listed, **options)["touched"])

    def delete(self, lead_id: int, **options: Any) -> None:
        """Delete a lead that stays in the lists with `deletedAt`. Options: `at_ms`."""
        self._run("delete", kind="leads", id=lead_id, **options)

    def restore(self, lead_id: int, **options: Any) -> None:
        """Bring such a lead back. Options: `at_ms`."""
        self._run("restore", kind="leads", id=lead_id, **options)

    def remove(self, kind: str, record_id: int) -> None:
        """Let a record vanish without a trace."""
        self._run("remove", kind=kind, id=record_id)

    def clear(self, kind: str) -> None:
        """Let all records of a kind vanish."""
        self._run("clear", kind=kind)

    def _run(self, op: str, **arguments: Any) -> dict[str, Any]:
        return self.apply({"op": op, **arguments})

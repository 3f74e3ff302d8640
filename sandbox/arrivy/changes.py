"""Changes of the data while the fake runs; each is a command that a journal can keep and play again.

A command names its operation and carries everything that decides its effect, time and new ids included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sandbox.arrivy.config import ArrivyConfig
from sandbox.arrivy.record_parts import FIRST_ID, OWNER_ID, time_fields
from sandbox.arrivy.store import Fields, Record, Store
from sandbox.arrivy.times import to_naive
from sandbox.frame.clock import SandboxClock
from sandbox.frame.journal import Journal

Id = int | str
Command = dict[str, Any]
_NEW: dict[str, Fields] = {
    "tasks": {
        "title": "New job",
        "status": "NOTSTARTED",
        "status_title": "Not Started",
        "unscheduled": False,
    },
    "bookings": {"title": "New booking", "status": "pending", "unscheduled": False},
    "customers": {"owner": OWNER_ID, "first_name": "New", "last_name": "Customer"},
    "entities": {"name": "New Member", "type": "Installer"},
    "groups": {"name": "New Group", "owner": OWNER_ID},
    "statuses": {"title": "New Status", "type": "CUSTOM", "type_id": 99, "is_active": True},
}


class Changes:
    """Makes changes; each may be called from any thread while the fake answers.

    Args:
        store: The data.
        clock: Stamps changes that do not say when they happened.
        config: What the modified time is called.
        journal: Keeps every change, or `None`.
    """

    def __init__(
        self, store: Store, clock: SandboxClock, config: ArrivyConfig, journal: Journal | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._journal = journal
        self._operations: dict[str, Callable[[Command], dict[str, Any]]] = {
            "create": self._create,
            "update": self._update,
            "touch": self._touch,
            "remove": self._remove,
        }

    def apply(self, command: Command, *, keep: bool = True) -> dict[str, Any]:
        """Run a command: `{"op": …, "type": …, …}`, the arguments named as in the methods below.

        Args:
            command: The change; `at_ms` is filled in when it is missing.
            keep: False when it comes from the journal.

        Returns:
            What it did, e.g. the new id.

        Raises:
            ValueError: Unknown operation or kind, or the id is taken.
            KeyError: Unknown record, or an argument is missing.
        """
        operation = self._operations.get(command.get("op", ""))
        if operation is None:
            message = f"unknown operation {command.get('op')!r}; known: {', '.join(sorted(self._operations))}"
            raise ValueError(message)
        if command["type"] not in self._store.tables:
            message = f"unknown kind {command['type']!r}; known: {', '.join(sorted(self._store.tables))}"
            raise ValueError(message)
        command = {"at_ms": self._clock.now_ms(), **command}
        with self._store.lock:
            result = operation(command)
            if self._journal is not None and keep:
                self._journal.append({**command, **{key: result[key] for key in ("id",) if key in result}})
        return result

    def create(self, kind: str, fields: Fields | None = None, **options: Any) -> str:
        """Create a record and return its id; options: `id`, `at_ms`."""
        return str(self.apply({"op": "create", "type": kind, "fields": fields or {}, **options})["id"])

    def update(self, kind: str, record_id: Id, fields: Fields, **options: Any) -> None:
        """Write fields; moves the modified time. Options: `at_ms`."""
        self.apply({"op": "update", "type": kind, "id": str(record_id), "fields": fields, **options})

    def touch(self, kind: str, ids: Iterable[Id] | None = None, **options: Any) -> int:
        """Give records, or all of a kind, one identical modified time. Options: `at_ms`, `fields`."""
        listed = None if ids is None else [str(one) for one in ids]
        return int(self.apply({"op": "touch", "type": kind, "ids": listed, **options})["touched"])

    def remove(self, kind: str, record_id: Id, **options: Any) -> None:
        """Delete a record: it vanishes from every list, and nothing tells of it. Options: `at_ms`."""
        self.apply({"op": "remove", "type": kind, "id": str(record_id), **options})

    def _create(self, command: Command) -> dict[str, Any]:
        kind, at_ms = command["type"], int(command["at_ms"])
        table = self._store.tables[kind]
        record_id = int(command.get("id") or table.next_id(FIRST_ID[kind]))
        if record_id in table:
            message = f"{kind} {record_id} exists"
            raise ValueError(message)
        fields = {"id": record_id, **_NEW[kind], **time_fields(self._config, at_ms, at_ms)}
        table.add(Record({**fields, **(command.get("fields") or {}), "id": record_id}))
        return {"id": str(record_id)}

    def _update(self, command: Command) -> dict[str, Any]:
        self._write(command["type"], command["id"], command["fields"], int(command["at_ms"]))
        return {}

    def _touch(self, command: Command) -> dict[str, Any]:
        ids = command.get("ids")
        chosen = self._store.ids(command["type"]) if ids is None else ids
        for record_id in chosen:
            self._write(command["type"], record_id, command.get("fields") or {}, int(command["at_ms"]))
        return {"touched": len(chosen)}

    def _remove(self, command: Command) -> dict[str, Any]:
        self._store.tables[command["type"]].remove(int(command["id"]))
        return {}

    def _write(self, kind: str, record_id: Id, fields: Fields, at_ms: int) -> None:
        record = self._store.tables[kind][int(record_id)]
        # a new object: an answer that is being written still shows the old one whole
        record.fields = {**record.fields, **fields, self._config.changed_key: to_naive(at_ms)}
        record.note_times()

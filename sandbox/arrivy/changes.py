"""Changes of the Arrivy fake's data, by name, and what each does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.arrivy.config import ArrivyConfig
from sandbox.arrivy.record_parts import FIRST_ID, OWNER_ID, time_fields
from sandbox.arrivy.store import Fields, Record, Store
from sandbox.arrivy.times import to_naive
from sandbox.frame import changes
from sandbox.frame.changes import Command

Id = int | str
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


def _create(store: Store, config: ArrivyConfig, command: Command) -> dict[str, Any]:
    kind, at_ms = command["type"], int(command["at_ms"])
    table = store.tables[kind]
    record_id = int(command.get("id") or table.next_id(FIRST_ID[kind]))
    if record_id in table:
        message = f"{kind} {record_id} exists"
        raise ValueError(message)
    fields = {"id": record_id, **_NEW[kind], **time_fields(config, at_ms, at_ms)}
    table.add(Record({**fields, **(command.get("fields") or {}), "id": record_id}))
    return {"id": str(record_id)}


def _update(store: Store, config: ArrivyConfig, command: Command) -> dict[str, Any]:
    _write(store, config, command, command["id"], command["fields"])
    return {}


def _touch(store: Store, config: ArrivyConfig, command: Command) -> dict[str, Any]:
    ids = command.get("ids")
    chosen = store.ids(command["type"]) if ids is None else ids
    for record_id in chosen:
        _write(store, config, command, record_id, command.get("fields") or {})
    return {"touched": len(chosen)}


def _remove(store: Store, _config: ArrivyConfig, command: Command) -> dict[str, Any]:
    store.tables[command["type"]].remove(int(command["id"]))
    return {}


def _write(store: Store, config: ArrivyConfig, command: Command, record_id: Id, fields: Fields) -> None:
    record = store.tables[command["type"]][int(record_id)]
    # a new object: an answer that is being written still shows the old one whole
    record.fields = {**record.fields, **fields, config.changed_key: to_naive(int(command["at_ms"]))}
    record.note_times()


_OPERATIONS = {"create": _create, "update": _update, "touch": _touch, "remove": _remove}


class Changes(changes.Changes[Store, ArrivyConfig]):
    """Makes changes; each may be called from any thread while the fake answers."""

    operations = _OPERATIONS

    def complete(self, command: Command) -> Command:
        """Refuses a kind that there is not."""
        if command["type"] not in self.store.tables:
            message = f"unknown kind {command['type']!r}; known: {', '.join(sorted(self.store.tables))}"
            raise ValueError(message)
        return command

    def create(self, kind: str, fields: Fields | None = None, **options: Any) -> str:
        """Create a record and return its id; options: `id`, `at_ms`."""
        return str(self.do("create", type=kind, fields=fields or {}, **options)["id"])

    def update(self, kind: str, record_id: Id, fields: Fields, **options: Any) -> None:
        """Write fields; moves the modified time. Options: `at_ms`."""
        self.do("update", type=kind, id=str(record_id), fields=fields, **options)

    def touch(self, kind: str, ids: Iterable[Id] | None = None, **options: Any) -> int:
        """Give records, or all of a kind, one identical modified time. Options: `at_ms`, `fields`."""
        listed = None if ids is None else [str(one) for one in ids]
        return int(self.do("touch", type=kind, ids=listed, **options)["touched"])

    def remove(self, kind: str, record_id: Id, **options: Any) -> None:
        """Delete a record: it vanishes from every list, and nothing tells of it. Options: `at_ms`."""
        self.do("remove", type=kind, id=str(record_id), **options)

"""Changes of the data while the fake runs; each is a command that a journal can keep and play again.

A command names its operation and carries everything that decides its effect, time and new ids included.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.frame.clock import SandboxClock
from sandbox.frame.journal import Journal
from sandbox.hubspot.change_operations import OPERATIONS, Moment
from sandbox.hubspot.config import HubSpotConfig
from sandbox.hubspot.object_types import find_object_type
from sandbox.hubspot.records import Properties
from sandbox.hubspot.store import ObjectStore

Id = int | str
Command = dict[str, Any]


class Changes:
    """Makes changes; each may be called from any thread while the fake answers.

    Args:
        store: The data.
        clock: Stamps changes that do not say when they happened.
        config: Index delay and how merges behave.
        journal: Keeps every change, or `None`.
    """

    def __init__(
        self, store: ObjectStore, clock: SandboxClock, config: HubSpotConfig, journal: Journal | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._journal = journal

    def apply(self, command: Command, *, keep: bool = True) -> dict[str, Any]:
        """Run a command: `{"op": …, "type": …, …}`, the arguments named as in the methods below.

        Args:
            command: The change; `at_ms` is filled in when it is missing.
            keep: False when it comes from the journal.

        Returns:
            What it did, e.g. the new id.

        Raises:
            ValueError: Unknown operation or object type.
            KeyError: Unknown record, or an argument is missing.
        """
        operation = OPERATIONS.get(command.get("op", ""))
        if operation is None:
            message = f"unknown operation {command.get('op')!r}; known: {', '.join(sorted(OPERATIONS))}"
            raise ValueError(message)
        command = {"at_ms": self._clock.now_ms(), **command}
        for key in ("type", "from_type", "to_type"):
            if key in command:
                command[key] = _plural(command[key])
        indexed_at_ms = int(command["at_ms"] + self._config.index_delay_s * 1000)
        moment = Moment(int(command["at_ms"]), indexed_at_ms if self._config.index_delay_s else 0)
        with self._store.lock:
            result = operation(self._store, moment, command)
            if self._journal is not None and keep:
                self._journal.append({**command, **{key: result[key] for key in ("id",) if key in result}})
        return result

    def create(self, type_name: str, properties: Properties | None = None, **options: Any) -> str:
        """Create a record and return its id; options: `id`, `at_ms`."""
        return str(self._run("create", type=type_name, properties=properties or {}, **options)["id"])

    def update(self, type_name: str, record_id: Id, properties: Properties, **options: Any) -> None:
        """Write property values; moves the modified date. Options: `at_ms`."""
        self._run("update", type=type_name, id=str(record_id), properties=properties, **options)

    def touch(self, type_name: str, ids: Iterable[Id] | None = None, **options: Any) -> int:
        """Give records one identical modified date, as a bulk update does.

        Args:
            type_name: Object type.
            ids: The records; `None` takes the first `count` live ones in id order, or all.
            **options: `count`, `at_ms`, `properties` to write into each.

        Returns:
            How many were touched.
        """
        listed = None if ids is None else [str(record_id) for record_id in ids]
        return int(self._run("touch", type=type_name, ids=listed, **options)["touched"])

    def archive(self, type_name: str, record_id: Id, **options: Any) -> None:
        """Move a record to the recycle bin; its modified date stays. Options: `at_ms`."""
        self._run("archive", type=type_name, id=str(record_id), **options)

    def restore(self, type_name: str, record_id: Id, **options: Any) -> None:
        """Bring it back; the modified date moves only with `moves_modified=True`."""
        self._run("restore", type=type_name, id=str(record_id), **options)

    def purge(self, type_name: str, record_id: Id, **options: Any) -> None:
        """GDPR delete: gone without a trace."""
        self._run("purge", type=type_name, id=str(record_id), **options)

    def merge(self, type_name: str, winner_id: Id, loser_id: Id, **options: Any) -> str:
        """Merge two records and return the survivor's id, a new one with `new_id=True`."""
        options.setdefault("new_id", self._config.merges_make_new_ids)
        return str(
            self._run("merge", type=type_name, winner=str(winner_id), loser=str(loser_id), **options)["id"]
        )

    def link(self, from_type: str, from_id: Id, to_type: str, to_id: Id, *words: str | None) -> None:
        """Link two records without touching them; `words`: `primary`, `billing`, `None` for unlabelled."""
        ends = {"from_type": from_type, "from_id": str(from_id), "to_type": to_type, "to_id": str(to_id)}
        self._run("link", **ends, words=list(words or (None,)))

    def unlink(self, from_type: str, from_id: Id, to_type: str, to_id: Id) -> None:
        """Remove all links between two records without touching them."""
        ends = {"from_type": from_type, "from_id": str(from_id), "to_type": to_type, "to_id": str(to_id)}
        self._run("unlink", **ends)

    def add_property(self, type_name: str, name: str, *, hs_type: str = "string") -> None:
        """Define a property; records have no value yet."""
        self._run("add_property", type=type_name, name=name, hs_type=hs_type)

    def remove_property(self, type_name: str, name: str) -> None:
        """Archive a property: it vanishes from definitions and answers."""
        self._run("remove_property", type=type_name, name=name)

    def retype_property(self, type_name: str, name: str, *, hs_type: str) -> None:
        """Change a property's type; values stay as they are."""
        self._run("retype_property", type=type_name, name=name, hs_type=hs_type)

    def create_owner(self, **fields: Any) -> str:
        """Create an owner and return its id; fields: `email`, `first_name`, `last_name`, `kind`."""
        return str(self._run("create_owner", fields=fields)["id"])

    def update_owner(self, owner_id: Id, **fields: Any) -> None:
        """Change fields of an owner; moves `updatedAt`."""
        self._run("update_owner", id=str(owner_id), fields=fields)

    def archive_owner(self, owner_id: Id) -> None:
        """Deactivate an owner; `updatedAt` stays."""
        self._run("archive_owner", id=str(owner_id))

    def _run(self, op: str, **arguments: Any) -> dict[str, Any]:
        return self.apply({"op": op, **arguments})


def _plural(name: str) -> str:
    object_type = find_object_type(name)
    if object_type is None:
        message = f"unknown object type {name!r}"
        raise ValueError(message)
    return object_type.name

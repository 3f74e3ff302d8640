"""Changes of the HubSpot fake's data, by name; what each does is in `change_operations`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.frame import changes
from sandbox.frame.changes import Command
from sandbox.hubspot.change_operations import OPERATIONS, Moment
from sandbox.hubspot.config import HubSpotConfig
from sandbox.hubspot.object_types import find_object_type
from sandbox.hubspot.records import Properties
from sandbox.hubspot.store import ObjectStore

Id = int | str


class Changes(changes.Changes[ObjectStore, HubSpotConfig]):
    """Makes changes; each may be called from any thread while the fake answers."""

    operations = OPERATIONS

    def complete(self, command: Command) -> Command:
        """Types may be called by any of their names."""
        for key in ("type", "from_type", "to_type"):
            if key in command:
                command[key] = _plural(command[key])
        return command

    def run(self, command: Command) -> dict[str, Any]:
        """Operations are told when search knows of the change."""
        indexed_at_ms = int(command["at_ms"] + self.config.index_delay_s * 1000)
        moment = Moment(int(command["at_ms"]), indexed_at_ms if self.config.index_delay_s else 0)
        return OPERATIONS[command["op"]](self.store, moment, command)

    def create(self, type_name: str, properties: Properties | None = None, **options: Any) -> str:
        """Create a record and return its id; options: `id`, `at_ms`."""
        return str(self.do("create", type=type_name, properties=properties or {}, **options)["id"])

    def update(self, type_name: str, record_id: Id, properties: Properties, **options: Any) -> None:
        """Write property values; moves the modified date. Options: `at_ms`."""
        self.do("update", type=type_name, id=str(record_id), properties=properties, **options)

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
        return int(self.do("touch", type=type_name, ids=listed, **options)["touched"])

    def archive(self, type_name: str, record_id: Id, **options: Any) -> None:
        """Move a record to the recycle bin; its modified date stays. Options: `at_ms`."""
        self.do("archive", type=type_name, id=str(record_id), **options)

    def restore(self, type_name: str, record_id: Id, **options: Any) -> None:
        """Bring it back; the modified date moves only with `moves_modified=True`."""
        self.do("restore", type=type_name, id=str(record_id), **options)

    def purge(self, type_name: str, record_id: Id, **options: Any) -> None:
        """GDPR delete: gone without a trace."""
        self.do("purge", type=type_name, id=str(record_id), **options)

    def merge(self, type_name: str, winner_id: Id, loser_id: Id, **options: Any) -> str:
        """Merge two records and return the survivor's id, a new one with `new_id=True`."""
        options.setdefault("new_id", self.config.merges_make_new_ids)
        return str(
            self.do("merge", type=type_name, winner=str(winner_id), loser=str(loser_id), **options)["id"]
        )

    def link(self, from_type: str, from_id: Id, to_type: str, to_id: Id, *words: str | None) -> None:
        """Link two records without touching them; `words`: `primary`, `billing`, `None` for unlabelled."""
        ends = {"from_type": from_type, "from_id": str(from_id), "to_type": to_type, "to_id": str(to_id)}
        self.do("link", **ends, words=list(words or (None,)))

    def unlink(self, from_type: str, from_id: Id, to_type: str, to_id: Id) -> None:
        """Remove all links between two records without touching them."""
        ends = {"from_type": from_type, "from_id": str(from_id), "to_type": to_type, "to_id": str(to_id)}
        self.do("unlink", **ends)

    def add_property(self, type_name: str, name: str, *, hs_type: str = "string", label: str = "") -> None:
        """Define a property; records have no value yet. Without a label it has one made from its name."""
        self.do("add_property", type=type_name, name=name, hs_type=hs_type, label=label)

    def relabel_property(self, type_name: str, name: str, label: str) -> None:
        """Change what people see; the name, and the values below it, stay."""
        self.do("relabel_property", type=type_name, name=name, label=label)

    def remove_property(self, type_name: str, name: str) -> None:
        """Archive a property: it vanishes from definitions and answers."""
        self.do("remove_property", type=type_name, name=name)

    def retype_property(self, type_name: str, name: str, *, hs_type: str) -> None:
        """Change a property's type; values stay as they are."""
        self.do("retype_property", type=type_name, name=name, hs_type=hs_type)

    def create_owner(self, **fields: Any) -> str:
        """Create an owner and return its id; fields: `email`, `first_name`, `last_name`, `kind`."""
        return str(self.do("create_owner", fields=fields)["id"])

    def update_owner(self, owner_id: Id, **fields: Any) -> None:
        """Change fields of an owner; moves `updatedAt`."""
        self.do("update_owner", id=str(owner_id), fields=fields)

    def archive_owner(self, owner_id: Id) -> None:
        """Deactivate an owner; `updatedAt` stays."""
        self.do("archive_owner", id=str(owner_id))


def _plural(name: str) -> str:
    object_type = find_object_type(name)
    if object_type is None:
        message = f"unknown object type {name!r}"
        raise ValueError(message)
    return object_type.name

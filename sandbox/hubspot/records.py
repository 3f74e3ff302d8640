"""One CRM record, and all records of one type in id order."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Any

from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.times import to_iso, to_ms

Properties = dict[str, str | None]


class Record:
    """A record; times are kept in milliseconds beside the properties, which mirror them as text."""

    __slots__ = (
        "archived_ms",
        "created_ms",
        "history",
        "id",
        "indexed",
        "indexed_at_ms",
        "modified_ms",
        "omitted",
        "properties",
    )

    def __init__(self, record_id: int, created_ms: int, modified_ms: int, properties: Properties) -> None:
        self.id = record_id
        self.created_ms = created_ms
        self.modified_ms = modified_ms
        self.properties = properties
        self.archived_ms: int | None = None
        self.omitted: frozenset[str] = frozenset()
        """Properties whose key is left out of answers although they are defined."""
        self.history: dict[str, list[tuple[int, str | None]]] | None = None
        self.indexed: Record | None = None
        """What search knows of the record until `indexed_at_ms`; `None` before it was ever indexed."""
        self.indexed_at_ms: int = 0

    def copy(self) -> Record:
        """A copy for the search index."""
        twin = Record(self.id, self.created_ms, self.modified_ms, dict(self.properties))
        twin.archived_ms = self.archived_ms
        return twin

    def set_created(self, object_type: ObjectType, created_ms: int) -> None:
        """Set the creation time, which `createdAt` mirrors."""
        self.created_ms = created_ms
        self.properties[object_type.created] = to_iso(created_ms)

    def set_modified(self, object_type: ObjectType, modified_ms: int) -> None:
        """Set the modified time, which `updatedAt` mirrors."""
        self.modified_ms = modified_ms
        self.properties[object_type.modified] = to_iso(modified_ms)

    def write(self, values: Properties, at_ms: int) -> None:
        """Write property values and remember the old ones for `propertiesWithHistory`."""
        self.history = self.history or {}
        for name, value in values.items():
            versions = self.history.setdefault(name, [(self.created_ms, self.properties.get(name))])
            versions.insert(0, (at_ms, value))
            self.properties[name] = value


class TypeStore:
    """The records and property definitions of one object type.

    Args:
        object_type: The type.
        definitions: Property definitions by name.
    """

    def __init__(self, object_type: ObjectType, definitions: dict[str, dict[str, Any]]) -> None:
        self.object_type = object_type
        self.definitions = definitions
        self.archived_definitions: dict[str, dict[str, Any]] = {}
        self.records: dict[int, Record] = {}
        self.live_ids: list[int] = []
        self.archived_ids: list[int] = []
        self.merged_into: dict[int, int] = {}
        self._highest_id = 0

    def add(self, record: Record) -> None:
        """Add a record or put a removed one back."""
        self.records[record.id] = record
        self._highest_id = max(self._highest_id, record.id)
        ids = self.archived_ids if record.archived_ms is not None else self.live_ids
        insort(ids, record.id)

    def remove(self, record_id: int) -> Record:
        """Take a record out; no trace is left.

        Raises:
            KeyError: No such record.
        """
        self._highest_id = max(self._highest_id, record_id)
        record = self.records.pop(record_id)
        ids = self.archived_ids if record.archived_ms is not None else self.live_ids
        ids.pop(bisect_left(ids, record_id))
        return record

    def survivor_of(self, record_id: int) -> Record | None:
        """The record of that id, or the one it was merged into."""
        seen = record_id
        while seen in self.merged_into:
            seen = self.merged_into[seen]
        return self.records.get(seen)

    def next_id(self) -> int:
        """An id above all that were ever used."""
        self._highest_id = max(self._highest_id, max(self.records, default=self.object_type.first_id - 50))
        return self._highest_id + 50

    def page(self, *, archived: bool, at_least: int, limit: int) -> tuple[list[Record], bool]:
        """Records from an id on in numeric order, and whether more follow."""
        ids = self.archived_ids if archived else self.live_ids
        start = bisect_left(ids, at_least)
        wanted = ids[start : start + limit]
        return [self.records[record_id] for record_id in wanted], start + limit < len(ids)

    def live(self, *, above: int = -1) -> Iterator[Record]:
        """Records that are not archived, in numeric id order, with ids greater than `above`."""
        for record_id in self.live_ids[bisect_left(self.live_ids, above + 1) :]:
            yield self.records[record_id]


def created_ms_of(properties: Properties, object_type: ObjectType, default_ms: int) -> int:
    """Creation time from the properties where they hold a readable one."""
    given = to_ms(properties.get(object_type.created))
    return default_ms if given is None else given

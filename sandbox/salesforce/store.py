"""The org's data: the records of each kind with their fields, and what its user may see, behind one lock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from sandbox.salesforce.catalogue import FieldSpec
from sandbox.salesforce.ids import make_id, read_number, to_long
from sandbox.salesforce.object_types import TYPE_BY_KIND, ObjectType

Value = str | float | bool | None
Fields = dict[str, Any]
"""A record: values by field; moments as REST answers write them."""


class Table:
    """The records of one object in the order of their ids, and its fields.

    Args:
        object_type: The object.
        specs: Its fields by name.
    """

    def __init__(self, object_type: ObjectType, specs: dict[str, FieldSpec]) -> None:
        self.type = object_type
        self.specs = specs
        self.hidden: set[str] = set()
        """Fields that the user may not see."""
        self.records: dict[str, Fields] = {}
        self.purged: list[tuple[str, str]] = []
        """Id and moment of deletion of the records that left the recycle bin."""
        self._highest = 0

    def __iter__(self) -> Iterator[Fields]:
        return iter(self.records.values())

    @property
    def visible(self) -> dict[str, FieldSpec]:
        """The fields that the user may see; the others are as if they were not there."""
        return {name: spec for name, spec in self.specs.items() if name not in self.hidden}

    def find_field(self, name: str) -> FieldSpec | None:
        """A visible field by its name, whatever the case."""
        spec = self.specs.get(name) or next(
            (one for known, one in self.specs.items() if known.lower() == name.lower()), None
        )
        return None if spec is None or spec.name in self.hidden else spec

    def live(self) -> Iterator[Fields]:
        """The records that are not in the recycle bin."""
        return (record for record in self if not record.get("IsDeleted"))

    def add(self, record: Fields) -> None:
        """Add a record that is not there yet, behind all others or in its place."""
        number = read_number(record["Id"])
        is_last = number > self._highest
        self._highest = max(self._highest, number)
        self.records[record["Id"]] = record
        if not is_last:
            self.records = dict(sorted(self.records.items()))

    def purge(self, record_id: str) -> None:
        """Take a record out; only the log of deletions still knows it.

        Raises:
            KeyError: No such record.
        """
        record = self.records.pop(record_id)
        self.purged.append((record_id, record["SystemModstamp"]))

    def next_id(self) -> str:
        """An id above all that were ever used."""
        return make_id(self.type.prefix, self._highest + 1)


class Store:
    """Everything the fake serves; changes go through `Changes`.

    Args:
        tables: The records by kind.
    """

    def __init__(self, tables: dict[str, Table]) -> None:
        self.lock = threading.RLock()
        self.tables = tables
        self.forbidden: set[str] = set()
        """Kinds that the user may not see at all."""
        self._by_prefix = {TYPE_BY_KIND[kind].prefix: table for kind, table in tables.items()}

    def find(self, record_id: str | None) -> tuple[Table, Fields] | None:
        """The record of any kind that a reference leads to; `None` where the fake has none."""
        table = self._by_prefix.get((record_id or "")[:3])
        record = None if table is None else table.records.get(to_long(record_id or ""))
        return None if table is None or record is None else (table, record)

    def record(self, kind: str, record_id: str) -> Fields:
        """A record by id, in the recycle bin or not.

        Raises:
            KeyError: No such kind or record.
        """
        return self.tables[kind].records[to_long(record_id)]

    def ids(self, kind: str, *, deleted: bool = False) -> list[str]:
        """Ids of a kind, in order: of those in the recycle bin, or of all others."""
        return [record["Id"] for record in self.tables[kind] if bool(record.get("IsDeleted")) == deleted]

    def counts(self) -> dict[str, dict[str, int]]:
        """Live and deleted records by kind."""
        by_kind = {}
        for kind, table in self.tables.items():
            live = sum(1 for _ in table.live())
            by_kind[kind] = {"live": live, "deleted": len(table.records) - live}
        return by_kind

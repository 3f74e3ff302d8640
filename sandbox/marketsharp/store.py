"""The account's data: records by kind and id, behind one lock."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from sandbox.marketsharp.sets import BY_KIND, KINDS

Value = str | bool | int | None
Fields = dict[str, Any]
"""A record by property: a `Value` each; times are texts of the wall clock."""
Id = str | int
TYPED_KINDS = ("leads", "prospects", "customers")
"""Sets whose records are contacts of one type, which `contacts` has, too."""


class Store:
    """Everything the fake serves; changes go through `Changes`."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.tables: dict[str, dict[Id, Fields]] = {kind: {} for kind in KINDS}
        self.version = 0
        """Counts the changes, so that an order is worked out again only when it may differ."""

    def fill(self, kind: str, records: Iterable[Fields]) -> None:
        """Add generated records."""
        for fields in records:
            self.put(kind, fields)

    def put(self, kind: str, fields: Fields) -> None:
        """Add a record, or replace the one of its id; a contact is the same in all its sets."""
        record_id = fields[BY_KIND[kind].key]
        self.tables[kind][record_id] = fields
        if kind in TYPED_KINDS and record_id in self.tables["contacts"]:
            self.tables["contacts"][record_id] = fields
        self.version += 1

    def remove(self, kind: str, record_id: Id) -> None:
        """Let a record vanish without a trace.

        Raises:
            KeyError: No such record.
        """
        del self.tables[kind][record_id]
        self.version += 1

    def clear(self, kind: str) -> None:
        """Let all records of a kind vanish."""
        self.tables[kind].clear()
        self.version += 1

    def get(self, kind: str, record_id: Id) -> Fields:
        """A record by id.

        Raises:
            KeyError: No such kind or record.
        """
        return self.tables[kind][record_id]

    def ids(self, kind: str) -> list[Id]:
        """Ids of a kind, ascending."""
        return sorted(self.tables[kind], key=lambda one: (isinstance(one, str), one))

    def list_all(self, kind: str) -> list[Fields]:
        """All records of a kind by id."""
        return [self.tables[kind][one] for one in self.ids(kind)]

    def counts(self) -> dict[str, int]:
        """Records by kind."""
        return {kind: len(table) for kind, table in self.tables.items()}

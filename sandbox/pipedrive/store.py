"""The account's data: records by kind as answers show them, and definitions of fields, behind one lock."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.pipedrive.kinds import FIELD_LISTS, KINDS

Fields = dict[str, Any]
RecordId = int | str


@dataclass
class Table:
    """All records of one kind, and their ids in order."""

    records: dict[RecordId, Fields] = field(default_factory=dict)
    deleted_ms: dict[RecordId, int] = field(default_factory=dict)
    """When deleted records were deleted."""
    archived: set[RecordId] = field(default_factory=set)
    _order: list[RecordId] | None = None

    def put(self, fields: Fields) -> None:
        """Add a record, or replace the one of the same id."""
        if fields["id"] not in self.records:
            self._order = None
        self.records[fields["id"]] = fields

    def remove(self, record_id: RecordId) -> None:
        """Let a record vanish without a trace.

        Raises:
            KeyError: No such record.
        """
        del self.records[record_id]
        self.deleted_ms.pop(record_id, None)
        self.archived.discard(record_id)
        self._order = None

    def ids(self) -> list[RecordId]:
        """Ids, ascending."""
        if self._order is None:
            self._order = sorted(self.records)
        return self._order


class Store:
    """Everything the fake serves; changes go through `Changes`."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.tables: dict[str, Table] = {kind: Table() for kind in KINDS}
        self.field_lists: dict[str, list[Fields]] = {name: [] for name in FIELD_LISTS}

    def fill(self, kind: str, records: Iterable[Fields]) -> None:
        """Add generated records."""
        table = self.tables[kind]
        for fields in records:
            table.put(fields)
            if fields.get("is_archived"):
                table.archived.add(fields["id"])

    def get(self, kind: str, record_id: RecordId) -> Fields:
        """A record by id.

        Raises:
            KeyError: No such kind or record.
        """
        return self.tables[kind].records[record_id]

    def ids(self, kind: str) -> list[Any]:
        """Ids of a kind, ascending."""
        return list(self.tables[kind].ids())

    def list_live(self, kind: str) -> list[Any]:
        """Ids of records that are neither deleted nor archived."""
        table = self.tables[kind]
        return [one for one in table.ids() if one not in table.deleted_ms and one not in table.archived]

    def counts(self) -> dict[str, int]:
        """Records by kind."""
        return {kind: len(table.records) for kind, table in self.tables.items()}

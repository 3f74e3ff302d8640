"""The account's data: records by kind as answers show them, status histories of leads, behind one lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Fields = dict[str, Any]
KINDS = ("leads", "users", "lead_statuses")


@dataclass(slots=True)
class Record:
    """One record with all its fields, and what is shown of it while a change is still on its way."""

    fields: Fields
    older: Fields | None = None
    """Shown until `shown_from_ms`; None: nothing was there before."""
    shown_from_ms: int = 0

    def shown(self, now_ms: int) -> Fields | None:
        """The fields that an answer at `now_ms` has; None: the record is not there yet."""
        return self.fields if now_ms >= self.shown_from_ms else self.older


@dataclass
class Table:
    """All records of one kind, and their order by each sort that was asked for."""

    records: dict[int, Record] = field(default_factory=dict)
    version: int = 0
    """Counts the changes, so that an order is worked out again only when it may differ."""
    _orders: dict[tuple[str, bool], tuple[int, list[int]]] = field(default_factory=dict)

    def put(self, fields: Fields, *, shown_from_ms: int = 0) -> None:
        """Add a record, or replace the one of the same id."""
        record_id = int(fields["id"])
        known = self.records.get(record_id)
        older = None if known is None else known.fields
        self.records[record_id] = Record(fields, older, shown_from_ms)
        self.version += 1

    def remove(self, record_id: int) -> None:
        """Let a record vanish without a trace.

        Raises:
            KeyError: No such record.
        """
        del self.records[record_id]
        self.version += 1

    def clear(self) -> None:
        """Let all records vanish."""
        self.records.clear()
        self.version += 1

    def order(self, by: str, *, descending: bool) -> list[int]:
        """Ids sorted by a field, then by id in the same direction; records without the field come first."""
        version, ids = self._orders.get((by, descending), (-1, []))
        if version != self.version:
            ids = sorted(self.records, key=self._key(by), reverse=descending)
            self._orders[by, descending] = (self.version, ids)
        return ids

    def _key(self, by: str) -> Callable[[int], tuple[str, int]]:
        if by == "id":
            return lambda record_id: ("", record_id)
        return lambda record_id: (str(self.records[record_id].fields.get(by) or ""), record_id)


class Store:
    """Everything the fake serves; changes go through `Changes`."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.tables: dict[str, Table] = {kind: Table() for kind in KINDS}
        self.histories: dict[int, list[Fields]] = {}
        """Status events by lead, oldest first."""

    def fill(self, kind: str, records: Iterable[Fields]) -> None:
        """Add generated records."""
        for fields in records:
            self.tables[kind].put(fields)

    def get(self, kind: str, record_id: int | str) -> Fields:
        """A record by id.

        Raises:
            KeyError: No such kind or record.
        """
        return self.tables[kind].records[int(record_id)].fields

    def ids(self, kind: str) -> list[int]:
        """Ids of a kind, ascending."""
        return sorted(self.tables[kind].records)

    def list_all(self, kind: str) -> list[Fields]:
        """All records of a kind by id, as answers show them."""
        return [self.tables[kind].records[record_id].fields for record_id in self.ids(kind)]

    def counts(self) -> dict[str, int]:
        """Records by kind."""
        counts = {kind: len(table.records) for kind, table in self.tables.items()}
        return counts | {"lead_status_histories": sum(len(events) for events in self.histories.values())}

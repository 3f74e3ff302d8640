"""The account's data: the records of each kind as they are answered, behind one lock."""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Any
from zlib import crc32

from sandbox.arrivy.times import read_naive

Fields = dict[str, Any]


class Record:
    """One record: its fields as answered, and its number and schedule time for lists."""

    __slots__ = ("due_ms", "fields", "id", "schedule_ms")

    def __init__(self, fields: Fields) -> None:
        self.id = int(fields["id"])
        self.fields = fields
        self.schedule_ms: int | None = None
        """Its planned start, by which `from` and `to` filter."""
        self.due_ms: int | None = None
        self.note_times()

    def note_times(self) -> None:
        """Read the times again after the fields changed."""
        self.schedule_ms = read_naive(self.fields.get("start_datetime"))
        self.due_ms = read_naive(self.fields.get("due_datetime"))

    @property
    def is_unscheduled(self) -> bool:
        """Whether it waits for a date."""
        return bool(self.fields.get("unscheduled"))

    @property
    def has_datetime(self) -> bool:
        """Whether it has any date at all."""
        return self.schedule_ms is not None or self.due_ms is not None


class Table:
    """The records of one kind in the order of their list, which is neither that of ids nor of times."""

    def __init__(self) -> None:
        self._by_id: dict[int, Record] = {}
        self._order: list[tuple[int, int]] = []
        self._highest_id = 0

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Record]:
        for _, record_id in self._order:
            yield self._by_id[record_id]

    def __contains__(self, record_id: int) -> bool:
        return record_id in self._by_id

    def __getitem__(self, record_id: int) -> Record:
        return self._by_id[record_id]

    def add(self, record: Record) -> None:
        """Add a record that is not there yet."""
        self._by_id[record.id] = record
        self._highest_id = max(self._highest_id, record.id)
        insort(self._order, _place(record.id))

    def fill(self, records: list[Record]) -> None:
        """Add many records to the empty table."""
        self._by_id = {record.id: record for record in records}
        self._highest_id = max(self._by_id, default=0)
        self._order = sorted(_place(record_id) for record_id in self._by_id)

    def remove(self, record_id: int) -> Record:
        """Take a record out without a trace.

        Raises:
            KeyError: No such record.
        """
        record = self._by_id.pop(record_id)
        self._order.pop(bisect_left(self._order, _place(record_id)))
        return record

    def next_id(self, first: int) -> int:
        """An id above all that were ever used."""
        return max(self._highest_id, first) + 7

    @property
    def ids(self) -> list[int]:
        """All ids, ascending."""
        return sorted(self._by_id)


class Store:
    """Everything the fake serves; changes go through `Changes`.

    Args:
        tables: The records by kind.
    """

    def __init__(self, tables: dict[str, Table]) -> None:
        self.lock = threading.RLock()
        self.tables = tables

    def ids(self, kind: str) -> list[str]:
        """Ids of a kind in numeric order, as text."""
        return [str(record_id) for record_id in self.tables[kind].ids]

    def fields(self, kind: str) -> list[Fields]:
        """Every record of a kind as it is answered."""
        return [record.fields for record in self.tables[kind]]

    def counts(self) -> dict[str, int]:
        """Records by kind."""
        return {kind: len(table) for kind, table in self.tables.items()}


def _place(record_id: int) -> tuple[int, int]:
    return crc32(str(record_id).encode()), record_id

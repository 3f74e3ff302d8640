"""The lake's rows in SQLite, the queries that were started, and the objects of the result bucket."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sandbox.salespro.catalogue import TABLES

Row = dict[str, str | None]
"""Texts as Athena writes them."""
OWN, SHOWN = "_row", "_shown_from_ms"
"""Columns beside the lake's: the row's number, and when it becomes visible."""


@dataclass
class Query:
    """One query that was started."""

    query_id: str
    text: str
    table: str
    """First table that it reads; empty: none that is known."""
    token: str
    polls_left: int
    state: str = "QUEUED"
    reason: str = ""
    retryable: bool = False
    columns: list[tuple[str, str]] = field(default_factory=list)
    """Names and types."""
    rows: list[tuple[str | None, ...]] = field(default_factory=list)
    scanned_bytes: int = 0
    output: str = ""
    submitted_s: float = 0.0
    content: bytes = field(default=b"", repr=False)
    """Its object in the bucket, once somebody asked for it."""

    @property
    def is_running(self) -> bool:
        """Whether it has not come to an end."""
        return self.state in ("QUEUED", "RUNNING")


class Store:
    """Everything the fake serves; changes go through `Changes`."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.queries: dict[str, Query] = {}
        self.by_token: dict[str, str] = {}
        self.added: dict[str, list[str]] = {}
        """By table, columns that came later."""
        self.most_running = 0
        """Most queries that were at work at the same time."""
        self.database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        for kind, table in TABLES.items():
            columns = ", ".join(f'"{name}" TEXT' for name in table.columns)
            own = f"{OWN} INTEGER PRIMARY KEY, {SHOWN} INTEGER NOT NULL DEFAULT 0"
            self.database.execute(f'CREATE TABLE "all_{kind}" ({own}, {columns})')

    def add(self, kind: str, row: Mapping[str, str | None], *, shown_from_ms: int = 0) -> int:
        """Add a row; gives its number."""
        names = list(row)
        columns = ", ".join([SHOWN, *(f'"{name}"' for name in names)])
        marks = ", ".join("?" * (len(names) + 1))
        statement = f'INSERT INTO "all_{kind}" ({columns}) VALUES ({marks})'  # noqa: S608  # own names
        made = self.database.execute(statement, (shown_from_ms, *row.values()))
        return int(made.lastrowid or 0)

    def update(self, kind: str, number: int, fields: Mapping[str, str | None]) -> None:
        """Write fields of a row.

        Raises:
            KeyError: there is no such row.
        """
        pairs = ", ".join(f'"{name}" = ?' for name in fields)
        statement = f'UPDATE "all_{kind}" SET {pairs} WHERE {OWN} = ?'  # noqa: S608  # own names
        if not self.database.execute(statement, (*fields.values(), number)).rowcount:
            raise KeyError(number)

    def remove(self, kind: str, number: int | None = None) -> None:
        """Let a row vanish without a trace, or all of a table."""
        where, values = ("", ()) if number is None else (f" WHERE {OWN} = ?", (number,))
        self.database.execute(f'DELETE FROM "all_{kind}"{where}', values)  # noqa: S608  # own names

    def list_rows(self, kind: str) -> Iterator[tuple[int, Row]]:
        """All rows of a table with their numbers, the oldest first."""
        names = [*TABLES[kind].columns, *self.added.get(kind, ())]
        columns = ", ".join([OWN, *(f'"{name}"' for name in names)])
        statement = f'SELECT {columns} FROM "all_{kind}" ORDER BY {OWN}'  # noqa: S608  # own names
        for number, *cells in self.database.execute(statement).fetchall():
            yield int(number), dict(zip(names, cells, strict=True))

    def drop_column(self, kind: str, name: str) -> None:
        """Let a column vanish, as the vendor may."""
        self.database.execute(f'ALTER TABLE "all_{kind}" DROP COLUMN "{name}"')

    def add_column(self, kind: str, name: str) -> None:
        """Add a column of texts, as the vendor may."""
        self.database.execute(f'ALTER TABLE "all_{kind}" ADD COLUMN "{name}" TEXT')
        self.added.setdefault(kind, []).append(name)

    def count_running(self) -> int:
        """Queries at work now."""
        return sum(one.is_running for one in self.queries.values())

    def counts(self) -> dict[str, int]:
        """Rows by sync_type."""
        count = 'SELECT count(*) FROM "all_{}"'
        return {kind: int(self.database.execute(count.format(kind)).fetchone()[0]) for kind in TABLES}

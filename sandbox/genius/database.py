"""The legacy CRM's database: makes the tables, fills them, and lets the application change rows.

Which server it lies on is the caller's business; `sandbox/mariadb.py` starts one.
"""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.genius.catalogue import TABLES
from sandbox.genius.changeable import find_changeable, where
from sandbox.genius.rows import make_rows
from sandbox.genius.table import Table, quote
from sandbox.mariadb import MariaDBServer

ZONE = ZoneInfo("America/Los_Angeles")
"""The wall clock that the application writes."""

Key = tuple[Any, ...]
_SPARE = 1_000_000
"""Rows that are added later are made-up rows from this number on."""


class GeniusDatabase:
    """One database of the legacy CRM.

    Args:
        server: where it lies; its user may create databases and users.
        name: of the database.
        seed: of the made-up values.
    """

    def __init__(self, server: MariaDBServer, name: str = "genius", *, seed: int = 7) -> None:
        self.server = server
        self.name = name
        self.clock_offset_s = 0.0
        """How far the application's clock is ahead of ours."""
        self._seed = seed
        self._chance = random.Random(seed)
        self._connection: Any = None
        self._changes = 0

    def create(self, tables: Iterable[str] = tuple(TABLES)) -> None:
        """Make the database and its tables, without a row; what it held before is gone."""
        self.server.run(
            f"DROP DATABASE IF EXISTS {quote(self.name)}",
            f"CREATE DATABASE {quote(self.name)} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
        )
        self.close()
        for name in tables:
            self.execute(TABLES[name].ddl())

    def has_tables(self) -> bool:
        """Tell whether the database was filled to the end."""
        return bool(self.fetch("SELECT 1 FROM information_schema.tables WHERE table_schema = %s AND "
                               "table_name = 'sandbox_filled'", [self.name], anywhere=True))  # fmt: skip

    def grant_reader(self, user: str, password: str) -> None:
        """Make a user who may only read this database."""
        self.server.run(
            f"DROP USER IF EXISTS '{user}'@'%'",
            f"CREATE USER '{user}'@'%' IDENTIFIED BY '{password}'",
            f"GRANT SELECT ON {quote(self.name)}.* TO '{user}'@'%'",
        )

    def fill(self, counts: Mapping[str, int]) -> None:
        """Put made-up rows into empty tables.

        Args:
            counts: rows by table.
        """
        for name, count in counts.items():
            self.load(TABLES[name], make_rows(TABLES[name], range(count), count=count, seed=self._seed))
        self.execute("CREATE TABLE IF NOT EXISTS sandbox_filled (at INT)")

    def load(self, table: Table, lines: Iterable[str]) -> int:
        """Load lines as `rows.make_rows` gives them; gives their number.

        Raises:
            RuntimeError: the server changed or skipped a value.
        """
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", delete=False) as file:
            count = 0
            for count, line in enumerate(lines, start=1):  # noqa: B007 - the number is used below
                file.write(line + "\n")
        try:
            self.execute("SET SESSION sql_mode = 'STRICT_ALL_TABLES'")
            columns = ", ".join(quote(column.name) for column in table.columns)
            loaded = self.execute(
                f"LOAD DATA LOCAL INFILE %s INTO TABLE {quote(table.name)} CHARACTER SET utf8mb4 ({columns})",
                [file.name],
            )
            warnings = self.fetch("SHOW WARNINGS LIMIT 3")
        finally:
            os.unlink(file.name)  # noqa: PTH108 - a name, not a path
        if loaded != count or warnings:
            message = f"{table.name} took {loaded:,} of {count:,} rows: {warnings}"
            raise RuntimeError(message)
        return count

    def change(self, table: Table, count: int) -> list[Key]:
        """Change rows as the application does, which sets the cursor to its wall clock; gives their keys."""
        return self._change(table, self._sample(self.list_keys(table), count))

    def add(self, table: Table) -> Key:
        """Add one row as the application does."""
        self._changes += 1
        number = _SPARE + self._changes
        (line,) = make_rows(table, range(number, number + 1), count=1, seed=self._seed)
        values = dict(zip((column.name for column in table.columns), line.split("\t"), strict=True))
        if len(table.key) > 1 or table.column(table.key[0]).kind != "varchar":
            highest = self.fetch(f"SELECT MAX({quote(table.key[0])}) FROM {quote(table.name)}")[0][0]  # noqa: S608 - names of the catalogue
            values[table.key[0]] = str((highest or 0) + 1)
        for column in {table.changed_column, table.created} - {None}:
            values[str(column)] = str(self.now())
        self.load(table, ["\t".join(values.values())])
        return next(key for key in self.list_keys(table) if self._is_key(key, table, values))

    def remove(self, table: Table, count: int) -> list[Key]:
        """Delete rows, but never the last one; nothing is left of them."""
        keys = self._sample(self.list_keys(table)[1:], count)
        for key in keys:
            self.execute(f"DELETE FROM {quote(table.name)} WHERE {where(table)}", key)  # noqa: S608 - names of the catalogue
        return keys

    def clear(self, table: Table) -> None:
        """Delete all rows."""
        self.execute(f"TRUNCATE TABLE {quote(table.name)}")

    def stamp(self, table: Table, at: datetime, keys: Iterable[Key] | None = None) -> None:
        """Set the cursor of rows (None: of all) to a moment, and change nothing else."""
        statement = f"UPDATE {quote(table.name)} SET {quote(str(table.changed_column))} = %s"  # noqa: S608 - names of the catalogue
        wall = str(at.astimezone(ZONE).replace(tzinfo=None))
        for key in [()] if keys is None else keys:
            self.execute(f"{statement} WHERE {where(table) if key else 'TRUE'}", [wall, *key])

    def set_value(self, table: Table, key: Key, column: str, value: object) -> None:
        """Write one value of one row, past the application: the cursor stays."""
        statement = f"UPDATE {quote(table.name)} SET {quote(column)} = %s WHERE {where(table)}"  # noqa: S608 - names of the catalogue
        self.execute(statement, [value, *key])

    def list_keys(self, table: Table) -> list[Key]:
        """Give the primary keys of all rows, in their order."""
        columns = ", ".join(map(quote, table.key))
        return self.fetch(f"SELECT {columns} FROM {quote(table.name)} ORDER BY {columns}")  # noqa: S608 - names of the catalogue

    def list_columns(self, table: Table) -> list[str]:
        """Give the names of the columns that the table has now."""
        return [row[0] for row in self.fetch(f"SHOW COLUMNS FROM {quote(table.name)}")]

    def read_texts(self, table: Table) -> Iterator[dict[str, str | None]]:
        """Give all rows, each value as the server itself writes it."""
        columns = self.list_columns(table)
        texts = ", ".join(f"CAST({quote(name)} AS CHAR)" for name in columns)
        for row in self.fetch(f"SELECT {texts} FROM {quote(table.name)}"):  # noqa: S608 - names of the catalogue
            yield dict(zip(columns, row, strict=True))

    def now(self) -> datetime:
        """Give the application's wall clock, in whole seconds."""
        moment = datetime.now(ZONE) + timedelta(seconds=self.clock_offset_s)
        return moment.replace(microsecond=0, tzinfo=None)

    def execute(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Run a statement; gives the number of rows that it touched."""
        with contextlib.closing(self._connect().cursor()) as cursor:
            cursor.execute(statement, list(values))
            return int(cursor.rowcount)

    def fetch(self, statement: str, values: Sequence[Any] = (), *, anywhere: bool = False) -> list[Key]:
        """Run a statement and give its rows.

        Args:
            statement: SQL.
            values: for its placeholders.
            anywhere: the database itself may be missing.
        """
        connection = self.server.connect() if anywhere else self._connect()
        with contextlib.closing(connection.cursor()) as cursor:
            cursor.execute(statement, list(values))
            rows = [tuple(row) for row in cursor.fetchall()]
        if anywhere:
            connection.close()
        return rows

    def close(self) -> None:
        """Close the connection; the next statement opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> Any:  # noqa: ANN401 - the driver's own class
        if self._connection is None:
            self._connection = self.server.connect(self.name)
        return self._connection

    def _sample(self, keys: list[Key], count: int) -> list[Key]:
        return self._chance.sample(keys, min(count, len(keys)))

    def _change(self, table: Table, keys: list[Key]) -> list[Key]:
        column = find_changeable(table)
        for key in keys:
            self._changes += 1
            value: object = f"changed {self._changes} é"
            if column.kind not in {"varchar", "text"}:
                value = str(self.now() - timedelta(days=self._changes)) if column.kind == "datetime" else (
                    10_000 + self._changes % 20_000
                )  # fmt: skip
            self.set_value(table, key, column.name, value)
            if table.changed_column is not None:
                self.set_value(table, key, table.changed_column, str(self.now()))
        return keys

    @staticmethod
    def _is_key(key: Key, table: Table, values: Mapping[str, str]) -> bool:
        return tuple(map(str, key)) == tuple(values[name] for name in table.key)

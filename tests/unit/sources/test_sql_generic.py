"""Databases without a dialect of their own, with sqlite for one, and what their objects become."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.generic import GenericDialect, write_text
from crm_sync.sources.sql.kinds import ColumnKind, FaultKind
from crm_sync.sources.sql.mysql import MySqlDialect
from crm_sync.sources.sql.postgres import PostgresDialect
from crm_sync.sources.sql.source import SqlTableSource
from tests.unit.sources.sql_support import LeapingClock, make_entity, make_request

Read = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Make a sqlite table of rows and read it."""

    def do(statements: list[str], entity: Any, **values: Any) -> list[dict[str, Any]]:
        path = tmp_path / "shop.db"
        with closing(sqlite3.connect(path)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
        dialect = GenericDialect("?", times_as_text=True)
        database = SqlDatabase(dialect, lambda: sqlite3.connect(path), "shop_default")
        with closing(SqlTableSource(entity, database, waiter=LeapingClock().waiter())) as source:
            pages = list(source.read_pages(make_request(entity, **values), {}))
        return [row for page in pages for row in page.frame.to_dicts()]

    return do


def test_sqlite_full_read_gives_every_row_once(read: Read) -> None:
    rows = ", ".join(f"({n}, 'n{n}')" for n in range(1, 102))
    found = read(
        ["create table orders (id integer primary key, name text)", f"insert into orders values {rows}"],
        make_entity(page_size=10),
    )
    assert [row["id"] for row in found] == [str(n) for n in range(1, 102)]


@pytest.mark.parametrize("page_by", ["cursor", "pk"])
def test_sqlite_delta_reads_the_window_of_texts(read: Read, page_by: str) -> None:
    rows = ", ".join(f"({n}, '2025-05-01 {n % 24:02d}:00:00')" for n in range(1, 101))
    entity = make_entity(
        {"id": {"type": "integer"}}, cursor="at", page_by=page_by, page_size=3, safety_lag_s=0
    )
    statements = [
        "create table orders (id integer primary key, at text)",
        f"insert into orders values {rows}",
    ]
    found = read(statements, entity, since=datetime(2025, 5, 1, 10, tzinfo=UTC))
    assert sorted(int(row["id"]) for row in found) == [n for n in range(1, 101) if 10 <= n % 24 <= 12]


def test_sqlite_missing_table_fails_at_once(read: Read) -> None:
    with pytest.raises(FatalSourceError, match="no such table: orders"):
        read([], make_entity())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("", ""),
        (True, "true"),
        (7, "7"),
        (0.1, "0.1"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.10"), "-0.10"),
        (Decimal("NaN"), "NaN"),
        (date(2025, 5, 1), "2025-05-01"),
        (datetime(2025, 5, 1, 10, 0, 0, 5), "2025-05-01T10:00:00.000005"),  # noqa: DTZ001  # as drivers give it
        (datetime(2025, 5, 1, 10, tzinfo=UTC), "2025-05-01T10:00:00+00:00"),
        (time(10, 30), "10:30:00"),
        (timedelta(hours=36), "36:00:00"),
        (-timedelta(hours=1, minutes=30), "-01:30:00"),
        (timedelta(seconds=1, microseconds=5), "00:00:01.000005"),
        (b"abc", "abc"),
        (bytearray(b"\xff\x00"), "ff00"),
        ({"a": [1]}, '{"a": [1]}'),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_object_of_a_driver_becomes_text(value: Any, text: str | None) -> None:
    assert write_text(value) == text


@pytest.mark.parametrize(
    "value",
    [7, "x", b"\xff", datetime(2025, 5, 1, 10), date(2025, 5, 1), Decimal("1.10")],  # noqa: DTZ001
)
def test_key_survives_the_checkpoint(value: Any) -> None:
    import json

    dialect = GenericDialect()
    stored = json.loads(json.dumps(dialect.to_key(value, ColumnKind.OTHER)))
    assert dialect.from_key(stored, ColumnKind.OTHER) == value


class _MySqlError(Exception):
    def __init__(self, errno: int | None) -> None:
        super().__init__("text")
        self.errno = errno
        self.msg = "text"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (1044, FaultKind.DENIED),
        (1045, FaultKind.DENIED),
        (1142, FaultKind.DENIED),
        (1862, FaultKind.DENIED),
        (1049, FaultKind.WRONG),
        (1146, FaultKind.WRONG),
        (1054, FaultKind.WRONG),
        (1052, FaultKind.WRONG),
        (2002, FaultKind.LOST),
        (2003, FaultKind.LOST),
        (2005, FaultKind.LOST),
        (2006, FaultKind.LOST),
        (2013, FaultKind.LOST),
        (1205, FaultKind.BUSY),
        (1213, FaultKind.BUSY),
        (1040, FaultKind.CROWDED),
        (1203, FaultKind.CROWDED),
        (1969, FaultKind.SLOW),
        (3024, FaultKind.SLOW),
        (1366, FaultKind.FATAL),
    ],
)
def test_mysql_code_means(code: int, kind: FaultKind) -> None:
    assert MySqlDialect().classify(_MySqlError(code)).kind is kind


def test_refused_postgres_connection_is_told_by_its_words() -> None:
    classify = PostgresDialect().classify
    texts = {
        'FATAL:  password authentication failed for user "x"': FaultKind.DENIED,
        'FATAL:  database "x" does not exist': FaultKind.WRONG,
        "FATAL:  sorry, too many clients already": FaultKind.CROWDED,
        "could not connect to server: Connection refused": FaultKind.LOST,
        "server closed the connection unexpectedly": FaultKind.LOST,
    }
    assert {text: classify(psycopg2.OperationalError(text)).kind for text in texts} == texts


def test_long_message_of_a_driver_is_cut_to_its_first_line() -> None:
    fault = GenericDialect().classify(ValueError("a" * 500 + "\nsecond"))
    assert len(fault.message) == 300
    assert fault.kind is FaultKind.FATAL

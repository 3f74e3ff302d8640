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


def test_bytes_of_sqlite_are_hex_whatever_they_hold(read: Read) -> None:
    rows = ["create table orders (id blob primary key, name text)"]
    rows += [f"insert into orders values (x'{key}', 'n')" for key in ("41", "4120", "ff", "6666", "00")]
    found = read(rows, make_entity({"id": {}, "name": {}}, page_size=2))
    assert sorted(row["id"] for row in found) == ["00", "41", "4120", "6666", "ff"]


@pytest.mark.parametrize("size", [1, 10])
def test_column_of_bytes_and_texts_is_refused(read: Read, size: int) -> None:
    rows = ["create table orders (id integer primary key, name)"]
    rows += ["insert into orders values (1, 'ff'), (2, x'ff')"]
    with pytest.raises(FatalSourceError, match="Column name holds bytes and other values") as caught:
        read(rows, make_entity(page_size=size))
    assert caught.value.sync_type == "orders"


def test_numbers_and_texts_of_sqlite_as_key_give_every_row_once(read: Read) -> None:
    rows = ["create table orders (id primary key, name text)"]
    rows += [
        f"insert into orders values ({key}, 'n')" for key in ("1", "2.5", "2.75", "10", "'a'", "'b'", "'10x'")
    ]
    found = read(rows, make_entity({"id": {}, "name": {}}, page_size=1))
    assert [row["id"] for row in found] == ["1", "2.5", "2.75", "10", "10x", "a", "b"]


def test_text_that_reads_as_a_number_of_the_key_is_rejected(read: Read) -> None:
    rows = [
        "create table orders (id primary key, name text)",
        "insert into orders values (7, 'n'), ('7', 't')",
    ]
    first, second = read(rows, make_entity({"id": {}, "name": {}}))
    assert (first["id"], second["id"]) == ("7", "7")
    assert (first["_fault"], "a text here and a number" in second["_fault"]) == (None, True)


def test_text_of_sqlite_that_is_no_utf8_rejects_its_row(read: Read) -> None:
    rows = ["create table orders (id integer primary key, name text)"]
    rows += ["insert into orders values (1, 'Ärger'), (2, cast(x'c4726765' as text)), (3, null)"]
    found = read(rows, make_entity())
    assert [row["name"] for row in found] == ["Ärger", "\ufffdrge", None]
    assert [row["_fault"] for row in found] == [None, "column name holds bytes that are no UTF-8", None]


def test_handle_on_a_value_is_no_value() -> None:
    with pytest.raises(TypeError, match="Handle"):
        write_text(type("Handle", (), {})())


def test_column_of_sqlite_that_is_gone_is_said(read: Read) -> None:
    found = read(
        ["create table orders (id integer primary key, nam text)", "insert into orders values (1, 'a')"],
        make_entity(),
    )
    assert found == [{"id": "1"}]


class NoColumns:
    """A connection on which the look at a table's columns fails."""

    autocommit = True

    def __init__(self, error: Exception) -> None:
        self.error = error

    def cursor(self) -> NoColumns:
        return self

    def execute(self, *_: Any) -> None:
        raise self.error

    def close(self) -> None:
        """Close the cursor."""


@pytest.mark.parametrize("error", [sqlite3.OperationalError("gone"), psycopg2.InterfaceError("closed")])
def test_columns_that_a_lost_session_did_not_tell_are_asked_for_again(error: Exception) -> None:
    with pytest.raises(type(error)):
        GenericDialect().list_columns(NoColumns(error), ["orders"], "orders")


@pytest.mark.parametrize("error", [sqlite3.ProgrammingError("no right"), sqlite3.DatabaseError("ORA-00942")])
def test_columns_that_the_user_may_not_see_are_not_known(error: Exception) -> None:
    assert GenericDialect().list_columns(NoColumns(error), ["orders"], "orders") is None


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
        (b"abc", "616263"),
        (bytearray(b"\xff\x00"), "ff00"),
        ({"a": [1]}, '{"a": [1]}'),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_object_of_a_driver_becomes_text(value: Any, text: str | None) -> None:
    assert write_text(value) == text


@pytest.mark.parametrize(
    "value",
    [7, 1.5, float("inf"), "x", b"\xff", datetime(2025, 5, 1, 10), date(2025, 5, 1), Decimal("1.10")],  # noqa: DTZ001
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

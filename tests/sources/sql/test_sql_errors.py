"""What a database refuses, and what the read makes of it: real servers, real codes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import psycopg2
import pytest

from crm_sync.constants import SyncMode
from crm_sync.exceptions import AuthenticationError, FatalSourceError, SourceUnavailableError
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.mysql import MySqlDialect
from crm_sync.sources.sql.postgres import PostgresDialect
from crm_sync.sources.sql.source import SqlTableSource
from tests.mariadb_server import MariaDBDatabase
from tests.sources.sql.sql_kit import (
    LeapingClock,
    SqlKit,
    insert_orders,
    make_entity,
    make_orders,
    make_request,
)
from tests.warehouse import Warehouse

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def read_with(dialect: Any, connect: Callable[[], Any], clock: LeapingClock | None = None) -> int:
    """Read the table orders over given connections; gives the number of rows."""
    entity = make_entity({"id": {"type": "integer"}})
    clock = clock or LeapingClock()
    database = SqlDatabase(dialect, connect, "shop_default")
    with closing(SqlTableSource(entity, database, waiter=clock.waiter())) as source:
        return sum(page.records for page in source.read_pages(make_request(entity), {}))


def test_missing_table_fails_at_once_and_is_named(kit: SqlKit) -> None:
    with pytest.raises(FatalSourceError, match="orders") as caught:
        kit.read(make_entity())
    assert not isinstance(caught.value, AuthenticationError)
    assert caught.value.sync_type == "orders"
    assert kit.clock.slept == []


def test_cursor_that_is_no_time_fails_at_once_and_is_named(kit: SqlKit) -> None:
    make_orders(kit)
    for since in (LONG_AGO, None):
        with pytest.raises(FatalSourceError, match=r"name.*expected a date or time"):
            kit.read(make_entity(cursor="name"), since=since)


def test_mariadb_wrong_password_names_the_connection(mariadb_database: MariaDBDatabase) -> None:
    clock = LeapingClock()
    with pytest.raises(AuthenticationError, match=r"shop_default.*Access denied") as caught:
        read_with(MySqlDialect(), lambda: mariadb_database.server.connect(password="wrong-secret"), clock)
    assert "wrong-secret" not in str(caught.value)
    assert clock.slept == []


def test_mariadb_missing_right_names_the_table(mariadb_database: MariaDBDatabase) -> None:
    database, name = mariadb_database, f"u{time.monotonic_ns()}"
    database.execute(
        "create table orders (id int primary key)",
        "create table other (id int primary key)",
        f"create user {name} identified by 'made-up'",
        f"grant select on `{database.name}`.other to {name}",
    )
    try:
        with pytest.raises(AuthenticationError, match="orders"):
            read_with(
                MySqlDialect(),
                lambda: database.server.connect(database.name, user=name, password="made-up"),
            )
    finally:
        database.execute(f"drop user {name}")


def test_mariadb_expired_password_is_not_tried_again(mariadb_database: MariaDBDatabase) -> None:
    database, name, clock = mariadb_database, f"u{time.monotonic_ns()}", LeapingClock()
    database.execute(
        "create table orders (id int primary key)",
        f"create user {name} identified by 'made-up' password expire",
        f"grant select on `{database.name}`.* to {name}",
    )
    try:
        with pytest.raises(AuthenticationError, match="PASSWORD"):
            read_with(
                MySqlDialect(),
                lambda: database.server.connect(database.name, user=name, password="made-up"),
                clock,
            )
    finally:
        database.execute(f"drop user {name}")
    assert clock.slept == []


def test_postgres_wrong_password_names_the_connection(make_warehouse: Callable[..., Warehouse]) -> None:
    warehouse = make_warehouse()
    with pytest.raises(AuthenticationError, match=r"shop_default.*authentication failed") as caught:
        read_with(PostgresDialect(), lambda: psycopg2.connect(warehouse.dsn, password="wrong-secret"))
    assert "wrong-secret" not in str(caught.value)


def test_postgres_missing_right_names_the_table(make_warehouse: Callable[..., Warehouse]) -> None:
    warehouse, name = make_warehouse(), f"u{time.monotonic_ns()}"
    warehouse.execute(
        f"create table orders (id int primary key); create role {name} login password 'made-up'"
    )
    try:
        with pytest.raises(AuthenticationError, match="orders"):
            read_with(
                PostgresDialect(), lambda: psycopg2.connect(warehouse.dsn, user=name, password="made-up")
            )
    finally:
        warehouse.execute(f"drop role {name}")


def test_server_that_is_away_is_tried_again_then_fails_to_be_retried() -> None:
    import mysql.connector

    clock = LeapingClock()
    with pytest.raises(SourceUnavailableError, match="shop_default"):
        read_with(MySqlDialect(), lambda: mysql.connector.connect(host="127.0.0.1", port=1), clock)
    assert sum(clock.slept) == pytest.approx(30)


def test_server_that_is_full_is_waited_for_long(mariadb_database: MariaDBDatabase) -> None:
    database, name, clock = mariadb_database, f"u{time.monotonic_ns()}", LeapingClock()
    database.execute(
        "create table orders (id int primary key)",
        f"create user {name} identified by 'made-up' with max_user_connections 1",
        f"grant select on `{database.name}`.* to {name}",
    )
    held = database.server.connect(database.name, user=name, password="made-up")
    free_at = 40.0

    def connect() -> Any:
        if clock.now >= free_at and held.is_connected():
            held.close()
            time.sleep(0.2)
        return database.server.connect(database.name, user=name, password="made-up")

    try:
        assert read_with(MySqlDialect(), connect, clock) == 0
    finally:
        held.close()
        database.execute(f"drop user {name}")
    assert clock.now >= free_at


class HastyMariaDB(MySqlDialect):
    """Its statements may take 0.15 s."""

    def set_up(self, connection: Any, *, limit_s: int) -> None:
        super().set_up(connection, limit_s=limit_s)
        connection.cursor().execute("set session max_statement_time = 0.15")


class HastyPostgres(PostgresDialect):
    """Its statements may take 0.15 s."""

    def set_up(self, connection: Any, *, limit_s: int) -> None:
        super().set_up(connection, limit_s=limit_s)
        connection.cursor().execute("set statement_timeout = '150ms'")


def make_hasty(kit: SqlKit) -> None:
    kit.dialect = HastyMariaDB() if kit.is_mariadb else HastyPostgres()
    make_orders(kit)
    insert_orders(kit, [(n, "2025-05-01 10:00:00") for n in range(1, 21)])


def sleep_fields(kit: SqlKit, seconds: float) -> dict[str, Any]:
    """Give fields of which one takes its time on every row."""
    sleep = f"expr: SLEEP({seconds})" if kit.is_mariadb else f"expr: pg_sleep({seconds})::text"
    return {"id": {"type": "integer"}, "x": {"source": sleep}}


def test_statement_beyond_its_limit_halves_the_page_once(kit: SqlKit) -> None:
    make_hasty(kit)
    # 20 rows take 0.2 s, 10 rows half of it
    found = kit.read(make_entity(sleep_fields(kit, 0.01), page_size=20))
    assert found.ids == [str(n) for n in range(1, 21)]
    assert [page.records for page in found.pages][:2] == [10, 10]


def test_statement_beyond_its_limit_twice_fails(kit: SqlKit) -> None:
    make_hasty(kit)
    with pytest.raises(FatalSourceError, match=r"longer than.*half the rows"):
        kit.read(make_entity(sleep_fields(kit, 0.2), page_size=20))


def test_session_can_not_write(kit: SqlKit) -> None:
    make_orders(kit)
    connection = kit.connect()
    kit.dialect.set_up(connection, limit_s=10)
    with pytest.raises(Exception, match=r"READ ONLY|read-only"):
        connection.cursor().execute("insert into orders (id) values (1)")
    connection.close()


def test_lock_that_is_held_is_waited_for(mariadb_kit: SqlKit) -> None:
    kit = mariadb_kit
    make_orders(kit)
    insert_orders(kit, [(1, "2025-05-01 10:00:00")])
    holder = kit.connect()
    holder.cursor().execute("lock tables orders write")
    tries: list[float] = []

    class Clock(LeapingClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            tries.append(seconds)
            holder.close()
            time.sleep(0.2)

    kit.clock = Clock()

    def connect() -> Any:
        connection = kit.connect()
        connection.cursor().execute("set session lock_wait_timeout = 1")
        return connection

    entity = make_entity()
    with closing(
        SqlTableSource(entity, SqlDatabase(kit.dialect, connect, "x"), waiter=kit.clock.waiter())
    ) as source:
        assert sum(page.records for page in source.read_pages(make_request(entity), {})) == 1
    assert tries


def test_read_that_is_stopped_ends_while_it_waits(mariadb_database: MariaDBDatabase) -> None:
    from crm_sync.exceptions import SyncCancelledError

    stopped = threading.Event()
    stopped.set()
    import mysql.connector

    database = SqlDatabase(
        MySqlDialect(), lambda: mysql.connector.connect(host="127.0.0.1", port=1), "x", stop=stopped.is_set
    )
    entity = make_entity()
    with closing(SqlTableSource(entity, database)) as source, pytest.raises(SyncCancelledError):
        next(source.read_pages(make_request(entity), {}))


def test_delta_mode_without_cursor_reads_whole(kit: SqlKit) -> None:
    make_orders(kit)
    insert_orders(kit, [(1, "2025-05-01 10:00:00")])
    entity = make_entity()
    with closing(kit.open(entity)) as source:
        assert source.reads_whole
        request = make_request(entity, mode=SyncMode.DELTA)
        assert sum(page.records for page in source.read_pages(request, {})) == 1
        assert source.is_whole
        assert source.describe()["reads"] == "full_table"

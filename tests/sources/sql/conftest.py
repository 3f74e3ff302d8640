"""Databases for the tests of the SQL source: a fresh one on MariaDB, on PostgreSQL, or on each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest

from crm_sync.sources.sql.mysql import MySqlDialect
from crm_sync.sources.sql.postgres import PostgresDialect
from tests.mariadb_server import MariaDBDatabase
from tests.sources.sql.servers import SERVERS
from tests.sources.sql.sql_kit import SqlKit
from tests.warehouse import Warehouse


@pytest.fixture
def mariadb_kit(mariadb_database: MariaDBDatabase) -> SqlKit:
    """A fresh MariaDB database."""
    database = mariadb_database

    def kill() -> None:
        ids = database.fetch_all(
            "select id from information_schema.processlist where db = %s and id <> connection_id()",
            (database.name,),
        )
        for (number,) in ids:
            database.execute(f"kill {number}")

    def connect() -> Any:
        return database.server.connect(database.name, read_timeout=30, allow_local_infile=False)

    return SqlKit("mariadb", MySqlDialect(), connect, database.execute, kill)


@pytest.fixture
def postgres_kit(make_warehouse: Callable[..., Warehouse]) -> Iterator[SqlKit]:
    """A fresh PostgreSQL database."""
    warehouse = make_warehouse()

    def execute(*statements: str) -> None:
        for statement in statements:
            warehouse.execute(statement)

    def kill() -> None:
        warehouse.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )

    def connect() -> Any:
        return psycopg2.connect(warehouse.dsn)

    return SqlKit("postgres", PostgresDialect(), connect, execute, kill)


@pytest.fixture(params=SERVERS)
def kit(request: pytest.FixtureRequest) -> SqlKit:
    """Each of the two in turn."""
    made: SqlKit = request.getfixturevalue(f"{request.param}_kit")
    return made

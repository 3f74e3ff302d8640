"""Airflow connections of databases turned into what the SQL source reads with."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from crm_sync.exceptions import AuthenticationError, ConfigError
from crm_sync.sync.transform import transform_chunk
from tests.mariadb_server import MariaDBDatabase
from tests.sources.frame_texts import write_texts
from tests.sources.sql.sql_kit import ReadResult, make_entity, make_request
from tests.warehouse import Warehouse

pytestmark = pytest.mark.airflow
FIELDS = {"id": {"type": "integer"}, "at": {"type": "datetime"}}


@pytest.fixture
def set_connection(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make the Airflow connection shop_default."""

    def do(**values: Any) -> None:
        monkeypatch.setenv("AIRFLOW_CONN_SHOP_DEFAULT", json.dumps(values))

    return do


def read(**entity: Any) -> ReadResult:
    """Read the table orders over the connection."""
    from crm_sync.hooks.database import open_database
    from crm_sync.sources.sql.source import SqlTableSource

    made = make_entity(FIELDS, **entity)
    with closing(SqlTableSource(made, open_database("shop_default"))) as source:
        pages = list(source.read_pages(make_request(made), {}))
    return ReadResult(pages=pages, records=[row for page in pages for row in write_texts(page.frame)])


def describe_mariadb(database: MariaDBDatabase, **extra: Any) -> dict[str, Any]:
    server = database.server
    return {
        "conn_type": "mysql",
        "host": server.host,
        "port": server.port,
        "login": server.user,
        "password": server.password,
        "schema": database.name,
        "extra": extra,
    }


def describe_postgres(warehouse: Warehouse) -> dict[str, Any]:
    parts = urlsplit(warehouse.dsn) if "://" in warehouse.dsn else None
    facts = dict(item.split("=", 1) for item in warehouse.dsn.split()) if parts is None else {}
    return {
        "conn_type": "postgres",
        "host": parts.hostname if parts else facts["host"],
        "port": parts.port if parts else int(facts["port"]),
        "login": parts.username if parts else facts["user"],
        "password": parts.password if parts else facts["password"],
        "schema": parts.path.lstrip("/") if parts else facts["dbname"],
    }


@pytest.fixture
def mariadb_orders(mariadb_database: MariaDBDatabase) -> MariaDBDatabase:
    mariadb_database.execute(
        "create table orders (id int primary key, at datetime)",
        "insert into orders values (1, '2025-07-01 10:00:00'), (2, '2025-03-09 02:30:00'), (3, null)",
    )
    return mariadb_database


@pytest.mark.parametrize("conn_type", ["mysql", "mariadb"])
def test_mysql_connection_reads_without_a_provider(
    set_connection: Callable[..., None], mariadb_orders: MariaDBDatabase, conn_type: str
) -> None:
    set_connection(
        **{**describe_mariadb(mariadb_orders, connect_timeout=5, ssl=None), "conn_type": conn_type}
    )
    assert [row["id"] for row in read().records] == ["1", "2", "3"]


def test_zone_of_the_connection_goes_above_the_entitys(
    set_connection: Callable[..., None], mariadb_orders: MariaDBDatabase
) -> None:
    set_connection(**describe_mariadb(mariadb_orders, source_time_zone="America/Los_Angeles"))
    entity = make_entity(FIELDS, source_time_zone="Europe/Berlin")
    frames = [page.frame for page in read(source_time_zone="Europe/Berlin").pages if page.frame is not None]
    times = [time for frame in frames for time in transform_chunk(frame, entity).typed["at"].to_list()]
    assert times == [
        datetime(2025, 7, 1, 17, tzinfo=UTC),
        datetime(2025, 3, 9, 10, 30, tzinfo=UTC),
        None,
    ]


def test_unknown_zone_is_refused(set_connection: Callable[..., None]) -> None:
    set_connection(conn_type="mysql", host="127.0.0.1", extra={"source_time_zone": "Mars/Olympus"})
    with pytest.raises(ConfigError, match="Mars/Olympus"):
        read()


@pytest.mark.parametrize("ssl", ["yes", {"ca": "x", "cipher": "y"}], ids=["text", "unknown_key"])
def test_unknown_ssl_is_refused(set_connection: Callable[..., None], ssl: Any) -> None:
    set_connection(conn_type="mysql", host="127.0.0.1", extra={"ssl": ssl})
    with pytest.raises(ConfigError, match=r"extra\.ssl"):
        read()


def test_unknown_extra_is_said(
    set_connection: Callable[..., None], mariadb_orders: MariaDBDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    set_connection(**describe_mariadb(mariadb_orders, cursor="sscursor"))
    read()
    assert "extra key 'cursor' is not known" in caplog.text


def test_wrong_password_names_the_connection_and_hides_itself(
    set_connection: Callable[..., None], mariadb_orders: MariaDBDatabase
) -> None:
    set_connection(**{**describe_mariadb(mariadb_orders), "password": "wrong-secret"})
    with pytest.raises(AuthenticationError, match="shop_default") as caught:
        read()
    assert "wrong-secret" not in str(caught.value)


def test_postgres_connection_reads(
    set_connection: Callable[..., None], make_warehouse: Callable[..., Warehouse]
) -> None:
    warehouse = make_warehouse()
    warehouse.execute(
        "create table orders (id int, at timestamp); insert into orders values (7, '2025-07-01')"
    )
    set_connection(**describe_postgres(warehouse))
    assert read().records == [{"id": "7", "at": "2025-07-01T00:00:00.000000"}]


def test_any_other_database_is_read_through_its_own_hook(
    set_connection: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from airflow.sdk import Connection

    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table orders (id integer primary key, at text)")
        connection.execute("insert into orders values (5, '2025-07-01 10:00:00')")
        connection.commit()

    class Hook:
        placeholder = "?"

        def get_conn(self) -> sqlite3.Connection:
            return sqlite3.connect(path)

    monkeypatch.setattr(Connection, "get_hook", lambda self, **_: Hook())
    set_connection(conn_type="sqlite", host=str(path))
    assert read().records == [{"id": "5", "at": "2025-07-01 10:00:00"}]


def test_connection_without_a_database_hook_is_refused(
    set_connection: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk import Connection

    monkeypatch.setattr(Connection, "get_hook", lambda self, **_: object())
    set_connection(conn_type="ftp", host="127.0.0.1")
    with pytest.raises(ConfigError, match="ftp"):
        read()


def test_missing_provider_is_one_sentence_that_names_the_package(
    set_connection: Callable[..., None],
) -> None:
    set_connection(conn_type="sqlite", host="/tmp/shop.db")
    with pytest.raises(ConfigError, match=r"pip install apache-airflow-providers-sqlite\), got Unknown hook"):
        read()


def test_provider_whose_driver_is_missing_is_the_same_sentence(
    set_connection: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk import Connection

    def get_hook(_self: Any, **_: Any) -> Any:
        raise ModuleNotFoundError("No module named 'pyodbc'")

    monkeypatch.setattr(Connection, "get_hook", get_hook)
    set_connection(conn_type="odbc", host="127.0.0.1")
    with pytest.raises(ConfigError, match=r"providers-odbc\), got No module named 'pyodbc'"):
        read()


@pytest.mark.parametrize("conn_type", ["mysql", "mariadb"])
def test_missing_mysql_driver_is_one_sentence_that_names_the_extra(
    set_connection: Callable[..., None], monkeypatch: pytest.MonkeyPatch, conn_type: str
) -> None:
    from crm_sync.hooks.database import open_database

    monkeypatch.setitem(sys.modules, "mysql.connector", None)
    set_connection(conn_type=conn_type, host="127.0.0.1")
    with pytest.raises(
        ConfigError, match=r"shop_default, .*pip install 'crm-sync\[genius\]'\), got"
    ) as caught:
        open_database("shop_default")
    assert "\n" not in str(caught.value)


def test_postgres_source_is_not_opened_as_the_warehouse_is(
    set_connection: Callable[..., None], make_warehouse: Callable[..., Warehouse]
) -> None:
    from crm_sync.hooks.database import open_database

    set_connection(**describe_postgres(make_warehouse()))
    with closing(open_database("shop_default").connect()) as connection, connection.cursor() as cursor:
        cursor.execute("select current_setting('application_name'), current_setting('TimeZone')")
        name, zone = cursor.fetchone()
        cursor.execute("select reset_val from pg_settings where name = 'TimeZone'")
        assert (name, zone) == ("crm_sync source", cursor.fetchone()[0])
        # what the warehouse's hook asks for
        cursor.execute("select setting from pg_settings where name = 'TimeZone' and source = 'client'")
        assert cursor.fetchall() == []

"""The connection check of an SQL source: columns are described, no row is read, a failure says what it is."""

from __future__ import annotations

from dataclasses import replace

import mysql.connector
import pytest

from crm_sync.config.models import SourceConfig
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.door import Door
from crm_sync.sync.connection_check import check_source
from tests.sources.sql.sql_kit import FIELDS, make_entity

pytestmark = pytest.mark.postgres


def check(kit, entity, **changes):
    source = SourceConfig(
        crm_source="shop",
        kind="database",
        connection_id="shop_default",
        table_schema="shop",
        entities={"orders": entity},
    )
    database = replace(SqlDatabase(kit.dialect, kit.connect, "shop_default"), **changes)
    return list(check_source(source, lambda: Door(source, database)))[-1]


@pytest.fixture
def shop(kit):
    kit.execute("create table orders (id int primary key, name varchar(20), updated_at timestamp null)")
    kit.execute("insert into orders values (1, 'kept private', null)")
    return kit


def test_table_that_may_be_read_is_described_and_not_read(shop):
    seen = []

    class Watching(type(shop.dialect)):
        def fetch_rows(self, connection, statement):
            seen.append(statement.text)
            return super().fetch_rows(connection, statement)

        def fetch(self, connection, statement, kinds):
            raise AssertionError("a check reads no rows")

    finding = check(shop, make_entity(), dialect=Watching())
    assert (finding.is_good, finding.about) == (True, "shop.orders")
    assert "3 columns of orders may be selected" in finding.text
    assert not any("orders" in text and "1 = 0" not in text for text in seen)


def test_table_or_column_that_is_not_there_is_named(shop):
    assert "no_such" in check(shop, make_entity(table="no_such")).text
    wrong = check(shop, make_entity({**FIELDS, "city": {"type": "string"}}))
    assert (wrong.is_good, "city" in wrong.text) == (False, True)


def test_database_that_is_away_is_a_failure_and_takes_no_minutes(shop):
    def connect():
        raise OSError("nobody is there")

    finding = check(shop, make_entity(), connect=connect)
    assert (finding.is_good, finding.about) == (False, "connection shop_default")
    assert "nobody is there" in finding.text


def test_right_that_is_missing_for_a_table_is_told_in_the_databases_words(postgres_kit):
    postgres_kit.execute("create table orders (id int primary key, name varchar(20), updated_at timestamp)")

    def connect():
        connection = postgres_kit.connect()
        with connection.cursor() as cursor:
            cursor.execute("set role pg_monitor")
        connection.commit()
        return connection

    finding = check(postgres_kit, make_entity(), connect=connect)
    assert (finding.is_good, finding.about) == (False, "shop.orders")
    assert "may not log in or read here" in finding.text
    assert "permission denied for table orders" in finding.text


def test_wrong_login_is_one_finding_whatever_the_number_of_tables(mariadb_kit, mariadb_database):
    def connect():
        server = mariadb_database.server
        return mysql.connector.connect(
            host=server.host, port=server.port, user="nobody_here", password="made-up-77"
        )

    finding = check(mariadb_kit, make_entity(), connect=connect)
    assert (finding.is_good, finding.about) == (False, "connection shop_default")
    assert "Access denied" in finding.text
    assert "made-up-77" not in finding.text

"""The check of the warehouse user's rights: a missing one is named with a statement that helps; no write."""

from __future__ import annotations

import re

import psycopg2
import pytest
from psycopg2.extensions import make_dsn

from crm_sync.storage.migrations import migrate
from crm_sync.sync.connection_check import check_warehouse
from tests.conformance.tables import read_everything
from tests.shipped import read_shipped

pytestmark = pytest.mark.postgres
SOURCE = read_shipped("salesrabbit")


@pytest.fixture
def connect(empty_warehouse, postgres_dsn):
    """Opens connections of a role without any right of its own."""
    connection = psycopg2.connect(postgres_dsn)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("create role \"etl user\" login password 'made-up'")
    dsn = make_dsn(empty_warehouse.dsn, user="etl user", password="made-up")
    yield lambda: psycopg2.connect(dsn)
    empty_warehouse.execute('drop owned by "etl user" cascade')
    cursor.execute('drop role "etl user"')
    connection.close()


def find_failure(connect):
    failed = [one for one in check_warehouse(SOURCE, connect) if not one.is_good]
    return failed[0] if failed else None


def run_advice(warehouse, finding):
    """Run the statement that a failure advises."""
    (statement,) = re.findall(r": ([a-z][^:]*;)$", finding.text)
    warehouse.execute(statement)


def test_following_the_advice_ends_in_a_good_check_and_a_migration(empty_warehouse, connect):
    advised = []
    while (failure := find_failure(connect)) is not None:
        advised.append(failure.about)
        run_advice(empty_warehouse, failure)
    assert advised == ["schema crm_sync"]
    migrate(connect)
    assert [one.text for one in check_warehouse(SOURCE, connect)][1:] == [
        "may be read and written", "is not there yet and may be created"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("prepare", "about", "says"),
    [
        (["create schema crm_sync"], "schema crm_sync", "may not use the schema"),
        (
            ["create schema salesrabbit", "grant create on database {db} to \"etl user\""],
            "schema salesrabbit",
            "may not use the schema salesrabbit",
        ),
        (
            ["create schema salesrabbit", "grant usage on schema salesrabbit to \"etl user\"",
             "grant create on database {db} to \"etl user\""],
            "schema salesrabbit",
            "may not create the table salesrabbit.",
        ),
        (["revoke temporary on database {db} from public"], "warehouse crm_warehouse", "temporary tables"),
    ],
    ids=["bookkeeping-usage", "target-usage", "target-create", "temporary"],
)  # fmt: skip
def test_missing_right_is_named_and_its_advice_helps(empty_warehouse, connect, prepare, about, says):
    database = empty_warehouse.fetch_one("select quote_ident(current_database())")[0]
    for statement in prepare:
        empty_warehouse.execute(statement.format(db=database))
    failure = find_failure(connect)
    assert (failure.about, says in failure.text) == (about, True), failure
    assert "role etl user" in failure.text
    run_advice(empty_warehouse, failure)
    left = find_failure(connect)
    assert left is None or left.text != failure.text


def test_tables_of_crm_sync_that_are_closed_are_named(empty_warehouse, connect):
    migrate(empty_warehouse.connect)
    empty_warehouse.execute('grant usage, create on schema crm_sync to "etl user"')
    failure = find_failure(connect)
    assert failure.about == "schema crm_sync"
    assert "sync_history" in failure.text
    run_advice(empty_warehouse, failure)
    left = find_failure(connect)
    assert left is None or left.about == "schema salesrabbit"


def test_target_table_that_can_not_be_written_or_does_not_fit_is_named(empty_warehouse, connect):
    migrate(empty_warehouse.connect)
    for statement in (
        'grant all on schema crm_sync to "etl user"',
        'grant all on all tables in schema crm_sync to "etl user"',
        "create schema salesrabbit", "create table salesrabbit.users (id bigint primary key)",
        'grant all on schema salesrabbit to "etl user"',
    ):  # fmt: skip
        empty_warehouse.execute(statement)
    failure = find_failure(connect)
    assert "may not read and write salesrabbit.users" in failure.text
    run_advice(empty_warehouse, failure)
    assert "columns have to change" in find_failure(connect).text


def test_check_writes_nothing(empty_warehouse):
    before = read_everything(empty_warehouse)
    findings = list(check_warehouse(SOURCE, empty_warehouse.connect))
    assert all(one.is_good for one in findings)
    assert read_everything(empty_warehouse) == before


def test_server_that_is_away_or_read_only_ends_the_check(empty_warehouse):
    away = make_dsn(empty_warehouse.dsn, host="127.0.0.1", port=1, password="made-up")
    (finding,) = check_warehouse(SOURCE, lambda: psycopg2.connect(away))
    assert "the warehouse can't be used" in finding.text
    assert "made-up" not in finding.text
    read_only = make_dsn(empty_warehouse.dsn, options="-c default_transaction_read_only=on")
    (finding,) = check_warehouse(SOURCE, lambda: psycopg2.connect(read_only))
    assert "is read-only" in finding.text

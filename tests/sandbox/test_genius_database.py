"""The legacy CRM's database: what was made up is what it holds, and the application's changes show."""

from __future__ import annotations

import uuid

import mysql.connector
import pytest

from sandbox.genius.catalogue import TABLES
from sandbox.genius.database import GeniusDatabase
from sandbox.genius.rows import make_rows
from sandbox.genius.sandbox import GIVEN, be_active, running_genius
from sandbox.genius.values import NULL, escape

NAMES = sorted(TABLES)
COUNT = 90


@pytest.fixture(scope="module")
def crm(mariadb):
    """All 32 tables with a few rows each."""
    made = GeniusDatabase(mariadb, f"genius_{uuid.uuid4().hex[:8]}")
    made.create()
    made.fill(dict.fromkeys(TABLES, COUNT))
    yield made
    made.close()
    mariadb.run(f"drop database `{made.name}`")


@pytest.fixture
def fresh(mariadb):
    """A database without a table."""
    made = GeniusDatabase(mariadb, f"genius_{uuid.uuid4().hex[:8]}")
    yield made
    made.close()
    mariadb.run(f"drop database if exists `{made.name}`")


@pytest.mark.parametrize("name", NAMES)
def test_loaded_rows_are_the_made_up_ones(fresh, name):
    table = TABLES[name]
    fresh.create([name])
    fresh.fill({name: COUNT})
    rows = [[NULL if v is None else escape([v])[0] for v in row.values()] for row in fresh.read_texts(table)]
    made = [line.split("\t") for line in make_rows(table, range(COUNT), count=COUNT, seed=7)]
    # a floating-point number has more than one spelling
    floats = [place for place, column in enumerate(table.columns) if column.kind == "double"]
    for row in [*rows, *made]:
        for place in floats:
            row[place] = str(float(row[place]))
    assert sorted(rows) == sorted(made)


@pytest.mark.parametrize("name", NAMES)
def test_change_moves_the_cursor_to_the_wall_clock_and_alters_a_value_each_time(crm, name):
    table = TABLES[name]

    def read(key):
        return next(r for r in crm.read_texts(table) if [r[n] for n in table.key] == [str(k) for k in key])

    (key,) = crm.change(table, 1)
    first, now = read(key), crm.now()
    crm._change(table, [key])
    second = read(key)
    others = {n for n in first if first[n] != second[n]} - {table.changed_column}
    assert len(others) == 1
    if table.changed_column:
        assert abs((crm.now() - now).total_seconds()) < 60
        assert second[table.changed_column] >= str(now)


@pytest.mark.parametrize("name", NAMES)
def test_add_and_remove_change_the_number_of_rows_only(crm, name):
    table = TABLES[name]
    before = set(crm.list_keys(table))
    new = crm.add(table)
    assert set(crm.list_keys(table)) == before | {new}
    gone = crm.remove(table, 2)
    assert set(crm.list_keys(table)) == (before | {new}) - set(gone)
    assert len(set(gone)) == 2


def test_load_that_the_server_has_to_change_is_an_error(fresh):
    fresh.create(["division_region"])
    with pytest.raises(RuntimeError, match="division_region took"):
        fresh.load(TABLES["division_region"], ["1\tfirst\t1", "2\tsecond\tmany"])


def test_reader_may_select_and_nothing_else(crm):
    crm.grant_reader(f"r_{crm.name}", "secret")
    server = crm.server
    login = {"host": server.host, "port": server.port, "user": f"r_{crm.name}", "password": "secret"}
    connection = mysql.connector.connect(**login, database=crm.name)
    cursor = connection.cursor()
    cursor.execute("select count(*) from job")
    assert cursor.fetchone()[0] > 0
    with pytest.raises(mysql.connector.Error, match="denied"):
        cursor.execute("update job set status = 1")
    connection.close()
    server.run(f"drop user 'r_{crm.name}'@'%'")


def test_sandbox_keeps_its_rows_and_is_active_between_two_runs(mariadb, tmp_path, monkeypatch):
    monkeypatch.setenv(GIVEN, mariadb.url)
    crm = GeniusDatabase(mariadb)
    mariadb.run("drop database if exists genius")
    try:
        with running_genius(tmp_path, activity=True) as connection:
            assert (connection["schema"], connection["login"]) == ("genius", "genius_reader")
            total = sum(crm.fetch(f"select count(*) from `{name}`")[0][0] for name in TABLES)
            assert 19_000 < total < 21_000
            first = crm.fetch("select max(updated_at) from job")
        with running_genius(tmp_path, activity=False):
            assert crm.fetch("select max(updated_at) from job") == first
        with running_genius(tmp_path, activity=True):
            assert crm.fetch("select max(updated_at) from job") > first
            assert sum(crm.fetch(f"select count(*) from `{name}`")[0][0] for name in TABLES) == total + 5
        be_active(crm)
        assert len(crm.fetch("select 1 from job where updated_at > %s", [first[0][0]])) >= 6
    finally:
        crm.close()
        mariadb.run("drop database if exists genius", "drop user if exists 'genius_reader'@'%'")

"""A clock or zone that does not fit is seen: in the run's facts, in its log and in the connection check."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crm_sync.constants import SyncMode
from crm_sync.sources.sql.clocks import Newest, compare_walls, say_span
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.generic import GenericDialect
from crm_sync.sources.sql.probes import probe_login, probe_table
from crm_sync.sources.sql.source import SqlTableSource
from tests.sources.sql.sql_kit import NOON, SqlKit, insert_orders, make_entity, make_orders, make_request

NOW = datetime(2026, 1, 15, 20, tzinfo=UTC)
ZONE = "America/Los_Angeles"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=4.9), "4 s"),
        (timedelta(minutes=12, seconds=30), "12 min"),
        (timedelta(hours=8, minutes=2), "8 h 2 min"),
        (timedelta(days=1234, hours=5), "1,234 d 5 h"),
    ],
    ids=["seconds", "minutes", "hours", "days"],
)
def test_span_is_said_in_its_greatest_units(span: timedelta, words: str) -> None:
    assert say_span(span) == words
    assert str(Newest("updated_at", NOW - span, NOW)) == f"newest updated_at is {words} old"


@pytest.mark.parametrize(("ahead_s", "is_ahead"), [(0, False), (290, False), (310, True), (28_800, True)])
def test_newest_row_is_ahead_beyond_five_minutes(ahead_s: int, is_ahead: bool) -> None:
    newest = Newest("updated_at", NOW + timedelta(seconds=ahead_s), NOW)
    assert newest.is_ahead is is_ahead
    assert newest.to_json()["newest_age_seconds"] == -ahead_s


@pytest.mark.parametrize(
    ("wall", "said"),
    [
        ("2026-01-15 12:00:30", "its clock is that of America/Los_Angeles"),
        ("2026-01-15 20:00:00", "its own clock shows 2026-01-15 20:00, source_time_zone "),
    ],
    ids=["same", "another"],
)
def test_wall_clock_is_compared_with_the_configured_zone(wall: str, said: str) -> None:
    assert compare_walls(datetime.fromisoformat(wall), {ZONE}, NOW).startswith(said)


def make_rows(
    kit: SqlKit, age: timedelta, *, zone_offset: timedelta = timedelta(), indexed: bool = True
) -> None:
    """Fill orders with rows whose newest one was written so long ago on a clock with an offset."""
    make_orders(kit, indexed=indexed)
    wall = (datetime.now(UTC) - age + zone_offset).replace(tzinfo=None)
    insert_orders(kit, [(1, "2024-01-01 00:00:00"), (2, f"{wall}"), (3, "2024-01-02 00:00:00")])


@pytest.mark.parametrize("mode", [SyncMode.FULL, SyncMode.DELTA])
@pytest.mark.postgres
def test_rows_that_seem_old_in_a_wrong_zone_are_no_silence(
    kit: SqlKit, caplog: pytest.LogCaptureFixture, mode: SyncMode
) -> None:
    # written a minute ago in Los Angeles, but the YAML says UTC
    make_rows(kit, timedelta(minutes=1), zone_offset=timedelta(hours=-8))
    window = {} if mode is SyncMode.FULL else {"since": datetime.now(UTC), "until": datetime.now(UTC)}
    found = kit.read(make_entity(cursor="updated_at"), **window)
    assert 8 * 3600 + 55 < found.facts["newest_age_seconds"] < 8 * 3600 + 120
    assert datetime.fromisoformat(found.facts["newest"]).utcoffset() == timedelta()
    # nothing changed for hours, for all that is known
    assert not caplog.records


@pytest.mark.postgres
def test_rows_of_the_future_are_a_warning_that_names_the_zone(
    kit: SqlKit, caplog: pytest.LogCaptureFixture
) -> None:
    make_rows(kit, timedelta(minutes=1))
    entity = make_entity(cursor="updated_at", source_time_zone=ZONE)
    with caplog.at_level(logging.WARNING):
        found = kit.read(entity, since=NOON)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "orders: the newest updated_at lies" in record.message
    assert "h 58 min ahead of the clock" in record.message
    assert f"source_time_zone {ZONE}" in record.message
    assert found.facts["newest_age_seconds"] < -6 * 3600


@pytest.mark.postgres
def test_column_that_knows_its_zone_is_not_moved_by_the_configured_one(
    kit: SqlKit, caplog: pytest.LogCaptureFixture
) -> None:
    kind = "timestamp null" if kit.is_mariadb else "timestamptz"
    kit.execute(
        f"create table orders (id int primary key, name varchar(9), updated_at {kind})",
        "insert into orders values (1, 'a', current_timestamp)",
    )
    found = kit.read(make_entity(cursor="updated_at", source_time_zone="Pacific/Kiritimati"))
    assert -5 < found.facts["newest_age_seconds"] < 60
    assert not caplog.records


@pytest.mark.parametrize(
    ("database", "values"),
    [
        ("mariadb", None),
        ("postgres", None),
        ("mariadb", "(1, null)"),
        ("postgres", "(1, null)"),
        ("mariadb", "(1, '0000-00-00 00:00:00')"),
        ("postgres", "(1, 'infinity')"),
        ("postgres", "(1, '10000-01-01')"),
    ],
)
@pytest.mark.postgres
def test_time_that_is_none_is_no_fact_and_no_failure(
    request: pytest.FixtureRequest, database: str, values: str | None
) -> None:
    kit = request.getfixturevalue(f"{database}_kit")
    make_orders(kit)
    if values:
        lenient = ["set sql_mode = ''"] if kit.is_mariadb else []
        kit.execute(*lenient, f"insert into orders (id, updated_at) values {values}")
    found = kit.read(make_entity(cursor="updated_at"))
    assert "newest" not in found.facts
    assert len(found.ids) == (0 if values is None else 1)


@pytest.mark.postgres
def test_table_without_an_index_is_asked_by_whole_reads_alone(kit: SqlKit) -> None:
    make_rows(kit, timedelta(hours=3), indexed=False)
    entity = make_entity(cursor="updated_at")
    assert "newest" not in kit.read(entity, since=NOON).facts
    assert "newest" in kit.read(entity).facts
    assert "newest" not in kit.read(make_entity()).facts


def test_any_other_database_tells_its_newest_row_too(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    wall = datetime.now(UTC) - timedelta(hours=2)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table orders (id integer primary key, name text, updated_at text)")
        connection.execute("insert into orders values (1, 'a', ?)", (f"{wall:%Y-%m-%d %H:%M:%S}",))
        connection.commit()
    dialect = GenericDialect("?", times_as_text=True)
    database = SqlDatabase(dialect, lambda: sqlite3.connect(path), "shop_default")
    entity = make_entity(cursor="updated_at")
    with closing(SqlTableSource(entity, database)) as source:
        list(source.read_pages(make_request(entity), {}))
        assert 7190 < source.describe()["newest_age_seconds"] < 7260


@pytest.mark.parametrize(
    ("zone", "indexed", "said"),
    [
        ("UTC", True, "; the newest updated_at is 2 d 3 h old"),
        ("Etc/GMT+12", True, "; the newest updated_at is 1 d 15 h old"),
        ("UTC", False, "; no index begins with updated_at"),
    ],
    ids=["right", "west", "no_index"],
)
@pytest.mark.postgres
def test_check_tells_how_old_the_newest_row_is(kit: SqlKit, zone: str, indexed: bool, said: str) -> None:
    make_rows(kit, timedelta(days=2, hours=3, minutes=1), indexed=indexed)
    database = SqlDatabase(kit.dialect, kit.connect, "shop_default", time_zone=zone)
    assert probe(make_entity(cursor="updated_at"), database) == f"3 columns of orders may be selected{said}"


@pytest.mark.postgres
def test_check_doubts_a_zone_in_which_rows_lie_ahead(kit: SqlKit) -> None:
    make_rows(kit, timedelta(minutes=1))
    database = SqlDatabase(kit.dialect, kit.connect, "shop_default", time_zone="Etc/GMT+12")
    said = probe(make_entity(cursor="updated_at"), database)
    assert "lies 11 h 5" in said
    assert said.endswith(": are its rows written in source_time_zone Etc/GMT+12?")


@pytest.mark.postgres
def test_check_compares_the_servers_own_clock(kit: SqlKit) -> None:
    database = SqlDatabase(kit.dialect, kit.connect, "shop_default")
    # no server is set to this one
    said = probe_login(database, {"Pacific/Kiritimati"})
    assert said is not None
    assert "its own clock shows 20" in said
    assert "source_time_zone Pacific/Kiritimati 20" in said
    # what the connection names counts for all tables
    named = SqlDatabase(kit.dialect, kit.connect, "shop_default", time_zone="Pacific/Niue")
    assert "source_time_zone Pacific/Niue" in str(probe_login(named, {"Pacific/Kiritimati"}))


@pytest.mark.postgres
def test_check_knows_the_zone_that_a_database_sets_for_its_sessions(postgres_kit: SqlKit) -> None:
    ((name,),) = run(postgres_kit, "select current_database()")
    postgres_kit.execute(f'alter database "{name}" set timezone = "{ZONE}"')
    database = SqlDatabase(postgres_kit.dialect, postgres_kit.connect, "shop_default")
    assert str(probe_login(database, {ZONE})).endswith(f"its clock is that of {ZONE}")


def run(kit: SqlKit, statement: str) -> list[tuple[Any, ...]]:
    """Read a few rows."""
    with closing(kit.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def probe(entity: Any, database: SqlDatabase) -> str:
    """Check one table."""
    return probe_table(entity, entity.read, database)

"""Deltas of sqlite, which has no type for times: a notation is found, or the read refused in a sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.generic import GenericDialect
from crm_sync.sources.sql.source import SqlTableSource
from tests.unit.sources.sql_support import NOON, LeapingClock, make_entity, make_request

FORMS: dict[str, Callable[[datetime], Any]] = {
    "blank": lambda at: f"{at:%Y-%m-%d %H:%M:%S}",
    "fraction": lambda at: f"{at:%Y-%m-%d %H:%M:%S.%f}",
    "blank_offset": lambda at: f"{at:%Y-%m-%d %H:%M:%S}+00:00",
    "iso": lambda at: f"{at:%Y-%m-%dT%H:%M:%S}",
    "iso_z": lambda at: f"{at:%Y-%m-%dT%H:%M:%S}Z",
    "iso_z_millis": lambda at: f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
    "seconds": lambda at: int(at.timestamp()),
    "real_seconds": lambda at: at.timestamp(),
    "millis": lambda at: int(at.timestamp() * 1000),
    "micros": lambda at: int(at.timestamp() * 1_000_000),
}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A sqlite file whose column for times takes what it is given."""
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.execute("create table orders (id integer primary key, at)")
        yield connection


def read(shop: sqlite3.Connection, **values: Any) -> list[Any]:
    """Read the table; gives the ids."""
    shop.commit()
    path = shop.execute("pragma database_list").fetchone()[2]
    entity = make_entity({"id": {"type": "integer"}}, cursor="at", page_size=2, safety_lag_s=0, **{
        key: values.pop(key) for key in ("source_time_zone",) if key in values
    })  # fmt: skip
    database = SqlDatabase(GenericDialect("?", times_as_text=True), lambda: sqlite3.connect(path), "x")
    with closing(SqlTableSource(entity, database, waiter=LeapingClock().waiter())) as source:
        pages = list(source.read_pages(make_request(entity, **values), {}))
    return [row["id"] for page in pages for row in page.frame.to_dicts()]


def insert(shop: sqlite3.Connection, *values: Any) -> None:
    shop.executemany("insert into orders (at) values (?)", [(value,) for value in values])


@pytest.mark.parametrize("form", FORMS)
def test_window_has_every_row_from_its_first_to_its_last_second(shop: sqlite3.Connection, form: str) -> None:
    times = [NOON + timedelta(minutes=15 * n, microseconds=400_000) for n in range(-60, 60)]
    insert(shop, *(FORMS[form](at) for at in times))
    since = datetime(2025, 5, 1, 10, tzinfo=UTC)
    ids = [int(one) for one in read(shop, since=since)]
    inside = [number for number, at in enumerate(times, 1) if since <= at <= NOON]
    # what was written in the last second may come, too: the next run reads it again
    assert sorted(ids) in (inside, [*inside, inside[-1] + 1])


@pytest.mark.parametrize("form", ["blank", "iso", "fraction"])
def test_text_without_a_zone_is_the_wall_clock_of_the_source(shop: sqlite3.Connection, form: str) -> None:
    wall = datetime(2025, 5, 1, 4, 30, tzinfo=UTC)
    insert(shop, FORMS[form](wall), FORMS[form](wall - timedelta(hours=3)))
    found = read(shop, since=NOON - timedelta(hours=1), source_time_zone="America/Los_Angeles")
    assert found == ["1"]


def test_text_with_a_zone_is_a_moment_whatever_the_zone_of_the_source(shop: sqlite3.Connection) -> None:
    insert(shop, "2025-05-01T11:30:00Z", "2025-05-01T04:30:00Z")
    found = read(shop, since=NOON - timedelta(hours=1), source_time_zone="America/Los_Angeles")
    assert found == ["1"]


def test_days_are_read_from_the_windows_first_on(shop: sqlite3.Connection) -> None:
    insert(shop, "2025-04-29", "2025-04-30", "2025-05-01", "2025-05-02")
    assert read(shop, since=datetime(2025, 4, 30, 23, tzinfo=UTC)) == ["2", "3"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["x"], "holds a text that is not a time"),
        (["05/01/2025"], "holds a text that is not a time"),
        ([2460796.5], "holds a number that is not a time"),
        ([7, 8], "holds a number that is not a time"),
        ([b"2025-05-01 10:00:00"], "holds a value of the type bytes that is not a time"),
        (["2025-05-01T10:00:00+02:00"], "holds a text that is not a time"),
        ([1746093600, "2025-05-01 10:00:00"], "times in more than one notation"),
        ([1746093600, 1746093600000], "times in more than one notation"),
        (["2025-05-01 10:00:00", "2025-05-01T10:00:00"], "times in more than one notation"),
        (["2025-05-01 10:00:00", "2025-05-01T10:00:00Z", "2025-05-02 10:00:00"], "not all times in one"),
        (["2025-05-01 10:00:00", "2025-05-01 10:00:00Z", "2025-05-02 10:00:00"], "not all times in one"),
        (["2025-05-01 10:00:00", "2025-05-01 9:00:00", "2025-05-02 10:00:00"], "not all times in one"),
        (["2025-05-01", "2025-05-01 10:00:00", "2025-05-02"], "not all times in one"),
        (["2025-05-01T10:00:00Z", "2025-05-01T11:00:00+02:00", "2025-05-02T10:00:00Z"], "not all times"),
    ],
)
@pytest.mark.parametrize("since", [None, datetime(2025, 5, 1, tzinfo=UTC)], ids=["full", "delta"])
def test_anything_else_is_refused_before_the_first_read(
    shop: sqlite3.Connection, values: list[Any], said: str, since: datetime | None
) -> None:
    insert(shop, *values)
    with pytest.raises(FatalSourceError, match=rf"orders: column at .*{said}.*expected a date or time"):
        read(shop, since=since)


def test_empty_and_null_columns_are_fine(shop: sqlite3.Connection) -> None:
    assert read(shop, since=NOON) == []
    insert(shop, None)
    assert read(shop, since=NOON) == ["1"]


def test_null_cursor_is_looked_at_too(shop: sqlite3.Connection) -> None:
    shop.execute("alter table orders add column made")
    shop.execute("insert into orders (at, made) values (null, 'yesterday')")
    shop.commit()
    path = shop.execute("pragma database_list").fetchone()[2]
    entity = make_entity({"id": {}}, cursor="at", null_cursor="made")
    database = SqlDatabase(GenericDialect("?", times_as_text=True), lambda: sqlite3.connect(path), "x")
    with closing(SqlTableSource(entity, database)) as source, pytest.raises(FatalSourceError, match="made"):
        list(source.read_pages(make_request(entity, since=NOON), {}))


def test_objects_of_a_driver_tell_their_kind(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table orders (id integer primary key, at)")
        connection.execute("insert into orders values (1, '2025-05-01 11:30:00'), (2, '2025-04-01 11:30:00')")
        connection.commit()

    class Typed(GenericDialect):
        """As the driver of a database that has a type for times."""

        def fetch_rows(self, connection: Any, statement: Any) -> list[tuple[Any, ...]]:
            rows = super().fetch_rows(connection, statement)
            return [tuple(_read(value) for value in row) for row in rows]

    def _read(value: Any) -> Any:
        return datetime.fromisoformat(value) if str(value).startswith("2025") else value

    sqlite3.register_adapter(datetime, str)
    entity = make_entity({"id": {}}, cursor="at", safety_lag_s=0)
    with closing(SqlTableSource(entity, SqlDatabase(Typed("?"), lambda: sqlite3.connect(path), "x"))) as one:
        pages = list(one.read_pages(make_request(entity, since=NOON - timedelta(hours=1)), {}))
    assert [row["id"] for page in pages for row in page.frame.to_dicts()] == ["1"]

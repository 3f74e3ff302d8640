"""Times arrive as they were sent, however they are spelled on the way."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
from psycopg2 import sql

from crm_sync.storage import copy
from crm_sync.storage.copy import copy_rows

pytestmark = pytest.mark.postgres

MOMENTS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(99, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(1899, 12, 31, 0, 0, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2024, 2, 29, 12, 34, 56, tzinfo=UTC),
    None,
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
]
FINE = [
    one and one.replace(microsecond=number)
    for one, number in zip(MOMENTS, (1, 0, 10, 999_999, 120_000, 0, 5), strict=True)
]
DAYS = [one and one.date() for one in MOMENTS]


@pytest.mark.parametrize("style", ["ISO, MDY", "ISO, DMY", "SQL, YMD"])
@pytest.mark.parametrize("slice_rows", [8192, 2])
def test_times_are_kept_to_the_microsecond(clean_warehouse, monkeypatch, style, slice_rows):
    monkeypatch.setattr(copy, "_SLICE_ROWS", slice_rows)
    frame = pl.DataFrame(
        {"at": MOMENTS, "fine": FINE, "day": DAYS, "late_day": DAYS},
        schema_overrides=dict.fromkeys(("at", "fine"), pl.Datetime("us", "UTC")),
    )
    connection = clean_warehouse.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute(f"set datestyle = '{style}'; set timezone = 'UTC'")
        cursor.execute(
            "create temp table t (n serial, at timestamptz, fine timestamptz, day date, late_day timestamptz)"
        )
        assert copy_rows(cursor, sql.Identifier("t"), frame) == len(MOMENTS)
        cursor.execute(
            "select extract(epoch from at) * 1000000, extract(epoch from fine) * 1000000, "
            "day - date '2000-01-01', extract(epoch from late_day) from t order by n"
        )
        found = cursor.fetchall()
    connection.close()
    assert [row[0] for row in found] == frame["at"].dt.epoch("us").to_list()
    assert [row[1] for row in found] == frame["fine"].dt.epoch("us").to_list()
    assert [row[2] for row in found] == [one and (one - date(2000, 1, 1)).days for one in DAYS]
    assert [row[3] for row in found] == frame["day"].cast(pl.Datetime).dt.epoch("s").to_list()


def test_a_text_column_keeps_the_long_spelling(clean_warehouse):
    frame = pl.DataFrame({"at": MOMENTS[4:5], "day": DAYS[4:5]}).with_columns(
        pl.col("at").cast(pl.Datetime("us", "UTC"))
    )
    connection = clean_warehouse.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute("create temp table t (at text, day varchar)")
        copy_rows(cursor, sql.Identifier("t"), frame)
        cursor.execute("select at, day from t")
        assert cursor.fetchall() == [("2024-02-29 12:34:56.000000+00", "2024-02-29")]
    connection.close()


@pytest.mark.parametrize("slice_rows", [8192, 2])
def test_rows_are_sent_in_the_order_that_is_given(clean_warehouse, monkeypatch, slice_rows):
    monkeypatch.setattr(copy, "_SLICE_ROWS", slice_rows)
    frame = pl.DataFrame({"a": [1, 2, 3, 4, 5]})
    with clean_warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute("create temp table t (n serial, a int)")
        assert copy_rows(cursor, sql.Identifier("t"), frame, order=pl.Series([4, 0, 2, 1, 3])) == 5
        cursor.execute("select a from t order by n")
        assert [a for (a,) in cursor.fetchall()] == [5, 1, 3, 2, 4]

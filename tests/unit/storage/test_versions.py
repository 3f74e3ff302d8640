"""Which of several versions of a key is the newest: hours that come twice, and times that can't be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from crm_sync.storage.rows.versions import keep_newest

FOLD = datetime(2025, 11, 2, 8, tzinfo=UTC)
FUTURE = datetime(2026, 1, 1, tzinfo=UTC)


def minutes(number):
    return FOLD + timedelta(minutes=number)


def find_newest(*rows):
    schema = {"name": pl.String, "at": pl.Datetime("us", "UTC"), "_ambiguous": pl.Boolean}
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(id=pl.lit("1"))
    return keep_newest(frame, ("id",), "at", future=FUTURE)["name"].to_list()


@pytest.mark.parametrize(
    ("rows", "newest"),
    [
        ([("a", minutes(50), True), ("b", minutes(10), True)], "b"),
        ([("a", minutes(10), True), ("b", minutes(50), True)], "b"),
        ([("a", minutes(50), False), ("b", minutes(10), False)], "a"),
        ([("a", minutes(125), False), ("b", minutes(10), True)], "a"),
        ([("a", minutes(10), True), ("b", minutes(-5), False)], "a"),
        ([("a", minutes(50), True), ("b", minutes(50) - timedelta(days=364), True)], "a"),
        ([("a", FUTURE + timedelta(days=9), False), ("b", minutes(10), False)], "b"),
        ([("a", minutes(10), False), ("b", FUTURE + timedelta(days=9), False)], "a"),
        ([("a", FUTURE + timedelta(days=9), False), ("b", None, False)], "a"),
    ],
    ids=["clock-went-back", "second-pass-later", "offsets-given", "hour-after-it", "hour-before-it",
         "another-year", "future-first", "future-last", "future-or-none"],
)  # fmt: skip
def test_newest_version_is(rows, newest):
    assert find_newest(*rows) == [newest]

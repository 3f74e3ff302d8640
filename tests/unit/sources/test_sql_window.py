"""A delta's bounds on the wall clock of the source, through clock changes and whole days."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crm_sync.sources.sql.kinds import ColumnKind
from crm_sync.sources.sql.window import build_window
from tests.unit.sources.sql_support import make_entity, make_request

ZONE = "America/Los_Angeles"
BERLIN = "Europe/Berlin"


def bounds(low: str, high: str, zone: str, kind: ColumnKind = ColumnKind.WALL_TIME) -> tuple[str, str]:
    request = make_request(
        make_entity(),
        since=datetime.fromisoformat(low + "+00:00"),
        until=datetime.fromisoformat(high + "+00:00"),
    )
    found = build_window(request, 60, zone).bounds(kind)
    return found[0].isoformat(), found[1].isoformat()


def test_high_bound_is_the_watermark_and_the_lag() -> None:
    assert bounds("2025-05-01T10:00:01", "2025-05-01T12:00:00", "UTC") == (
        "2025-05-01T10:00:01",
        "2025-05-01T12:01:00",
    )


@pytest.mark.parametrize(
    ("low", "high", "zone", "expected"),
    [
        ("2025-07-01T10:00:01", "2025-07-01T12:00:00", ZONE, ("2025-07-01T03:00:01", "2025-07-01T05:01:00")),
        ("2025-01-01T10:00:01", "2025-01-01T12:00:00", ZONE, ("2025-01-01T02:00:01", "2025-01-01T04:01:00")),
        # put back at 09:00Z from 02:00 to 01:00: what is written after it shows an earlier time
        ("2025-11-02T08:55:01", "2025-11-02T12:00:00", ZONE, ("2025-11-02T00:55:01", "2025-11-02T04:01:00")),
        # the hour is read from where it began first
        ("2025-11-02T09:40:01", "2025-11-02T12:00:00", ZONE, ("2025-11-02T01:00:00", "2025-11-02T04:01:00")),
        ("2025-11-02T10:05:01", "2025-11-02T12:00:00", ZONE, ("2025-11-02T01:00:00", "2025-11-02T04:01:00")),
        # and what was written before it shows a later one
        ("2025-11-02T05:00:01", "2025-11-02T09:05:00", ZONE, ("2025-11-01T22:00:01", "2025-11-02T02:06:00")),
        # put forward at 10:00Z: nothing shows 02:30, no moment is left out
        ("2025-03-09T09:55:01", "2025-03-09T10:05:00", ZONE, ("2025-03-09T01:55:01", "2025-03-09T03:06:00")),
        # yet what doesn't change its clock goes on to write it
        ("2025-03-09T10:35:01", "2025-03-09T12:00:00", ZONE, ("2025-03-09T02:35:01", "2025-03-09T05:01:00")),
        ("2025-03-09T09:00:01", "2025-03-09T09:40:00", ZONE, ("2025-03-09T01:00:01", "2025-03-09T02:41:00")),
    ],
    ids=[
        *("summer", "winter", "low_before_put_back", "low_in_second_pass", "low_after_second_pass"),
        *("high_after_put_back", "put_forward", "low_after_put_forward", "high_before_put_forward"),
    ],
)
def test_wall_clock_bounds_cover_every_moment_of_the_window(
    low: str, high: str, zone: str, expected: tuple[str, str]
) -> None:
    assert bounds(low, high, zone) == expected


def test_moment_column_is_compared_in_utc() -> None:
    found = bounds("2025-07-01T10:00:01.900000", "2025-07-01T12:00:00", ZONE, ColumnKind.MOMENT)
    assert found == ("2025-07-01T10:00:01+00:00", "2025-07-01T12:01:00+00:00")


def test_low_bound_is_cut_to_the_second() -> None:
    assert bounds("2025-07-01T10:00:01.999999", "2025-07-01T12:00:00", "UTC")[0] == "2025-07-01T10:00:01"


@pytest.mark.parametrize(
    ("zone", "expected"),
    [(BERLIN, "2025-07-01T00:00:00"), (ZONE, "2025-06-30T17:00:00")],
    ids=["east", "west"],
)
def test_day_begins_no_later_than_the_sources_midnight(zone: str, expected: str) -> None:
    assert bounds("2025-07-01T00:00:00", "2025-07-03T12:00:00", zone)[0] == expected


def test_every_moment_of_a_night_of_clock_change_lies_within_its_window() -> None:
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    start = datetime(2025, 11, 2, 5, tzinfo=UTC)
    for minutes in range(0, 480, 7):
        low = start + timedelta(minutes=minutes)
        high = low + timedelta(minutes=31)
        request = make_request(make_entity(), since=low, until=high)
        first, last = build_window(request, 0, ZONE).bounds(ColumnKind.WALL_TIME)
        for inside in range(32):
            wall = (low + timedelta(minutes=inside)).astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
            assert first <= wall <= last

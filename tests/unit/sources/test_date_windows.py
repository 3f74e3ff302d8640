"""Spans of days for sources that filter by an event's time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_sync.config.rest_filters import DateWindows
from crm_sync.sources.rest.date_windows import (
    DayRange,
    describe_cut,
    describe_near_cut,
    find_span,
    plan_windows,
)

ZONE = ZoneInfo("UTC")
START = datetime(2020, 1, 1, tzinfo=UTC)
UNTIL = datetime(2026, 3, 10, 12, tzinfo=UTC)


def make(**config):
    base = {"from_param": "start", "to_param": "end", "column": "at", "first": "2025-12-15"}
    return DateWindows.model_validate({**base, **config})


def test_full_read_is_split_at_the_ends_of_months():
    planned = plan_windows(make(), ZONE, since=None, until=UNTIL)
    assert planned == [
        DayRange(date(2025, 12, 15), date(2025, 12, 31)),
        DayRange(date(2026, 1, 1), date(2026, 1, 31)),
        DayRange(date(2026, 2, 1), date(2026, 2, 28)),
        DayRange(date(2026, 3, 1), date(2026, 3, 10)),
    ]


@given(
    longest=st.one_of(st.just("month"), st.integers(1, 400).map(lambda days: f"{days}d")),
    retention=st.integers(1, 900),
    until=st.integers(0, 3650 * 24).map(
        lambda hours: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    ),
)
def test_windows_follow_each_other_without_gap_or_overlap(longest, retention, until):
    windows = make(longest=longest, first=None, retention_days=retention)
    planned = plan_windows(windows, ZONE, since=None, until=until)
    assert planned[0].first == until.date() - timedelta(days=retention)
    assert planned[-1].last == until.date()
    for before, after in pairwise(planned):
        assert after.first == before.last + timedelta(days=1)
    assert all(one.first <= one.last for one in planned)


def test_delta_looks_back_and_ahead_but_never_beyond_the_first_day():
    windows = make(back_s="30d", ahead_s="60d", longest="400d")
    since = datetime(2026, 2, 20, tzinfo=UTC)
    assert plan_windows(windows, ZONE, since=since, until=UNTIL) == [
        DayRange(date(2026, 1, 21), date(2026, 5, 9))
    ]
    early = plan_windows(windows, ZONE, since=datetime(2001, 1, 1, tzinfo=UTC), until=UNTIL)
    assert early[0].first == date(2025, 12, 15)


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("America/Los_Angeles", date(2026, 3, 9)),
        ("UTC", date(2026, 3, 10)),
        ("Asia/Tokyo", date(2026, 3, 10)),
    ],
    ids=["behind", "utc", "ahead"],
)
def test_day_of_a_bound_is_the_sources_own(zone, first):
    since = datetime(2026, 3, 10, 3, tzinfo=UTC)
    assert plan_windows(make(), ZoneInfo(zone), since=since, until=UNTIL)[0].first == first


def test_parameters_are_days_or_moments_with_offset():
    window = DayRange(date(2026, 3, 1), date(2026, 3, 31))
    assert window.build_params(make(), ZONE) == {"start": "2026-03-01", "end": "2026-03-31"}
    # the clocks change within this month: each end has the offset of its own day
    assert window.build_params(make(format="iso"), ZoneInfo("America/Denver")) == {
        "start": "2026-03-01T00:00:00-07:00",
        "end": "2026-04-01T00:00:00-06:00",
    }


def test_span_ends_after_the_last_day():
    since, until = find_span(plan_windows(make(), ZONE, since=None, until=UNTIL), ZONE)
    assert (since.isoformat(), until.isoformat()) == (
        "2025-12-15T00:00:00+00:00",
        "2026-03-11T00:00:00+00:00",
    )


@pytest.mark.parametrize(
    ("config", "ends"),
    [({}, (True, True)), ({"first": None, "retention_days": 90}, (False, True))],
    ids=["first", "retention"],
)
def test_whole_read_of_planned_events_has_open_ends(config, ends):
    """An event that was moved far ahead, or far back, must be seen, or its row would be taken as deleted."""
    planned = plan_windows(make(ahead_s="10d", **config), ZONE, since=None, until=UNTIL)
    inside = plan_windows(make(**config), ZONE, since=None, until=UNTIL)
    assert (planned[0].first < inside[0].first - timedelta(days=7000)) is ends[0]
    assert (planned[-1].last > UNTIL.date() + timedelta(days=7000)) is ends[1]
    for before, after in pairwise(planned):
        assert after.first == before.last + timedelta(days=1)


@pytest.mark.parametrize(
    "given_start", [{}, {"first": "2020-01-01", "retention_days": 9}], ids=["none", "two"]
)
def test_windows_need_one_start(given_start):
    with pytest.raises(ValueError, match="either first or retention_days"):
        DateWindows.model_validate({"from_param": "a", "to_param": "b", "column": "at", **given_start})


FIRST = "full reads start at 2025-12-15 (windows.first)."
RETAINED = "the source looks back 90 days only (windows.retention_days)."
RETENTION = {"first": None, "retention_days": 90}


@pytest.mark.parametrize(
    ("config", "since", "words"),
    [
        ({}, "2025-12-15T00:00", ()),
        ({"back_s": "900d"}, "2025-12-15T00:00", ()),
        ({}, "2025-12-14T23:59", ("Nothing before 2025-12-15 was asked for", "2025-12-14T23:59", FIRST)),
        (RETENTION, "2025-12-10T00:00", ()),
        (RETENTION, "2020-01-01T00:00", ("Nothing before 2025-12-10 was asked for", "2020-01-01T", RETAINED)),
    ],
    ids=["first_day", "look_back_is_no_start", "before_first", "within_retention", "beyond_retention"],
)
def test_start_before_what_is_ever_asked_for_is_told(config, since, words):
    moment = datetime.fromisoformat(since).replace(tzinfo=UTC)
    told = describe_cut(make(**config), ZONE, since=moment, until=UNTIL)
    assert (told is None) is (words == ())
    assert all(word in told for word in words)


@pytest.mark.parametrize(
    ("days", "retention", "is_near"),
    [(1, 90, False), (82, 90, False), (84, 90, True), (89, 90, True), (4, 8, False), (7, 8, True)],
)
def test_gap_that_is_nearly_what_the_source_keeps_is_told(days, retention, is_near):
    windows = make(first=None, retention_days=retention)
    told = describe_near_cut(windows, ZONE, last=UNTIL - timedelta(days=days), until=UNTIL)
    assert (told is not None) is is_near
    assert told is None or f"keeps records for {retention} days only" in told


def test_source_that_keeps_everything_has_no_such_gap():
    assert describe_near_cut(make(), ZONE, last=START, until=UNTIL) is None

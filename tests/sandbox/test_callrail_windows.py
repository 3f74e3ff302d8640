"""The CallRail fake's date windows: whole days of a zone, seven days by default, 25 months at most."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from sandbox.callrail.times import months_back, to_moment
from tests.sandbox.callrail_caller import CallRailCaller, open_callrail

CALLS = "/a/{a}/calls.json"


@pytest.fixture(scope="module")
def shared() -> Iterator[CallRailCaller]:
    """An account that tests only read."""
    with open_callrail() as caller:
        yield caller


def _of_first(caller: CallRailCaller, kind: str) -> list[str]:
    return [one.id for one in caller.fake.store.of_account(kind, caller.account)]


@pytest.mark.parametrize(
    ("path", "key", "field"),
    [
        ("calls", "calls", "start_time"),
        ("form_submissions", "form_submissions", "submitted_at"),
        ("text-messages", "conversations", "last_message_at"),
    ],
)
def test_list_without_any_date_covers_seven_days_only(shared, path, key, field):
    zone = ZoneInfo(shared.fake.config.owner_time_zone)
    first = shared.fake.clock.now().astimezone(zone).date() - timedelta(days=6)
    usual = shared.page(f"/a/{{a}}/{path}.json", per_page=250)
    everything = shared.page(f"/a/{{a}}/{path}.json", per_page=250, **shared.days())
    assert usual["total_records"] < everything["total_records"]
    assert all(one[field] >= (first - timedelta(days=1)).isoformat() for one in usual[key])


def test_both_ends_of_a_window_are_whole_days_of_the_named_zone():
    with open_callrail(counts={"calls": 0}) as caller:
        create = caller.fake.changes.create
        noon = caller.fake.clock.now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(
            days=20
        )
        day = noon.date().isoformat()
        moments = {hours: noon + timedelta(hours=hours) for hours in (-13, -12, 11, 12, 14)}
        by_hour = {
            hours: create("calls", at_ms=round(at.timestamp() * 1000)) for hours, at in moments.items()
        }
        in_utc = caller.list_ids(CALLS, "calls", start_date=day, end_date=day, time_zone="UTC")
        assert set(in_utc) == {by_hour[-12], by_hour[11]}
        # the same day in Denver begins and ends six or seven hours later
        west = caller.list_ids(CALLS, "calls", start_date=day, end_date=day, time_zone="America/Denver")
        assert set(west) == {by_hour[11], by_hour[12], by_hour[14]}
        # a time of day within a bound does not make it finer
        iso = {"start_date": f"{day}T11:59:59Z", "end_date": f"{day}T12:00:00+00:00", "time_zone": "UTC"}
        assert set(caller.list_ids(CALLS, "calls", **iso)) == set(in_utc)
        # without a zone the days are those of the key's owner
        assert set(caller.list_ids(CALLS, "calls", start_date=day, end_date=day)) != set(in_utc)


@pytest.mark.parametrize(
    "word", ["recent", "today", "yesterday", "last_7_days", "last_30_days", "this_month", "last_month"]
)
def test_date_range_words_are_taken(shared, word):
    assert shared.get(CALLS, date_range=word, time_zone="UTC").status_code == 200


@pytest.mark.parametrize(
    "params",
    [
        {"start_date": "2011-01-01", "end_date": "2026-01-01"},
        {"date_range": "all_time"},
    ],
    ids=["long ago", "all time"],
)
def test_window_past_25_months_is_an_error(shared, params):
    response = shared.get(CALLS, **params)
    assert response.status_code == 400
    assert "narrower" in response.json()["error"]


def test_window_of_exactly_25_months_is_answered(shared):
    today = shared.fake.clock.now().date()
    oldest = months_back(today, 25)
    window = {"end_date": today.isoformat(), "time_zone": "UTC"}
    assert shared.get(CALLS, start_date=oldest.isoformat(), **window).status_code == 200
    before = (oldest - timedelta(days=1)).isoformat()
    assert shared.get(CALLS, start_date=before, **window).status_code == 400


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 23), date(2024, 10, 23)),
        (date(2026, 3, 31), date(2024, 2, 29)),
        (date(2026, 1, 5), date(2023, 12, 5)),
    ],
)
def test_months_back_stays_inside_the_month(day, expected):
    assert months_back(day, 25) == expected


def test_events_older_than_the_retention_are_gone():
    with open_callrail(counts={"calls": 300}, history_days=900) as caller:
        window = caller.days(back=755)
        ids = caller.list_ids(CALLS, "calls", per_page=250, **window)
        young = {
            one.id
            for one in caller.fake.store.of_account("calls", caller.account)
            if to_moment(one.at_ms).date().isoformat() >= window["start_date"]
        }
    assert set(ids) == young
    assert len(young) < len(_of_first(caller, "calls"))

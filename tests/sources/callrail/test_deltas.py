"""Deltas of CallRail: a trailing window of days, since nothing says what changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

EVENTS = {
    "calls": ("*/calls.json", "start_time"),
    "form_submissions": ("*/form_submissions.json", "submitted_at"),
    "text_messages": ("*/text-messages.json", "last_message_at"),
}


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


@pytest.mark.parametrize("sync_type", EVENTS)
def test_delta_asks_for_the_last_success_less_seven_days_up_to_today(kit, sync_type):
    since = kit.now() - timedelta(days=3)
    kit.read(sync_type, since=since)
    queries = kit.queries(EVENTS[sync_type][0])
    days = {(query["start_date"], query["end_date"]) for query in queries}
    first, last = min(one[0] for one in days), max(one[1] for one in days)
    assert first == (since - timedelta(days=7)).date().isoformat()
    assert last == (kit.now() - timedelta(seconds=60)).date().isoformat()
    assert {query["time_zone"] for query in queries} == {"UTC"}


def test_delta_asks_in_ascending_order_and_by_no_parameter_that_is_none(kit):
    kit.read("calls", since=kit.now() - timedelta(days=1))
    kit.read("form_submissions", since=kit.now() - timedelta(days=1))
    calls, forms = kit.queries("*/calls.json")[0], kit.queries("*/form_submissions.json")[0]
    assert (calls["sort"], calls["order"]) == ("start_time", "asc")
    assert (forms["sort"], forms["order"]) == ("submitted_at", "asc")
    known = {"start_date", "end_date", "time_zone", "sort", "order", "fields", "per_page"}
    assert calls.keys() == known | {"relative_pagination", "offset"}
    assert forms.keys() == known | {"page"}


@pytest.mark.parametrize("sync_type", EVENTS)
def test_delta_after_a_gap_of_weeks_finds_everything_of_it(kit, sync_type):
    since = kit.now() - timedelta(days=40)
    at_ms = [_ms(since + timedelta(days=days)) for days in (1, 15, 30, 39)]
    new = {kit.fake.changes.create(sync_type, at_ms=at) for at in at_ms}
    assert new <= set(kit.read(sync_type, since=since).ids)


@pytest.mark.parametrize(("age_days", "is_seen"), [(6, True), (12, False)], ids=["young", "old"])
def test_late_edit_is_seen_within_seven_days_and_by_the_next_full_read(kit, age_days, is_seen):
    call = kit.fake.changes.create("calls", at_ms=_ms(kit.now() - timedelta(days=age_days)))
    kit.fake.changes.update("calls", call, {"note": "edited today"})

    def notes(**options: Any) -> dict[str, str]:
        return {record["id"]: record["note"] for record in kit.read("calls", **options).records}

    delta = notes(since=kit.now() - timedelta(hours=1))
    assert (delta.get(call) == "edited today") is is_seen
    assert notes()[call] == "edited today"


def test_new_message_brings_an_old_conversation_into_the_delta(kit):
    oldest = min(kit.fake.store.records["text_messages"].values(), key=lambda one: one.at_ms)
    since = kit.now() - timedelta(hours=1)
    assert oldest.id not in kit.read("text_messages", since=since).ids
    kit.fake.changes.add_message(oldest.id, "Are you open?", at_ms=_ms(kit.now()))
    assert oldest.id in kit.read("text_messages", since=since).ids


def test_call_listed_late_is_found_by_the_next_delta(open_account):
    kit = open_account(late_s=1200)
    new = kit.fake.changes.create("calls", at_ms=_ms(kit.now() - timedelta(minutes=10)))
    first = kit.now()
    assert new not in kit.read("calls", since=first - timedelta(hours=1)).ids
    kit.fake.clock.advance(3600)
    assert new in kit.read("calls", since=first).ids


@pytest.mark.parametrize("sync_type", ["accounts", "companies", "trackers", "tags", "users"])
def test_lists_without_a_date_filter_are_sent_none_and_read_whole(kit, sync_type):
    result = kit.read(sync_type, since=kit.now() - timedelta(hours=1))
    assert result.ids == kit.stored_ids(sync_type)
    assert result.is_whole
    asked = {name for query in kit.queries("*") for name in query}
    assert not asked & {"start_date", "end_date", "created_at", "filters[created_at]", "time_zone"}


@pytest.mark.parametrize("sync_type", EVENTS)
def test_event_that_is_no_longer_shown_is_not_taken_for_deleted(short_kit, sync_type):
    """Spam is hidden, what is old is deleted: nothing is swept."""
    if sync_type == "calls":
        short_kit.fake.changes.mark_spam(short_kit.stored_ids("calls")[5])
    else:
        short_kit.fake.changes.remove(sync_type, short_kit.stored_ids(sync_type)[5])
    result = short_kit.read(sync_type)
    assert len(result.ids) == short_kit.fake.store.counts()[sync_type] - (sync_type == "calls")
    assert not result.is_whole


def test_account_that_the_key_sees_since_is_read_from_the_start(kit):
    first, second = kit.fake.store.ids("accounts")
    result = kit.read("calls", since=kit.now() - timedelta(days=1), known_walks=(f"{first}/calls",))
    owners = [record["_account_id"] for record in result.records]
    assert owners.count(second) == len(list(kit.fake.store.of_account("calls", second)))
    assert owners.count(first) < len(list(kit.fake.store.of_account("calls", first)))


def test_days_are_those_of_the_zone_that_is_sent(open_account):
    """A call just after midnight in UTC is yesterday's in New York, where the key's owner is."""
    kit = open_account(counts={"calls": 0})
    midnight = datetime.combine(kit.now().date() - timedelta(days=30), datetime.min.time(), UTC)
    new = {kit.fake.changes.create("calls", at_ms=_ms(midnight + timedelta(minutes=m))) for m in (-1, 0, 1)}
    assert set(kit.read("calls").ids) == new

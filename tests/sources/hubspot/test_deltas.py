"""Deltas of HubSpot objects: what changed in the window, at the edges of time, index and recycle bin."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def minutes_ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def test_delta_gives_changed_records_only_and_asks_for_them(open_account):
    kit = open_account(counts={"contacts": 3_000})
    changed = kit.stored_ids("contacts")[100:103]
    for one in changed:
        if kit.fake.store.record("contacts", one).archived_ms is None:
            kit.fake.changes.update("contacts", one, {"city": "Springfield"})
    since = minutes_ago(10)
    result = kit.read("contacts", since=since)
    assert set(result.ids) <= set(changed)
    assert result.ids
    (search,) = kit.fake.requests.entries("*/search")
    filters = json.loads(search.request_body)["filterGroups"][0]["filters"]
    assert {"propertyName": "lastmodifieddate", "operator": "GTE", "value": str(ms(since))} in filters
    assert len(kit.fake.requests) <= 3


def test_delta_of_companies_filters_their_own_modified_property(open_account):
    kit = open_account(counts={"companies": 300}, archived_share=0.0)
    (one, *_) = kit.stored_ids("companies")
    kit.fake.changes.update("companies", one, {"city": "Springfield"})
    assert kit.read("companies", since=minutes_ago(10)).ids == [one]


def test_bound_is_inclusive(open_account):
    kit = open_account(counts={"contacts": 50}, archived_share=0.0)
    (one, other, *_) = kit.stored_ids("contacts")
    since = minutes_ago(10).replace(microsecond=250_000)
    kit.fake.changes.update("contacts", one, {"city": "A"}, at_ms=ms(since))
    kit.fake.changes.update("contacts", other, {"city": "B"}, at_ms=ms(since) - 1)
    assert kit.read("contacts", since=since).ids == [one]


def test_record_newer_than_until_is_given(open_account):
    kit = open_account(counts={"contacts": 50}, archived_share=0.0)
    (one, *_) = kit.stored_ids("contacts")
    kit.fake.changes.update("contacts", one, {"city": "A"})
    result = kit.read("contacts", since=minutes_ago(10), until=minutes_ago(5))
    assert result.ids == [one]


def test_end_date_of_the_past_bounds_the_search(open_account):
    kit = open_account(counts={"contacts": 50}, archived_share=0.0)
    (one, other, *_) = kit.stored_ids("contacts")
    kit.fake.changes.update("contacts", one, {"city": "A"}, at_ms=ms(minutes_ago(300)))
    kit.fake.changes.update("contacts", other, {"city": "B"}, at_ms=ms(minutes_ago(100)))
    result = kit.read("contacts", since=minutes_ago(400), until=minutes_ago(200))
    assert result.ids == [one]


@pytest.mark.thorough
def test_25000_records_with_one_modified_time_all_arrive_in_bounded_calls(open_account):
    kit = open_account(counts={"contacts": 25_000}, archived_share=0.0, quirks=False, latency_ms=4)
    kit.fake.changes.touch("contacts", at_ms=ms(minutes_ago(5)))
    result = kit.read("contacts", since=minutes_ago(10))
    assert result.ids == kit.stored_ids("contacts")
    assert len(kit.fake.requests.entries("*/search")) <= 125 + 25
    assert {entry.status for entry in kit.fake.requests.entries()} == {200}


@pytest.mark.parametrize("stop_after", [1, 9])
def test_aborted_delta_resumes_without_loss_and_without_a_second_copy(open_account, stop_after):
    kit = open_account(counts={"contacts": 2_500}, latency_ms=8)
    first = kit.read("contacts", since=LONG_AGO, stop_after=stop_after)
    second = kit.read("contacts", since=LONG_AGO, cursors=first.cursors)
    assert sorted(first.ids + second.ids) == kit.stored_ids("contacts")


def test_archived_since_is_given_whatever_its_modified_time(open_account):
    kit = open_account(counts={"contacts": 600})
    live = [i for i, r in kit.fake.store.types["contacts"].records.items() if r.archived_ms is None]
    kit.fake.changes.archive("contacts", live[7])
    result = kit.read("contacts", since=minutes_ago(10))
    assert result.ids == [str(live[7])]
    assert result.records[0]["archived"] is True


def test_restored_record_arrives_when_its_modified_time_moved(open_account):
    kit = open_account(counts={"contacts": 600})
    (gone, *_) = [i for i, r in kit.fake.store.types["contacts"].records.items() if r.archived_ms]
    kit.fake.changes.restore("contacts", gone, moves_modified=True)
    result = kit.read("contacts", since=minutes_ago(10))
    assert [(record["id"], record["archived"]) for record in result.records] == [(str(gone), False)]


@pytest.mark.parametrize("position", [5, -5], ids=["already-read", "not-yet-read"])
def test_changed_while_page_two_is_read_arrives_now_or_next_time(open_account, position):
    kit = open_account(counts={"contacts": 1_500}, archived_share=0.0)
    kit.fake.changes.touch("contacts", at_ms=ms(minutes_ago(5)))
    victim = sorted(kit.fake.store.types["contacts"].records)[position]
    kit.fake.hooks.before_page(
        "*/search", 2, lambda: kit.fake.changes.update("contacts", victim, {"city": "Changed"})
    )
    until = minutes_ago(1)
    runs = [kit.read("contacts", since=minutes_ago(10)), kit.read("contacts", since=until)]
    cities = [r["properties"]["city"] for run in runs for r in run.records if r["id"] == str(victim)]
    assert cities[-1] == "Changed"


def test_late_in_the_index_arrives_inside_the_lookback(open_account):
    kit = open_account(counts={"contacts": 50}, archived_share=0.0, index_delay_s=300)
    (one, *_) = kit.stored_ids("contacts")
    kit.fake.changes.update("contacts", one, {"city": "Late"})
    first = kit.read("contacts", since=minutes_ago(10))
    kit.fake.clock.advance(600)
    lookback = timedelta(seconds=kit.source.entities["contacts"].lookback_s)
    next_run = kit.read("contacts", since=datetime.now(UTC) - timedelta(minutes=1) - lookback)
    assert (first.ids, next_run.ids) == ([], [one])


def test_long_property_list_refused_by_search_falls_back_to_ids_and_batches(open_account):
    kit = open_account(counts={"contacts": 700}, custom_properties=900, archived_share=0.0)
    kit.fake.faults.add("status", "*/search", code=400, body='{"category": "VALIDATION_ERROR"}', times=1)
    result = kit.read("contacts", since=LONG_AGO)
    assert result.ids == kit.stored_ids("contacts")
    assert all(len(record["properties"]) > 900 for record in result.records)


def test_merged_record_comes_as_its_survivor(open_account):
    kit = open_account(counts={"contacts": 50}, archived_share=0.0)
    (winner, loser, *_) = kit.stored_ids("contacts")
    kit.fake.changes.merge("contacts", winner, loser)
    result = kit.read("contacts", since=minutes_ago(10))
    assert result.ids == [winner]
    assert loser in result.records[0]["properties"]["hs_merged_object_ids"]


def test_count_tells_the_live_matches(open_account):
    kit = open_account(counts={"contacts": 300}, archived_share=0.1)
    from crm_sync.constants import SyncMode
    from crm_sync.sources.base import ReadRequest
    from crm_sync.sources.registry import create_source

    entity = kit.entity("contacts")
    source = create_source(kit.source, entity, client=kit.make_client())
    request = ReadRequest(entity, SyncMode.FULL, None, datetime.now(UTC), 100)
    assert source.count(request) == kit.fake.store.counts()["contacts"]["live"]


def test_clock_is_the_sources_own(open_account):
    kit = open_account(counts={"contacts": 3}, clock_offset_s=600)
    from crm_sync.sources.registry import create_source

    client = kit.make_client()
    for sync_type in ("contacts", "owners"):
        source = create_source(kit.source, kit.entity(sync_type), client=client)
        ahead_s = (source.read_clock() - datetime.now(UTC)).total_seconds()
        assert 595 < ahead_s < 605
    assert 595 < client.stats.clock_skew_s < 605


REFRESH = {"columns": ["num_associated_deals", "recent_deal_amount"], "every": "1d"}


def test_calculated_properties_are_read_again_of_all_live_records_and_nothing_else(open_account):
    kit = open_account(counts={"contacts": 250}, archived_share=0.1)
    entity = kit.entity("contacts", refresh=REFRESH)
    result = kit.read(entity, since=minutes_ago(10))
    assert [page for page in result.pages if page.records and not page.is_refresh] == []
    assert len(result.ids) == kit.fake.store.counts()["contacts"]["live"]
    query = kit.queries("*/objects/contacts")[-1]
    assert query["properties"] == "num_associated_deals,recent_deal_amount"
    (missing,) = {page.missing for page in result.pages if page.is_refresh}
    assert {*entity.fields, "extra"} - missing == {"id", *REFRESH["columns"]}
    assert result.facts["refreshed"]


def test_refresh_is_over_for_its_span_and_after_a_full_read(open_account):
    kit = open_account(counts={"contacts": 50})
    entity = kit.entity("contacts", refresh=REFRESH)
    facts = kit.read(entity).facts
    again = kit.read(entity, since=minutes_ago(10), previous=facts)
    later = kit.read(entity, since=minutes_ago(10), previous={"refreshed": LONG_AGO.isoformat()})
    assert [any(page.is_refresh for page in one.pages) for one in (again, later)] == [False, True]


def test_refresh_that_was_aborted_goes_on_where_it_was(open_account):
    kit = open_account(counts={"contacts": 450}, archived_share=0.0)
    entity = kit.entity("contacts", refresh=REFRESH)
    first = kit.read(entity, since=minutes_ago(10), stop_after=4)
    second = kit.read(entity, since=minutes_ago(10), cursors=first.cursors)
    assert sorted(first.ids + second.ids) == kit.stored_ids("contacts")

"""Full reads of HubSpot objects: everything that the account has, once, whatever the account is like."""

from __future__ import annotations

import logging

import pytest

from crm_sync.exceptions import PaginationLoopError, SyncCancelledError
from crm_sync.rest.waits import Waiter
from sandbox.hubspot.times import to_ms

SLOW_MS = 8
"""Latency of a fake that is worth reading with several threads."""
COUNTS = {
    "contacts": 3_000,
    "companies": 250,
    "deals": 101,
    "tickets": 100,
    "products": 3,
    "line_items": 1_200,
    "calls": 200,
    "2-1234567": 12,
}


@pytest.mark.parametrize(
    "sync_type", ["contacts", "companies", "deals", "tickets", "products", "line_items", "calls"]
)
def test_full_read_equals_the_account(open_account, sync_type):
    kit = open_account(counts={sync_type: COUNTS[sync_type]})
    result = kit.read(sync_type)
    store = kit.fake.store.types[sync_type]
    assert result.ids == kit.stored_ids(sync_type)
    assert result.is_whole
    assert result.reason is None
    for record in result.records:
        stored = store.records[int(record["id"])]
        assert to_ms(record["updatedAt"]) == stored.modified_ms
        assert record["archived"] is (stored.archived_ms is not None)
        given = {name: value for name, value in record["properties"].items() if value}
        assert given == {
            name: value
            for name, value in stored.properties.items()
            if value and name in store.definitions and name not in stored.omitted
        }


def test_full_read_of_an_empty_account_is_whole_and_has_no_record(open_account):
    kit = open_account(counts={})
    result = kit.read("contacts")
    assert (result.records, result.is_whole) == ([], True)
    assert result.cursors == {"live:0": None, "archived:0": None}


def test_full_read_needs_few_calls_beyond_one_per_page(open_account):
    kit = open_account(counts={"contacts": 5_000}, archived_share=0.0, latency_ms=SLOW_MS)
    kit.read("contacts")
    assert len(kit.fake.requests.entries("*/objects/contacts")) <= 80


def test_another_object_type_needs_config_only(open_account):
    kit = open_account(counts={"2-1234567": 12})
    entity = kit.entity(
        "contacts", read={"slots": {"object": "2-1234567", "modified": "hs_lastmodifieddate"}}
    )
    assert kit.read(entity).ids == kit.stored_ids("2-1234567")


def test_dated_api_version_reads_the_same(open_account):
    kit = open_account(counts={"contacts": 300})
    result = kit.read("contacts", client=kit.make_client(api_version="2026-03"))
    assert result.ids == kit.stored_ids("contacts")
    assert {entry.path for entry in kit.fake.requests.entries(method="GET")} == {
        "/crm/objects/2026-03/contacts",
        "/crm/properties/2026-03/contacts",
    }


def test_own_cursor_not_honoured_reads_everything_by_one_cursor_and_says_so(open_account, caplog):
    kit = open_account(counts={"contacts": 3_000}, honour_own_cursor=False, latency_ms=SLOW_MS)
    with caplog.at_level(logging.INFO):
        result = kit.read("contacts")
    assert result.ids == kit.stored_ids("contacts")
    assert set(result.cursors) == {"live:0", "archived:0"}
    assert "does not honour cursors of our own" in caplog.text


def test_custom_properties_beyond_the_address_length_arrive_whole(open_account):
    kit = open_account(counts={"contacts": 220}, custom_properties=900)
    result = kit.read("contacts")
    assert result.ids == kit.stored_ids("contacts")
    assert all(len(record["properties"]) > 900 for record in result.records if "properties" in record)
    assert not [entry for entry in kit.fake.requests.entries() if entry.status == 414]
    archived = [record for record in result.records if record["archived"]]
    assert archived
    assert all(record["archivedAt"] for record in archived)


def test_custom_properties_part_of_a_batch_missing_once_is_asked_for_again(open_account):
    kit = open_account(counts={"contacts": 220}, custom_properties=900)
    kit.fake.faults.add("partial", "*/batch/read", times=2, every=3)
    assert kit.read("contacts").ids == kit.stored_ids("contacts")


def test_record_archived_between_its_list_and_its_batch_comes_with_the_archived_pass(open_account):
    kit = open_account(counts={"contacts": 150}, custom_properties=900, archived_share=0.0)
    victim = kit.stored_ids("contacts")[5]
    kit.fake.hooks.before_page("*/batch/read", 1, lambda: kit.fake.changes.archive("contacts", victim))
    result = kit.read("contacts")
    assert result.ids == kit.stored_ids("contacts")
    assert [record["archived"] for record in result.records if record["id"] == victim] == [True]


def change_discover(kit, sync_type, **words):
    known = kit.entity(sync_type).read.discover.model_dump()
    return kit.entity(sync_type, read={"discover": {**known, **words}})


def test_mapped_properties_only_are_asked_for_when_config_says_so(open_account):
    kit = open_account(counts={"contacts": 20}, custom_properties=50)
    result = kit.read(change_discover(kit, "contacts", unmapped=False))
    names = {name for record in result.records for name in record["properties"]}
    assert "email" in names
    assert not [name for name in names if name.startswith("custom")]


def test_property_missing_in_the_account_is_noted_and_its_column_named_on_each_page(open_account):
    kit = open_account(counts={"deals": 20}, undefined_properties={"deals": ("deal_currency_code",)})
    result = kit.read("deals")
    assert result.ids == kit.stored_ids("deals")
    (note,) = result.notes
    assert note.startswith("the account has no field deal_currency_code")
    assert {page.missing for page in result.pages} == {frozenset({"currency"})}


@pytest.mark.parametrize("stop_after", [1, 2, 7, 15, 31])
def test_aborted_read_resumes_without_loss_and_without_a_second_copy(open_account, stop_after):
    kit = open_account(counts={"contacts": 2_500}, latency_ms=SLOW_MS)
    first = kit.read("contacts", stop_after=stop_after)
    second = kit.read("contacts", cursors=first.cursors)
    assert sorted(first.ids + second.ids) == kit.stored_ids("contacts")
    assert len(second.cursors) > 4


def test_archived_records_are_left_out_where_the_yaml_says_so(open_account):
    kit = open_account(counts={"contacts": 60}, archived_share=0.3)
    result = kit.read(kit.entity("contacts", read={"archived": None}))
    assert len(result.ids) == kit.fake.store.counts()["contacts"]["live"]
    assert set(result.cursors) == {"live:0"}


def test_read_aborted_again_and_again_still_ends_complete(open_account):
    kit = open_account(counts={"contacts": 3_000}, latency_ms=SLOW_MS)
    ids, cursors = [], {}
    for _ in range(60):
        part = kit.read("contacts", cursors=cursors, stop_after=4)
        ids += part.ids
        cursors = part.cursors
        if not part.pages:
            break
    assert sorted(ids) == kit.stored_ids("contacts")


def test_finished_read_reads_nothing_when_resumed(open_account):
    kit = open_account(counts={"contacts": 700})
    done = kit.read("contacts")
    assert kit.read("contacts", cursors=done.cursors).records == []


def test_limited_read_stays_in_one_place(open_account):
    kit = open_account(counts={"contacts": 2_500})
    result = kit.read("contacts", max_records=250, stop_after=3)
    assert len(result.records) == 300
    assert len(kit.fake.requests.entries("*/objects/contacts")) == 3


def test_batch_size_one_reads_the_same_records(open_account):
    kit = open_account(counts={"contacts": 60})
    assert kit.read("contacts", page_size=1).ids == kit.stored_ids("contacts")


@pytest.mark.parametrize("stop_after", [3, 12])
def test_stop_ends_a_read_between_pages(open_account, stop_after):
    kit = open_account(counts={"contacts": 2_500}, latency_ms=SLOW_MS)
    client = kit.make_client()
    seen = []
    stop = lambda: len(kit.fake.requests) > stop_after  # noqa: E731
    client.pacer.waiter = Waiter(stop=stop)
    with pytest.raises(SyncCancelledError):
        seen.extend(kit.read("contacts", client=client).pages)
    assert len(kit.fake.requests) < stop_after + 20


def test_more_pages_than_allowed_is_an_error(open_account):
    kit = open_account(counts={"contacts": 3_000})
    with pytest.raises(PaginationLoopError, match="max_pages"):
        kit.read(kit.entity("contacts", max_pages=12))


def test_owners_are_read_active_and_archived(open_account):
    kit = open_account(counts={"owners": 1_250})
    result = kit.read("owners")
    assert result.ids == sorted(map(str, kit.fake.store.owners))
    assert {record["archived"] for record in result.records} == {True, False}


def test_owners_resume_after_the_stored_page(open_account):
    kit = open_account(counts={"owners": 1_250})
    first = kit.read("owners", stop_after=2)
    second = kit.read("owners", cursors=first.cursors)
    assert sorted(first.ids + second.ids) == sorted(map(str, kit.fake.store.owners))


def test_key_paths_name_every_key(open_account):
    kit = open_account(counts={"contacts": 20})
    (page, *_) = kit.read("contacts").pages
    assert {"id", "createdAt", "properties.email"} <= page.key_paths
    assert "properties" not in page.key_paths

"""One test for each trap that the vendor page names, by its number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.constants import SyncMode
from crm_sync.exceptions import LongWaitError, SourceError
from crm_sync.sync.transform import transform_chunk

READING = {"getContactFields", "getListsInfo", "getContactRecords", "getCallCountersState"}


def rows_of(kit, got):
    """Give the typed rows by id, with the domain's fields under their columns."""
    named = {}
    for name, one in got.entity.fields.items():
        found = kit.fake.store.find_field(one.label) if one.label else None
        named[name] = one.model_copy(update={"source": found, "label": None}) if found else one
    entity = got.entity.model_copy(update={"fields": named})
    return {row["contact_id"]: row for row in transform_chunk(got.lines, entity).typed.to_dicts()}


def test_trap_1_a_silent_cap_loses_nobody(open_domain):
    kit = open_domain(counts={"contacts": 1300}, cap=250)
    got = kit.read(kit.capped())
    assert got.ids == kit.everybody()
    assert got.is_whole
    assert got.reason is None
    assert got.facts["parts"] == len(kit.criteria()) > 10


def test_trap_1_domain_of_exactly_the_cap_is_divided(open_domain):
    kit = open_domain(counts={"contacts": 250}, cap=250)
    assert kit.read(kit.capped()).ids == kit.everybody()
    assert len(kit.criteria()) > 1


def test_trap_1_a_cap_that_is_lower_than_known_is_a_round_number_and_looked_into(open_domain):
    kit = open_domain(counts={"contacts": 900}, cap=250)
    got = kit.read("contacts")
    assert got.ids == kit.everybody()
    assert got.reason is None


def test_trap_1_a_lower_cap_that_is_no_round_number_shows_by_the_sizes_of_lists(open_domain):
    kit = open_domain(counts={"contacts": 900}, cap=247)
    got = kit.read("contacts")
    assert "247 records came, and" in got.reason
    assert not got.is_whole


def test_trap_2_contacts_of_a_deleted_list_and_of_none_come_and_the_list_is_a_column(open_domain):
    kit = open_domain()
    moved = kit.first()
    kit.fake.changes.move(moved, "Gone & forgotten")
    kit.fake.changes.drop_list("Gone & forgotten")
    got = kit.read("contacts")
    assert got.ids == kit.everybody()
    rows = rows_of(kit, got)
    assert rows[moved]["list_name"] == "Gone & forgotten"
    assert any(row["list_name"] is None for row in rows.values()), "some are on no list"
    assert kit.criteria()[0] == [], "nothing is asked for list by list"


def test_trap_3_a_fault_never_leads_to_a_read_by_other_criteria(open_domain):
    kit = open_domain()
    kit.fake.faults.add("fault", name="IncorrectArgument", message="no", skip=2, times=None)
    got = kit.read("contacts", catch=SourceError)
    assert "Five9 answered 500 IncorrectArgumentFault: no" in str(got.error)
    assert got.records == []
    assert kit.criteria() == [[]]


def test_trap_4_a_contact_that_changes_its_list_stays_one_and_shared_phones_stay_apart(open_domain):
    kit = open_domain(shared_number=5)
    before = kit.read("contacts")
    kit.fake.changes.move(kit.first(), "Another")
    after = kit.read("contacts")
    assert before.ids == after.ids
    assert after.entity.primary_key == ("contact_id",)
    shared = [one for one in after.records if one["number1"] == "5550100100"]
    assert len({one["f9_contact_id"] for one in shared}) == 5


def test_trap_5_contacts_without_a_stamp_and_ones_that_were_only_edited_come_with_a_delta(open_domain):
    kit = open_domain()
    edited = kit.first()
    kit.fake.changes.update("contacts", edited, {"company": "Edited"}, is_silent=True)
    got = kit.read("contacts", since=datetime.now(UTC) - timedelta(hours=1))
    assert got.ids == kit.everybody()
    assert got.by_id[edited]["company"] == "Edited"
    assert got.by_id[edited]["New Contact Field"] is None


@pytest.mark.parametrize("status", ["500", "200"])
def test_trap_6_a_fault_half_way_fails_the_read(open_domain, status):
    kit = open_domain(counts={"contacts": 700}, cap=250)
    kit.fake.faults.add("fault", name="CrmFieldNotFound", message="gone", code=status, skip=6, times=None)
    got = kit.read(kit.capped(), catch=SourceError)
    assert f"Five9 answered {status} CrmFieldNotFoundFault" in str(got.error)
    assert not got.is_whole


def test_trap_6_the_limit_half_way_is_waited_for(open_domain):
    kit = open_domain(counts={"contacts": 700}, cap=250)
    kit.fake.faults.add("limit", skip=6, times=3)
    got = kit.read(kit.capped())
    assert got.ids == kit.everybody()
    assert kit.skipped_s > 170


def test_trap_7_nothing_is_asked_for_but_what_reads(open_domain):
    kit = open_domain(rate_limits=True)
    kit.read("contacts", client=kit.make_client(rate_limits=True))
    assert set(kit.operations()) == READING


def test_trap_8_the_time_zone_of_contacts_is_the_connection_s(open_domain):
    kit = open_domain()
    one = kit.first()
    kit.fake.changes.update("contacts", one, {"sys_created_date": "2025-07-01 10:00:00.000"})
    here = kit.read("contacts").by_id[one]["sys_created_date"]
    there = kit.read("contacts", client=kit.make_client(contact_timezone="America/Denver")).by_id[one]
    assert here == "2025-07-01T10:00:00Z"
    assert there["sys_created_date"] == "2025-07-01T16:00:00Z"


def test_trap_8_a_zone_that_is_none_is_one_sentence(open_domain):
    kit = open_domain()
    with pytest.raises(Exception, match=r"extra\.contact_timezone.*the name of a time zone"):
        kit.read("contacts", client=kit.make_client(contact_timezone="Denver"))


def test_trap_9_stamps_are_null_in_contacts_that_are_older_than_the_field(open_domain):
    kit = open_domain()
    rows = rows_of(kit, kit.read("contacts"))
    stamps = [row["api_created_at"] for row in rows.values()]
    assert None in stamps
    assert any(isinstance(one, datetime) for one in stamps)


def test_trap_10_several_criteria_are_all_sent(open_domain):
    kit = open_domain(counts={"contacts": 80}, cap=30, shared_number=40)
    assert kit.read(kit.capped()).ids == kit.everybody()
    both = [one for one in kit.criteria() if len(one) == 2]
    assert ("number1", "5550100100") in both[0]
    assert {name for one in both for name, _ in one} == {"number1", "last_name"}


@pytest.mark.parametrize("settings", [{}, {"bare_return": True}], ids=["no records", "an empty return"])
def test_trap_11_one_contact_and_none_are_lists(open_domain, settings):
    kit = open_domain(counts={"contacts": 1}, **settings)
    assert kit.read("contacts").ids == ["1"]
    kit.fake.changes.clear()
    got = kit.read("contacts")
    assert got.records == []
    assert got.error is None


def test_trap_11_a_domain_with_nothing_but_system_fields_is_read(open_domain):
    kit = open_domain(own_stamps=False, own_fields=False)
    got = kit.read("contacts")
    assert got.ids == kit.everybody()
    assert "the account has no field with the label 'LastModifiedDateTime'" in " ".join(got.notes)
    assert "LastModifiedDateTime" in got.facts["missing_labels"]


def test_trap_12_large_answers_in_chunks_come_whole(open_domain):
    kit = open_domain(chunked=True)
    long = "long \N{OPEN BOOK} " * 1_500_000
    kit.fake.changes.update("contacts", kit.first(), {"street": long})
    assert kit.read("contacts").by_id[kit.first()]["street"] == long


def test_trap_12_slow_answers_come_whole(open_domain):
    kit = open_domain(chunked=True)
    kit.fake.faults.add("slow_drip", times=3, drip_s=0.3)
    assert kit.read("contacts").ids == kit.everybody()


def test_trap_13_names_of_lists_are_never_patterns(open_domain):
    kit = open_domain()
    got = kit.read("contacts")
    assert {one["F9_list"] for one in got.records} >= {"R&D (old).*", ' Fall "25" & Winter '}
    bodies = b"".join(entry.request_body for entry in kit.fake.requests.entries("*"))
    assert b"Pattern" not in bodies


def test_trap_14_the_system_flag_decides_nothing(open_domain):
    kit = open_domain()
    store = kit.fake.store
    store.fields = [type(one)(one.name, one.type, one.map_to, one.restrictions) for one in store.fields]
    assert not any(one.system for one in store.fields)
    rows = rows_of(kit, kit.read("contacts"))
    assert sum(row["number1"] is not None for row in rows.values()) > 50


def test_trap_15_call_counters_are_read_first_and_no_call_is_refused(open_domain):
    kit = open_domain(counts={"contacts": 700}, cap=100, calls=12, window_s=1.0, rate_limits=True)
    client = kit.make_client(rate_limits=True)
    # the fake's window is real, so the waits for it are
    client.pacer.waiter = type(client.pacer.waiter)()
    kit.fake.calls.take(0.0)
    got = kit.read(kit.capped(), client=client)
    assert got.ids == kit.everybody()
    assert kit.operations()[0] == "getCallCountersState"
    assert kit.operations().count("getCallCountersState") > 2, "they are read again when a window is over"
    assert kit.fake.calls.refused == 0


def test_trap_15_calls_of_another_integration_of_the_same_user_count(open_domain):
    kit = open_domain(calls=10, window_s=60.0, rate_limits=True)
    for _ in range(9):
        kit.fake.calls.take(0.0)
    client = kit.make_client(rate_limits=True)
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        # the window is over then
        kit.fake.calls._began_s = None

    client.pacer.waiter = type(client.pacer.waiter)(clock=lambda: sum(waits), sleep=sleep, slice_s=3600)
    kit.fake.calls._began_s = 10**9
    assert kit.read("contacts", client=client).ids == kit.everybody()
    assert sum(waits) > 1
    assert kit.fake.calls.refused == 0


def test_trap_15_a_long_wait_frees_the_worker_and_the_read_goes_on_with_its_part(open_domain):
    kit = open_domain(counts={"contacts": 700}, cap=250, calls=9, window_s=600.0, rate_limits=True)
    client = kit.make_client(rate_limits=True)
    client.pacer.longest_wait_s = 60.0
    first = kit.read(kit.capped(), client=client, catch=LongWaitError)
    assert isinstance(first.error, LongWaitError)
    assert first.records
    asked = len(kit.criteria())
    # the window is over
    kit.fake.calls._began_s = None
    kit.fake.calls.limit = 1000
    rest = kit.read(kit.capped(), client=kit.make_client(rate_limits=True), cursors=first.cursors)
    assert sorted([*first.ids, *rest.ids]) == kit.everybody()
    assert len(kit.criteria()) == asked + rest.facts["parts"] - len(first.pages)
    assert kit.fake.calls.refused == 0


def test_a_whole_read_sweeps_and_one_that_is_cut_short_does_not(open_domain):
    kit = open_domain()
    assert kit.read("contacts").is_whole
    assert kit.read("contacts", since=datetime.now(UTC), mode=SyncMode.DELTA).is_whole, "each read is whole"
    kit.fake.store.lists["Huge"] = set(range(1, 62))
    got = kit.read("contacts")
    assert "60 records came, and 'Huge' alone has 61" in got.reason
    assert not got.is_whole

"""The Salesforce fake over time: stamps, deletions, merges, unstamped roll-ups, journal, days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import requests

from sandbox.salesforce import SalesforceSandbox
from sandbox.salesforce.ids import make_id, read_number, to_long
from tests.sandbox.salesforce_caller import SMALL, SalesforceCaller, code

AT = datetime(2026, 2, 1, 10, 0, tzinfo=UTC)
AT_MS = int(AT.timestamp() * 1000)
WINDOW = "SystemModstamp >= 2026-02-01T10:00:00Z AND SystemModstamp < 2026-02-01T10:00:01Z"


@pytest.fixture
def caller():
    with SalesforceSandbox(counts=SMALL).serve() as fake:
        yield SalesforceCaller(fake)


def changed(caller, name):
    return caller.ids(f"SELECT Id FROM {name} WHERE {WINDOW}")


def test_creation_and_update_move_both_stamps(caller):
    new = caller.fake.changes.create("leads", {"FirstName": "New", "LastName": "Lead"}, at_ms=AT_MS)
    old = caller.fake.store.ids("leads")[0]
    caller.fake.changes.update("Lead", old, {"FirstName": "Changed"}, at_ms=AT_MS)
    assert changed(caller, "Lead") == [old, new]
    stamps = "CreatedDate, LastModifiedDate, SystemModstamp"
    rows = caller.rows(f"SELECT Name, {stamps} FROM Lead WHERE {WINDOW}")
    assert rows[0]["Name"].startswith("Changed ")
    assert {rows[1][name] for name in stamps.split(", ")} == {"2026-02-01T10:00:00.000+0000"}


def test_thousands_can_share_one_stamp_which_a_change_by_the_system_moves_alone(caller):
    before = [one["LastModifiedDate"] for one in caller.fake.store.tables["contacts"]]
    assert caller.fake.changes.touch("contacts", at_ms=AT_MS) == 80
    assert len(changed(caller, "Contact")) == 80
    assert [one["LastModifiedDate"] for one in caller.fake.store.tables["contacts"]] == before


def test_record_can_surface_late(caller):
    caller.fake.changes.create("accounts", {"Name": "Late"}, at_ms=AT_MS - 300_000)
    rows = caller.rows("SELECT Name FROM Account WHERE SystemModstamp = 2026-02-01T09:55:00Z")
    assert [row["Name"] for row in rows] == ["Late"]


def test_deletion_moves_the_stamp_and_undelete_moves_it_again(caller):
    one = caller.fake.store.ids("accounts")[0]
    caller.fake.changes.delete("accounts", one, at_ms=AT_MS)
    assert changed(caller, "Account") == [one]
    assert one not in caller.ids("SELECT Id FROM Account", path="query")
    caller.fake.changes.undelete("accounts", one, at_ms=AT_MS + 1_000)
    (row,) = caller.rows("SELECT Id, IsDeleted FROM Account WHERE SystemModstamp = 2026-02-01T10:00:01Z")
    assert (row["Id"], row["IsDeleted"]) == (one, False)


def test_purged_record_is_only_in_the_log_of_deletions(caller):
    now = caller.fake.clock.now()
    one, other = caller.fake.store.ids("accounts")[:2]
    at_ms = caller.fake.clock.now_ms() - 3_600_000
    for record_id in (one, other):
        caller.fake.changes.delete("accounts", record_id, at_ms=at_ms)
    caller.fake.changes.purge("accounts", one)
    assert one not in caller.ids("SELECT Id FROM Account")
    span = {"start": (now - timedelta(days=1)).isoformat(), "end": now.isoformat()}
    log = caller.get("sobjects/Account/deleted/", **span).json()
    assert {record["id"] for record in log["deletedRecords"]} == {one, other}
    assert set(log) == {"deletedRecords", "earliestDateAvailable", "latestDateCovered"}
    early = {**span, "start": (now - timedelta(days=16)).isoformat()}
    assert code(caller.get("sobjects/Account/deleted/", **early)) == (400, "INVALID_REPLICATION_DATE")
    assert caller.get("sobjects/Account/updated/", **early).status_code == 200
    wrong = {"start": span["end"], "end": span["end"]}
    assert code(caller.get("sobjects/Account/deleted/", **wrong)) == (400, "INVALID_REPLICATION_DATE")


def test_users_are_never_deleted_only_inactive(caller):
    one = caller.fake.store.ids("users")[0]
    with pytest.raises(ValueError, match="only made inactive"):
        caller.fake.changes.delete("users", one)
    caller.fake.changes.update("users", one, {"IsActive": False}, at_ms=AT_MS)
    assert changed(caller, "User") == [one]


def test_loser_of_a_merge_names_the_winner_who_gets_its_records(caller):
    accounts = caller.fake.store.ids("accounts")
    loser = next(
        one["AccountId"] for one in caller.fake.store.tables["contacts"] if one["AccountId"] in accounts
    )
    winner = next(one for one in accounts if one != loser)
    caller.fake.changes.merge("Account", winner, loser, at_ms=AT_MS)
    (row,) = caller.rows(f"SELECT IsDeleted, MasterRecordId FROM Account WHERE Id = '{loser}'")
    assert (row["IsDeleted"], row["MasterRecordId"]) == (True, winner)
    assert sorted(changed(caller, "Account")) == sorted([winner, loser])
    assert changed(caller, "Contact")
    assert caller.ids(f"SELECT Id FROM Contact WHERE AccountId = '{loser}'") == []
    with pytest.raises(ValueError, match="can't be merged"):
        caller.fake.changes.merge("tasks", *caller.fake.store.ids("tasks")[:2])


def test_converted_lead_stays_with_where_it_went(caller):
    store = caller.fake.store
    lead = next(one["Id"] for one in store.tables["leads"].live() if not one["IsConverted"])
    account, contact = store.ids("accounts")[0], store.ids("contacts")[0]
    caller.fake.changes.convert_lead(lead, account=account, contact=contact)
    record = store.record("leads", lead)
    assert (record["IsConverted"], record["ConvertedAccountId"], record["ConvertedContactId"]) == (
        True, account, contact,
    )  # fmt: skip
    assert len(record["ConvertedDate"]) == 10


def test_archived_task_leaves_query_without_a_stamp(caller):
    task = caller.ids("SELECT Id FROM Task", path="query")[0]
    stamp = caller.fake.store.record("tasks", task)["SystemModstamp"]
    caller.fake.changes.archive_task(task)
    assert task not in caller.ids("SELECT Id FROM Task", path="query")
    (row,) = caller.rows(f"SELECT IsArchived, SystemModstamp FROM Task WHERE Id = '{task}'")
    assert (row["IsArchived"], row["SystemModstamp"]) == (True, stamp)


def test_roll_ups_and_formulas_follow_other_records_and_nothing_stamps_them(caller):
    store, changes = caller.fake.store, caller.fake.changes
    campaign, account, contact = (store.ids(kind)[0] for kind in ("campaigns", "accounts", "contacts"))
    job = changes.create("opportunities", {"StageName": "Prospecting", "Amount": 100}, at_ms=AT_MS)
    parents = {"campaigns": campaign, "accounts": account, "contacts": contact}
    before = {kind: dict(store.record(kind, one)) for kind, one in parents.items()}
    changes.update("opportunities", job, {"CampaignId": campaign, "AccountId": account}, at_ms=AT_MS)
    changes.update("contacts", contact, {"AccountId": account}, at_ms=AT_MS)
    changes.update("accounts", account, {"Name": "Renamed"}, at_ms=AT_MS)
    changes.create("tasks", {"Status": "Completed", "WhatId": job, "ActivityDate": "2026-02-01"}, at_ms=AT_MS)
    changes.create("tasks", {"Status": "Not Started", "WhatId": job}, at_ms=AT_MS)
    after = {kind: store.record(kind, one) for kind, one in parents.items()}
    assert after["campaigns"]["NumberOfOpportunities"] == before["campaigns"]["NumberOfOpportunities"] + 1
    assert after["campaigns"]["AmountAllOpportunities"] == pytest.approx(
        before["campaigns"]["AmountAllOpportunities"] + 100
    )
    assert after["campaigns"]["SystemModstamp"] == before["campaigns"]["SystemModstamp"]
    assert after["accounts"]["Open_Amount__c"] == pytest.approx(before["accounts"]["Open_Amount__c"] + 100)
    assert after["accounts"]["LastActivityDate"] == "2026-02-01"
    assert after["contacts"]["Account_Name__c"] == "Renamed"
    record = store.record("opportunities", job)
    assert (record["HasOpenActivity"], record["LastActivityDate"]) == (True, "2026-02-01")
    changes.delete("opportunities", job)
    assert after["campaigns"]["NumberOfOpportunities"] == before["campaigns"]["NumberOfOpportunities"]


def test_counts_of_records_that_the_fake_lacks_are_restated_without_a_stamp(caller):
    campaign = caller.fake.store.ids("campaigns")[0]
    stamp = caller.fake.store.record("campaigns", campaign)["SystemModstamp"]
    caller.fake.changes.restate("campaigns", campaign, {"NumberOfLeads": 12_345})
    (row,) = caller.rows("SELECT SystemModstamp FROM Campaign WHERE NumberOfLeads = 12345")
    assert row["SystemModstamp"] == stamp
    with pytest.raises(ValueError, match="follows from"):
        caller.fake.changes.restate("campaigns", campaign, {"NumberOfOpportunities": 1})


def test_unknown_kinds_fields_and_taken_ids_are_refused(caller):
    one = caller.fake.store.ids("accounts")[0]
    with pytest.raises(ValueError, match="unknown object 'invoices'"):
        caller.fake.changes.create("invoices")
    with pytest.raises(ValueError, match="exists"):
        caller.fake.changes.create("accounts", id=one)
    with pytest.raises(KeyError):
        caller.fake.changes.update("accounts", one, {"Nope": 1})


def test_changes_and_activity_outlive_a_restart(tmp_path):
    settings = {"counts": SMALL, "state": str(tmp_path / "state")}
    first = SalesforceSandbox(**settings, activity=20)
    first.changes.purge("leads", first.store.ids("leads")[-1])
    again = SalesforceSandbox(**settings)
    for kind in SMALL:
        assert again.store.tables[kind].records == first.store.tables[kind].records, kind
        assert again.store.tables[kind].purged == first.store.tables[kind].purged
    assert (
        SalesforceSandbox(counts=SMALL).store.tables["leads"].records != first.store.tables["leads"].records
    )


@pytest.mark.parametrize(
    "now",
    ["2028-02-29T12:00:00+00:00", "2026-12-31T23:59:30+00:00", "2027-01-01T00:00:30+00:00"],
    ids=["29 February", "last minute of a year", "first minute of a year"],
)
@pytest.mark.parametrize("is_anchored", [True, False], ids=["fixed anchor", "anchor of that day"])
def test_any_day_will_do(now, is_anchored):
    moment = datetime.fromisoformat(now)
    settings = {} if is_anchored else {"anchor": moment}
    offset_s = (moment - datetime.now(UTC)).total_seconds()
    with SalesforceSandbox(counts=SMALL, clock_offset_s=offset_s, activity=30, **settings).serve() as fake:
        caller = SalesforceCaller(fake)
        start = (moment - timedelta(minutes=10)).isoformat().replace("+00:00", "Z")
        for name in ("Account", "Contact", "Opportunity", "Lead", "Task"):
            rows = caller.rows(f"SELECT SystemModstamp, CreatedDate FROM {name}")
            assert all(row["CreatedDate"] <= row["SystemModstamp"] for row in rows)
        counts = [
            len(caller.ids(f"SELECT Id FROM {name} WHERE SystemModstamp >= {start}"))
            for name in ("Account", "Contact", "Opportunity", "Lead", "Task", "Campaign", "User")
        ]
    assert 5 < sum(counts) <= 30


def test_same_seed_gives_the_same_org_and_another_seed_another():
    one, same, other = (SalesforceSandbox(counts=SMALL, seed=seed).store.tables for seed in (7, 7, 8))
    assert one["tasks"].records == same["tasks"].records
    assert one["tasks"].records != other["tasks"].records


def test_ids_keep_their_number_and_tell_their_case():
    assert make_id("001", 1) == "001xx0000000001AAA"
    assert make_id("00Q", 1) == "00Qxx0000000001EAA"
    numbers = [1, 35, 36, 61, 62, 3_843, 10**9]
    ids = [make_id("003", number) for number in numbers]
    assert [read_number(one) for one in ids] == numbers
    assert ids == sorted(ids)
    # two that differ in case alone have different ends
    assert {make_id("003", 10)[:15].lower()} == {make_id("003", 36)[:15].lower()}
    assert make_id("003", 10)[15:] != make_id("003", 36)[15:]
    assert to_long("003xx000000000B") == make_id("003", 11)


def test_control_endpoint_changes_data_of_a_fake_in_another_process(caller):
    one = caller.fake.store.ids("accounts")[0]
    command = {"op": "update", "type": "Account", "id": one, "fields": {"Site": "Elsewhere"}}
    answer = requests.post(f"{caller.fake.url}/_sandbox/changes", json=command, timeout=5)
    assert answer.status_code == 200
    assert caller.ids("SELECT Id FROM Account WHERE Site = 'Elsewhere'") == [one]
    described = requests.get(f"{caller.fake.url}/_sandbox", timeout=5).json()
    assert described["records"]["users"] == {"live": 8, "deleted": 0}

"""What Pipedrive does to naive readers: the traps of its facts page, in that page's order."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from crm_sync.exceptions import QuotaExhaustedError, SourceUnavailableError
from crm_sync.rest.messages import Request
from tests.sources.pipedrive.conftest import PATHS, SMALL

V2 = sorted(name for name, path in PATHS.items() if "/v2/" in path)
DELTAS = ["organizations", "persons", "products", "leads", "deals", "activities"]
FORGETFUL = ["organizations", "persons", "products", "activities"]


def soon(account):
    """A lower bound with a fraction of a second, before what is changed from now on."""
    return account.fake.clock.now().replace(microsecond=123_456) - timedelta(seconds=2)


def test_1_nothing_is_read_from_a_v1_list_that_is_retired(account):
    for name in account.source.entities:
        assert account.read(name).is_whole
    paths = {entry.path for entry in account.fake.requests.entries()}
    v1 = {path for path in paths if "/v1/" in path}
    assert v1 == {"/api/v1/leads", "/api/v1/leads/archived", "/api/v1/users"}
    assert account.fake.requests.summary()["by_status"] == {"200": len(account.fake.requests)}


def test_2_recents_is_never_asked_and_the_bound_is_inclusive(account):
    one = account.fake.store.list_live("persons")[3]
    since = account.fake.clock.now().replace(microsecond=0)
    account.fake.changes.update("persons", one, {"first_name": "Ada"}, at_ms=int(since.timestamp() * 1000))
    assert account.read("persons", since=since).ids == [one]
    assert not [entry for entry in account.fake.requests.entries() if "recents" in entry.path]


@pytest.mark.parametrize("kind", DELTAS)
def test_3_bound_of_a_delta_has_whole_seconds(account, kind):
    since = soon(account)
    one = account.fake.store.list_live(kind)[4]
    account.fake.changes.touch(kind, [one])
    assert one in account.read(kind, since=since).ids
    sent = [query["updated_since"] for query in account.queries(PATHS[kind])]
    assert sent == [f"{since:%Y-%m-%dT%H:%M:%SZ}"] * len(sent)
    assert sent


def test_4_archived_deal_is_read_from_the_other_list_at_its_price(account):
    since, one = soon(account), account.fake.store.list_live("deals")[5]
    account.fake.changes.archive("deals", one)
    rows = account.read("deals", since=since).rows
    assert rows[one]["is_archived"] is True
    assert rows[one]["archive_time"] is not None
    assert account.read("deals").ids == account.fake.store.ids("deals")
    passes = {two.name: two.cost for two in account.source.entities["deals"].read.passes}
    assert passes == {"deals": {"tokens": 10}, "archived": {"tokens": 20}}


def test_4_deal_that_is_archived_between_the_two_lists_is_seen(account):
    one = account.fake.store.list_live("deals")[5]
    account.fake.hooks.before_page(
        "/api/v2/deals/archived", 1, lambda: account.fake.changes.archive("deals", one)
    )
    assert one in account.read("deals").ids


def test_5_deleted_deal_is_shown_for_thirty_days_and_marked(account):
    since, one = soon(account), account.fake.store.list_live("deals")[5]
    account.fake.changes.delete("deals", one)
    row = account.read("deals", since=since).rows[one]
    assert (row["status"], row["is_deleted"]) == ("deleted", True)
    assert account.source.entities["deals"].deleted.column == "is_deleted"
    account.fake.clock.advance(31 * 24 * 3600)
    assert one not in account.read("deals").ids


@pytest.mark.parametrize("kind", [*FORGETFUL, "leads"])
def test_5_other_deleted_records_are_missed_by_deltas_and_found_by_comparison(account, kind):
    since, one = soon(account), account.fake.store.list_live(kind)[5]
    account.fake.changes.delete(kind, one)
    assert one not in account.read(kind, since=since).ids
    result = account.read(kind)
    assert one not in result.ids
    assert result.is_whole, "a whole read finds what is gone"
    assert account.source.entities[kind].reconcile_every == 7 * 24 * 3600


@pytest.mark.parametrize("kind", FORGETFUL)
def test_5_deleted_record_that_is_listed_all_the_same_is_marked(open_account, kind):
    """Nobody has seen such a list; a wrong guess must not make a live row of it."""
    account = open_account(lists_deleted=frozenset({kind}))
    one = account.fake.store.list_live(kind)[5]
    account.fake.changes.delete(kind, one)
    assert account.read(kind).rows[one]["is_deleted"] is True
    assert account.source.entities[kind].deleted.column == "is_deleted"


def test_6_no_hash_of_a_field_is_in_the_configuration(account):
    paths = [str(field.source) for one in account.source.entities.values() for field in one.fields.values()]
    assert paths
    assert not [path for path in paths if re.search("[0-9a-f]{40}", path)]


def test_7_flat_and_sparse_fields_of_leads_end_up_like_the_nested_ones(account):
    codes = [
        one["field_code"] for one in account.fake.store.field_lists["dealFields"] if one["is_custom_field"]
    ]
    records = {one["id"]: one for one in account.read("leads").records}
    for one, stored in account.fake.store.tables["leads"].records.items():
        assert records[one].get("custom_fields", {}) == {
            code: stored[code] for code in codes if code in stored
        }
        assert not set(codes) & set(records[one])
    assert all("custom_fields" in one for one in account.read("deals").records)


def test_8_visibility_and_labels_have_the_types_of_their_generation(account):
    lead, deal = (account.read(kind).records[-1] for kind in ("leads", "deals"))
    assert isinstance(lead["visible_to"], str)
    assert isinstance(deal["visible_to"], int)
    rows = account.read("leads").rows.values()
    assert {row["visible_to"] for row in rows} == {"1", "3"}
    fields = {kind: account.source.entities[kind].fields for kind in ("leads", "deals")}
    assert [str(fields[kind]["visible_to"].type) for kind in fields] == ["string", "integer"]
    assert {str(fields[kind]["label_ids"].type) for kind in fields} == {"json"}


def test_9_record_that_was_never_changed_has_the_time_of_its_creation(account):
    """`hostile` has a deal without a modified time; pipelines, stages and users have some by themselves."""
    for kind in ("deals", "pipelines", "stages", "users"):
        name = "modified" if kind == "users" else "update_time"
        never = [one["id"] for one in account.fake.store.tables[kind].records.values() if one[name] is None]
        rows = account.read(kind).rows
        assert never
        assert all(rows[one]["updated_at"] == rows[one]["created_at"] is not None for one in never)


def test_10_users_are_one_answer_and_asked_without_pages(account):
    assert account.read("users", page_size=2).ids == account.fake.store.ids("users")
    assert account.queries("/api/v1/users") == [{}]


def test_11_used_up_day_ends_the_run_at_once_and_names_the_tokens(open_account):
    account = open_account(rate_limits=True, daily_tokens=1_000, used_by_others=1_000)
    result = account.read("persons", client=account.make_client(rate_limits=True))
    assert "the daily quota is used up: 0 of 1000 tokens are left" in result.reason
    assert len(account.fake.requests) == 1, "and is not asked again"
    assert not result.is_whole


def test_12_cloudflares_page_is_not_taken_for_a_missing_right(account):
    account.fake.faults.add("blocked", PATHS["persons"], times=None)
    result = account.read("persons")
    assert "Cloudflare" in result.reason
    assert "says nothing about the key's rights" in result.reason
    with pytest.raises(QuotaExhaustedError):
        account.make_client().send(Request("GET", PATHS["persons"], params={"limit": "1"}))


@pytest.mark.parametrize("kind", V2)
def test_13_lists_are_sorted_by_what_never_changes(account, kind):
    account.read(kind, page_size=10)
    asked = account.queries(PATHS[kind])
    assert {(query["sort_by"], query.get("sort_direction")) for query in asked} == {("id", None)}


def test_13_record_that_changes_between_two_pages_moves_none_away(account):
    live = account.fake.store.list_live("deals")
    account.fake.hooks.before_page(
        "/api/v2/deals", 3, lambda: account.fake.changes.touch("deals", [live[0], live[-1]])
    )
    assert account.read("deals", page_size=10).ids == account.fake.store.ids("deals")


@pytest.mark.parametrize("kind", DELTAS)
def test_14_no_saved_filter_switches_the_others_off(account, kind):
    account.read(kind, since=soon(account))
    assert not [query for query in account.queries() if "filter_id" in query]


@pytest.mark.parametrize("fault", ["null_body", "unsuccessful", "error_in_200"])
@pytest.mark.parametrize("kind", ["persons", "leads", "users"])
def test_15_success_without_success_is_asked_again_and_then_an_error(account, kind, fault):
    planned = account.fake.faults.add(fault, PATHS[kind])
    assert account.read(kind).is_whole
    assert planned.fired == 1
    account.fake.faults.add(fault, PATHS[kind], times=None)
    result = account.read(kind, catch=SourceUnavailableError)
    assert result.error is not None
    assert not result.pages


def test_15_empty_v1_list_that_is_null_is_empty(open_account):
    account = open_account(null_data=True, counts={**SMALL, "leads": 0})
    result = account.read("leads")
    assert (result.records, result.reason, result.is_whole) == ([], None, True)


def test_16_fields_of_contact_sync_are_never_required(account):
    fields = account.source.entities["persons"].fields
    assert not any(
        fields[name].required for name in ("job_title", "notes", "birthday", "postal_address", "im")
    )
    rows = account.read("persons").rows
    without = [one["id"] for one in account.read("persons").records if "job_title" not in one]
    assert without
    assert all(rows[one]["job_title"] is None for one in without)
    named = {key for one in account.read("persons").records for key in ("im", "ims") if key in one}
    assert named == {"im", "ims"}
    assert all(rows[one["id"]]["im"] for one in account.read("persons").records if {"im", "ims"} & set(one))


@pytest.mark.parametrize("how", ["cut", "default"])
def test_17_page_that_is_shorter_than_asked_is_not_the_end(open_account, how):
    account = open_account(counts={**SMALL, "leads": 730}, v1_long_limit=how)
    result = account.read("leads", page_size=700)
    assert result.ids == account.fake.store.ids("leads")
    assert account.source.entities["leads"].max_page_size == 500


def test_18_day_and_hour_of_an_activity_stay_apart(account):
    rows = account.read("activities").rows
    in_gap = [row for row in rows.values() if str(row["due_date"]) == "2026-03-08"]
    assert {row["due_time"] for row in in_gap} == {"02:30:00"}

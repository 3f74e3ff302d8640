"""What Salesforce does to naive readers: hidden fields, late records, ended sessions, one code for two."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from crm_sync.exceptions import AuthenticationError, UnexpectedResponseError
from crm_sync.sources.rest.door import Door
from crm_sync.sync.connection_check import check_source

KINDS = ["users", "accounts", "contacts", "leads", "opportunities", "campaigns", "tasks"]


@pytest.mark.parametrize("kind", KINDS)
def test_whole_read_has_every_record_of_the_org_and_of_its_recycle_bin(kit, kind):
    if kind != "users":
        kit.fake.changes.delete(kind, kit.stored_ids(kind)[0])
    result = kit.read(kind)
    assert result.ids == kit.stored_ids(kind)
    assert result.is_whole
    assert result.reason is None
    assert "WHERE" not in kit.asked()[-1]


def test_users_are_never_asked_for_a_field_that_they_lack(kit):
    kit.read("users")
    assert "IsDeleted" not in kit.asked()[-1]


def test_delta_asks_from_the_moment_on_and_shows_deleted_records(kit):
    since = kit.fake.clock.now() - timedelta(seconds=1)
    changed, gone = kit.stored_ids("contacts")[:2]
    kit.fake.changes.update("contacts", changed, {"Title": "Owner"})
    kit.fake.changes.delete("contacts", gone)
    result = kit.read("contacts", since=since, previous={"refreshed": since.isoformat()})
    assert result.ids == sorted([changed, gone])
    assert {one["id"]: one["is_deleted"] for one in result.rows.values()} == {changed: False, gone: True}
    written = f"{since:%Y-%m-%dT%H:%M:%S}.{since.microsecond // 1000:03d}Z"
    assert f"WHERE SystemModstamp >= {written} ORDER BY" in kit.asked()[-1]


def test_archived_tasks_stay_in_sight(kit):
    archived = kit.stored_ids("tasks")[3]
    kit.fake.changes.archive_task(archived)
    assert kit.read("tasks").rows[archived]["is_archived"] is True


def test_hidden_field_is_left_out_said_once_and_welcomed_back(kit):
    kit.fake.changes.hide_field("contacts", "Email")
    result = kit.read("contacts")
    assert result.facts["missing_fields"] == ["Email"]
    assert [note for note in result.notes if "no field Email" in note]
    assert all(page.missing == {"email"} for page in result.pages)
    kit.fake.changes.grant_field("contacts", "Email")
    again = kit.read("contacts", previous=result.facts)
    assert [note for note in again.notes if "Email is there again" in note]
    assert not any(page.missing for page in again.pages)


def test_field_hidden_between_describe_and_the_query_costs_a_second_describe(kit):
    kit.fake.hooks.before_page("*/queryAll", 1, lambda: kit.fake.changes.hide_field("accounts", "Site"))
    result = kit.read("accounts")
    assert result.ids == kit.stored_ids("accounts")
    assert result.facts["missing_fields"] == ["Site"]
    assert len(kit.fake.requests.entries("*/Account/describe")) == 2


def test_read_without_its_modified_time_fails_and_names_it(kit):
    kit.fake.changes.hide_field("leads", "SystemModstamp")
    result = kit.read("leads", catch=UnexpectedResponseError)
    assert "updated_at" in str(result.error)


def test_custom_fields_go_to_extra_unless_the_connection_says_mapped_only(kit):
    kit.fake.changes.add_field("accounts", "Region__c")
    assert all("Region__c" in record for record in kit.read("accounts").records)
    mapped = kit.read("accounts", client=kit.make_client(fields="mapped"))
    assert not any("Region__c" in record for record in mapped.records)
    assert mapped.is_whole, "fields are narrowed by it, records are not"


def test_large_numbers_keep_every_digit(kit):
    one = kit.stored_ids("accounts")[0]
    kit.fake.changes.update("accounts", one, {"AnnualRevenue": 5600000000.0, "NumberOfEmployees": 12})
    row = kit.read("accounts").rows[one]
    assert Decimal(row["annual_revenue"]) == Decimal("5.6E9")


def test_session_that_ends_in_mid_list_is_renewed_once(kit):
    kit.fake.faults.add("session_expired", "*/v62.0/query/*", skip=1)
    result = kit.read("contacts")
    assert result.ids == kit.stored_ids("contacts")
    assert kit.fake.tokens.logins == 2


def test_session_that_ends_again_and_again_is_an_error(kit):
    kit.fake.faults.add("unauthorized", "*/queryAll", times=None)
    result = kit.read("contacts", catch=AuthenticationError)
    assert "INVALID_SESSION_ID" in str(result.error)


def test_too_many_calls_at_once_are_waited_for(kit):
    kit.fake.faults.add("rate_limited", "*/v62.0/query*", times=2)
    result = kit.read("contacts")
    assert result.ids == kit.stored_ids("contacts")
    assert kit.skipped_s >= 5


def test_used_up_day_ends_the_run_as_partial_without_waiting(kit):
    kit.fake.faults.add("daily_limit", "*/v62.0/query/*", times=None)
    result = kit.read("contacts")
    assert "the org's daily calls are used up" in result.reason
    assert not result.is_whole
    assert kit.skipped_s == 0


@pytest.mark.parametrize(("percent", "is_read"), [(None, False), (95, True)])
def test_share_of_the_day_is_left_to_others(open_account, percent, is_read):
    kit = open_account(daily_limit=1000, used_by_others=900)
    extra = {"rate_limits": True, **({} if percent is None else {"daily_quota_percent": percent})}
    result = kit.read("contacts", client=kit.make_client(**extra))
    assert (result.reason is None) == is_read
    assert is_read or ("90" in result.reason and "1000" in result.reason)


def test_forgotten_position_starts_the_query_again(kit):
    kit.fake.faults.add("locator_expired", "*/v62.0/query/*", skip=1)
    result = kit.read("contacts")
    assert sorted(set(result.ids)) == kit.stored_ids("contacts")
    assert result.is_whole


def test_page_that_says_nothing_about_its_end_is_an_error(kit):
    kit.fake.faults.add("no_done", "*/queryAll", times=None)
    assert kit.read("contacts", catch=Exception).error is not None


def test_data_on_a_strange_host_is_refused_by_name(open_account):
    kit = open_account(instance_url="https://elsewhere.example.com")
    result = kit.read("users", catch=UnexpectedResponseError)
    assert "elsewhere.example.com" in str(result.error)
    assert "127.0.0.1" in str(result.error)


def test_other_grants_are_chosen_by_the_connection(open_account):
    kit = open_account(rotates_refresh_token=True)
    client = kit.make_client(flow="refresh_token", refresh_token=kit.fake.config.refresh_token)
    result = kit.read("users", client=client)
    assert result.ids == kit.stored_ids("users")
    assert [note for note in result.notes if "refresh token" in note]


def test_other_version_is_asked_for_throughout(kit):
    kit.read("users", client=kit.make_client(api_version="60.0"))
    paths = {entry.path.split("/")[3] for entry in kit.fake.requests.entries("/services/data/*")}
    assert paths == {"v60.0"}


def test_check_of_a_connection_reads_one_record_of_each_object(kit):
    findings = list(check_source(kit.source, lambda: Door(kit.source, kit.make_client())))
    assert all(one.is_good for one in findings), [str(one) for one in findings]
    assert len(kit.asked()) == len(KINDS)
    assert all(one.endswith("LIMIT 1") for one in kit.asked())


def test_object_that_the_user_may_not_see_fails_alone(kit):
    kit.fake.changes.set_access("campaigns", is_allowed=False)
    findings = {
        one.about: one for one in check_source(kit.source, lambda: Door(kit.source, kit.make_client()))
    }
    assert [about for about, one in findings.items() if not one.is_good] == ["salesforce.campaigns"]

"""A query language, tokens, described fields, locators and quotas: from YAML alone into PostgreSQL."""

from __future__ import annotations

import pytest

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import FatalSourceError
from tests.sandbox.salesforce_caller import SalesforceCaller

pytestmark = pytest.mark.postgres
HOUR = 3600


def rows(org, columns="id, name, phone, is_deleted", table="accounts"):
    return sorted(org.warehouse.fetch_all(f"select {columns} from worddemo.{table}"))


def held(org):
    table = org.account.fake.store.tables["accounts"]
    return sorted((one["Id"], one["Name"], one["Phone"], one["IsDeleted"]) for one in table)


def test_full_and_deltas_hold_what_the_account_holds(org):
    assert org.run("accounts").row.status is SyncStatus.SUCCESS
    assert rows(org) == held(org)
    fake = org.account.fake
    first, second = fake.store.ids("accounts")[:2]
    org.pass_time(10 * HOUR)
    fake.changes.update("accounts", first, {"Name": "O'Neil & Sons"})
    fake.changes.delete("accounts", second)
    org.pass_time(HOUR)
    run = org.run("accounts")
    assert (run.row.status, run.row.records_processed) == (SyncStatus.SUCCESS, 2)
    assert rows(org) == held(org)
    queries = [entry.query for entry in fake.requests.entries("*/queryAll")]
    assert "WHERE" not in queries[0]
    assert "WHERE" in queries[-1]


def test_hidden_field_keeps_its_values_and_comes_back(org):
    org.run("accounts")
    before, fake = rows(org, "id, phone"), org.account.fake
    fake.changes.hide_field("accounts", "Phone")
    org.pass_time(10 * HOUR)
    fake.changes.touch("accounts")
    org.pass_time(HOUR)
    run = org.run("accounts")
    assert run.row.status is SyncStatus.SUCCESS
    assert run.row.configuration["source"]["missing_fields"] == ["Phone"]
    assert rows(org, "id, phone") == before
    fake.changes.grant_field("accounts", "Phone")
    org.pass_time(HOUR)
    run = org.run("accounts")
    assert "missing_fields" not in run.row.configuration["source"]
    assert "Phone is there again: run a `full`" in str(run.row.configuration)


def test_session_that_ends_in_the_middle_is_renewed(open_org):
    org = open_org(session_calls=2)
    assert org.run("accounts").row.status is SyncStatus.SUCCESS
    assert rows(org) == held(org)
    assert org.account.fake.tokens.logins > 1


def test_share_of_the_day_ends_a_run_as_partial_with_both_numbers(open_org):
    org = open_org(extra={"daily_quota_percent": 80}, daily_limit=100, used_by_others=78)
    run = org.run("accounts")
    assert run.row.status is SyncStatus.PARTIAL
    assert "80 of the day's 100 calls are used" in str(run.row)


def test_replaced_refresh_token_is_in_the_history_row(open_org):
    org = open_org(
        extra={"flow": "refresh_token", "refresh_token": "sandbox-refresh-token", "rate_limits": False},
        rotates_refresh_token=True,
    )
    run = org.run("accounts")
    assert run.row.status is SyncStatus.SUCCESS
    assert "handed out another refresh token" in str(run.row.configuration)
    assert "sandbox-refresh-token" not in str(run.row)


def test_result_of_a_job_is_read_as_csv_behind_locators(open_org):
    org = open_org(extra={"job": "unknown", "rate_limits": False})
    caller = SalesforceCaller(org.account.fake)
    job = caller.finish_job("SELECT Id, Name, Phone, IsDeleted FROM Account")
    org.account.facts["extra"]["job"] = job
    assert org.run("results").row.status is SyncStatus.SUCCESS
    assert rows(org, table="results") == held(org)
    asked = org.account.fake.requests.entries("*/results")
    # the first one reads the clock
    assert [("locator=" in entry.query) for entry in asked] == [False, False, True, True]


def test_job_that_is_not_known_is_an_error(open_org):
    org = open_org(extra={"job": "unknown", "rate_limits": False})
    with pytest.raises(FatalSourceError, match="404 NOT_FOUND"):
        org.run("results")

"""Salesforce fake: shapes of rows, pages and their locators, what `query` and `queryAll` show."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from sandbox.frame.times import DAY_MS
from sandbox.salesforce import SalesforceSandbox
from sandbox.salesforce.object_types import OBJECT_TYPES
from tests.sandbox.salesforce_caller import SMALL, SalesforceCaller, code

SEVEN = [(one.kind, one.name) for one in OBJECT_TYPES]


@pytest.fixture
def caller():
    with SalesforceSandbox(counts=SMALL, page_size=25).serve() as fake:
        yield SalesforceCaller(fake)


@pytest.fixture(scope="module")
def shared():
    with SalesforceSandbox(counts=SMALL).serve() as fake:
        yield SalesforceCaller(fake)


@pytest.mark.parametrize(("kind", "name"), SEVEN)
def test_every_field_of_every_object_can_be_asked_for(shared, kind, name):
    fields = [one["name"] for one in shared.get(f"sobjects/{name}/describe").json()["fields"]]
    rows = shared.rows(f"SELECT {', '.join(fields)} FROM {name}")
    assert [row["Id"] for row in rows] == list(shared.fake.store.tables[kind].records)
    assert all(list(row) == ["attributes", *fields] for row in rows)
    row = rows[0]
    url = f"/services/data/v62.0/sobjects/{name}/{row['Id']}"
    assert row["attributes"] == {"type": name, "url": url}
    # made up, all of it: addresses of nobody, numbers of nobody
    mails = [row[key] for row in rows for key in ("Email", "Username") if row.get(key)]
    assert all("@example.com" in mail.lower() for mail in mails)


def test_moments_have_an_offset_without_a_colon_and_dates_no_time(shared):
    (row,) = shared.rows("SELECT SystemModstamp, CloseDate FROM Opportunity LIMIT 1")
    assert row["SystemModstamp"].endswith(".000+0000")
    assert len(row["CloseDate"]) == len("2026-01-31")


def test_large_and_small_numbers_come_with_an_exponent(shared):
    accounts = shared.fake.store.tables["accounts"]
    one, other, third = list(accounts.records)[:3]
    for record_id, value in ((one, 5.6e9), (other, 123456789012.34), (third, 0.0001)):
        accounts.records[record_id]["AnnualRevenue"] = value
    body = shared.ask(f"SELECT AnnualRevenue FROM Account WHERE Id IN ('{one}','{other}','{third}')").text
    assert [text in body for text in (":5.6E9}", ":1.2345678901234E11}", ":1.0E-4}")] == [True] * 3
    numbers = [row["AnnualRevenue"] for row in json.loads(body, parse_float=Decimal)["records"]]
    assert numbers == [Decimal(5_600_000_000), Decimal("123456789012.34"), Decimal("0.0001")]


def test_fields_of_parents_are_nested_and_a_missing_parent_is_null(shared):
    rows = shared.rows("SELECT Id, Account.Name, Account.Owner.Name, ReportsTo.Name FROM Contact")
    contacts, accounts = (shared.fake.store.tables[kind].records for kind in ("contacts", "accounts"))
    for row in rows:
        parent = accounts.get(contacts[row["Id"]]["AccountId"])
        if parent is None:
            assert row["Account"] is None
        else:
            assert row["Account"]["attributes"]["type"] == "Account"
            assert row["Account"]["Name"] == parent["Name"]
            assert row["Account"]["Owner"]["Name"]
    assert {row["ReportsTo"] is None for row in rows} == {True, False}


def test_address_is_an_object_of_its_parts(shared):
    rows = shared.rows("SELECT BillingAddress, BillingStreet FROM Account")
    row = next(row for row in rows if row["BillingAddress"] and row["BillingStreet"])
    assert row["BillingAddress"]["street"] == row["BillingStreet"]
    assert list(row["BillingAddress"]) == [
        "street", "city", "state", "stateCode", "postalCode", "country", "countryCode", "latitude",
        "longitude", "geocodeAccuracy",
    ]  # fmt: skip


def test_pages_lead_on_until_done(caller):
    soql = "SELECT Id FROM Account ORDER BY Id"
    first = caller.ask(soql).json()
    assert (first["totalSize"], first["done"], len(first["records"])) == (60, False, 25)
    # the path says query although deleted rows are among them
    assert first["nextRecordsUrl"].startswith("/services/data/v62.0/query/01g")
    assert caller.ids(soql) == list(caller.fake.store.tables["accounts"].records)
    last = caller.get(first["nextRecordsUrl"].replace("-25", "-50")).json()
    assert (last["totalSize"], last["done"], len(last["records"])) == (60, True, 10)
    assert "nextRecordsUrl" not in last


def test_empty_result_and_count(shared):
    assert shared.ask("SELECT Id FROM Task WHERE Subject = 'no such'").json() == {
        "totalSize": 0, "done": True, "records": [],
    }  # fmt: skip
    assert shared.ask("SELECT COUNT() FROM Task").json() == {"totalSize": 90, "done": True, "records": []}


def test_query_hides_deleted_and_archived_rows_and_query_all_shows_them(shared):
    for name, kind, hidden in (("Account", "accounts", "IsDeleted"), ("Task", "tasks", "IsArchived")):
        table = shared.fake.store.tables[kind]
        plain = set(shared.ids(f"SELECT Id FROM {name}", path="query"))
        assert {row["Id"] for row in table if row[hidden]} & plain == set()
        assert 0 < len(plain) < len(shared.ids(f"SELECT Id FROM {name}")) == len(table.records)


def test_client_may_ask_for_smaller_pages_down_to_200():
    with SalesforceSandbox(counts={"accounts": 700}).serve() as fake:
        caller = SalesforceCaller(fake)
        for asked, size in (("batchSize=300", 300), ("batchSize=5", 200), ("nonsense", 700)):
            page = caller.ask("SELECT Id FROM Account", Sforce_Query_Options=asked).json()
            assert len(page["records"]) == size, asked


def test_records_of_a_result_are_settled_and_their_values_are_not(caller):
    soql = "SELECT Id, Name FROM Account ORDER BY Id"
    ids = caller.ids(soql)
    page = caller.ask(soql).json()
    caller.fake.changes.create("accounts", {"Name": "Late"})
    caller.fake.changes.update("accounts", ids[30], {"Name": "Changed"})
    caller.fake.changes.purge("accounts", ids[31])
    rows = caller.get(page["nextRecordsUrl"]).json()["records"]
    assert [row["Id"] for row in rows] == [one for one in ids[25:50] if one != ids[31]]
    assert rows[5]["Name"] == "Changed"


def test_locator_that_is_unknown_old_or_one_too_many_is_refused(caller):
    soql = "SELECT Id FROM Account"
    invalid = (400, "INVALID_QUERY_LOCATOR")
    assert code(caller.get("query/01gxx0000000099AAA-2000")) == invalid
    first = caller.ask(soql).json()["nextRecordsUrl"]
    for _ in range(caller.fake.config.most_locators):
        last = caller.ask(soql).json()["nextRecordsUrl"]
    assert code(caller.get(first)) == invalid
    assert caller.get(last).status_code == 200
    caller.fake.clock.advance(3 * DAY_MS / 1000)
    caller.session.headers["Authorization"] = f"Bearer {_log_in(caller)}"
    assert code(caller.get(last)) == invalid


def test_request_line_beyond_16384_bytes_is_refused():
    with SalesforceSandbox(counts={"accounts": 1}, custom_fields=1_200).serve() as fake:
        caller = SalesforceCaller(fake)
        fields = ",".join(fake.store.tables["accounts"].visible)
        assert caller.ask(f"SELECT {fields} FROM Account").status_code == 414
        assert caller.start_job(f"SELECT {fields.replace('Address', 'City')} FROM Account").status_code == 400
        half = fields[: fields.index(",Custom_0600__c")]
        assert caller.ask(f"SELECT {half} FROM Account").status_code == 200


def _log_in(caller):
    config = caller.fake.config
    return caller.log_in(
        grant_type="client_credentials", client_id=config.client_id, client_secret=config.client_secret
    ).json()["access_token"]

"""SalesRabbit's values: blanks, shapes that vary, free texts, ids, times, both places of an address."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest


def build(account, **fields):
    one = account.fake.changes.create("leads", fields)
    chunk = account.transform()
    (row,) = [row for row in chunk.typed.to_dicts() if row["id"] == one]
    return row


@pytest.mark.parametrize(
    ("source", "column"),
    [("email", "email"), ("phonePrimary", "phone_primary"), ("phoneAlternate", "phone_alternate"),
     ("firstName", "first_name"), ("businessName", "business_name"), ("street2", "street2"), ("zip", "zip")],
)  # fmt: skip
def test_blank_text_becomes_null_and_no_finding(account, source, column):
    row = build(account, **{source: ""})
    assert row[column] is None


def test_half_of_the_leads_have_blanks_and_none_is_rejected_for_it(account):
    chunk = account.transform()
    assert chunk.typed.height == len(account.fake.store.ids("leads"))
    blanks = sum(lead["email"] == "" for lead in account.fake.store.list_all("leads"))
    assert blanks > 50
    assert chunk.typed["email"].null_count() >= blanks


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("{}", {}), ({}, {}), ([], []), ({"roofAge": "12"}, {"roofAge": "12"}), (None, None), ("", None)],
    ids=["text", "object", "list", "filled", "null", "blank"],
)
@pytest.mark.parametrize(
    ("source", "column"), [("customFields", "custom_fields"), ("integrationData", "integration_data")]
)
def test_object_arrives_in_each_of_its_shapes(account, source, column, value, wanted):
    found = build(account, **{source: value})[column]
    assert (None if found is None else json.loads(found)) == wanted


def test_status_is_kept_letter_by_letter(account):
    assert build(account, status="go-back 2nd Visit / Über 🔥")["status"] == "go-back 2nd Visit / Über 🔥"


def test_coordinates_keep_twelve_decimals(account):
    row = build(account, latitude=44.051234567891, longitude=-123.021234567891)
    assert Decimal(str(row["latitude"])) == Decimal("44.051234567891")
    assert Decimal(str(row["longitude"])) == Decimal("-123.021234567891")


def test_phone_without_country_is_read_as_american(account):
    assert build(account, phonePrimary="5550100001")["phone_primary"] == "+15550100001"


def test_times_and_ids_are_what_they_are_at_the_source(account):
    row = build(account, userId=911700001, dateModified="2025-05-01T08:00:01+00:00")
    assert row["user_id"] == 911_700_001
    assert row["date_modified"] == datetime(2025, 5, 1, 8, 0, 1, tzinfo=UTC)


def test_address_and_coordinates_in_objects_fill_the_same_columns(open_account):
    account = open_account(shape="nested", quirks=False)
    leads = {lead["id"]: lead for lead in account.fake.store.list_all("leads")}
    for row in account.transform().typed.to_dicts()[:50]:
        lead = leads[row["id"]]
        assert (row["street1"], row["zip"]) == (lead["address"]["street1"], lead["address"]["zip"])
        assert float(row["latitude"]) == lead["coordinates"]["latitude"]


def test_account_without_the_fields_of_one_client_has_nulls_there(open_account):
    frame = open_account(ancestor_fields=False).transform().typed
    for column in ("campaign_id", "date_of_birth", "files", "deleted_at"):
        assert frame[column].null_count() == frame.height


def test_user_in_all_its_unevenness_is_read(account):
    chunk = account.transform("users")
    assert chunk.typed.height == 40
    assert chunk.typed["active"].sum() < 40
    assert chunk.typed["photo_url"].null_count() < 40
    assert chunk.typed["hire_date"].null_count() > 0

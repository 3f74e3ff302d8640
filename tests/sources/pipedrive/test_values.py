"""Values that break naive pipelines, and the forms that Pipedrive gives its own."""

from __future__ import annotations

import json

import pytest

from crm_sync.sync.transform import transform_chunk
from crm_sync.sync.validate import validate_chunk
from sandbox.pipedrive.hostile import ASTRAL, HUGE_MONEY, LONG_NOTE, LONG_NUMBER, RIGHT_TO_LEFT
from tests.sources.pipedrive.conftest import PATHS


def list_rows(account, kind):
    """Rows in the order of their ids; the first ones are the hostile ones."""
    rows = account.read(kind).rows
    return [rows[one] for one in account.fake.store.ids(kind)]


@pytest.mark.parametrize("kind", sorted(PATHS))
def test_every_record_of_an_odd_account_passes_validation(account, kind):
    chunk = account.transform(kind)
    verdicts = validate_chunk(chunk.typed, chunk.findings, account.source.entities[kind])
    assert chunk.typed.height == len(account.fake.store.ids(kind))
    assert "reject" not in verdicts["action"].to_list()


def test_money_beyond_a_double_is_exact(account):
    # digits travel as checked text up to PostgreSQL's numeric
    assert list_rows(account, "deals")[0]["value"] == HUGE_MONEY
    assert list_rows(account, "organizations")[0]["annual_revenue"] == HUGE_MONEY
    assert HUGE_MONEY in [row["value"] for row in account.read("leads").rows.values()]


def test_number_of_twenty_digits_is_kept_as_text_and_reported_as_integer(account):
    rows = list_rows(account, "deals")
    assert rows[1]["origin_id"] == LONG_NUMBER
    assert rows[2]["channel"] is None
    findings = account.transform("deals").findings
    assert ("channel", LONG_NUMBER) in list(zip(findings["field"], findings["value"], strict=True))


def test_texts_survive_letter_by_letter(account):
    deals, activities = list_rows(account, "deals"), list_rows(account, "activities")
    assert (deals[0]["title"], deals[1]["title"]) == (ASTRAL, RIGHT_TO_LEFT)
    assert deals[2]["title"] == "NUL \ufffd inside"
    assert activities[0]["note"] == LONG_NOTE
    assert len(LONG_NOTE) >= 1_000_000


def test_empty_texts_are_null_and_not_empty(account):
    assert list_rows(account, "deals")[1]["lost_reason"] is None
    assert list_rows(account, "persons")[0]["first_name"] is None
    assert list_rows(account, "organizations")[1]["website"] is None


def test_duration_longer_than_a_day_is_kept(account):
    assert list_rows(account, "activities")[1]["duration"] == "120:00:00"


def test_person_has_the_primary_address_else_the_first(account):
    rows = account.read("persons").rows
    seen = set()
    for one, stored in account.fake.store.tables["persons"].records.items():
        emails = stored["emails"]
        chosen = next((two for two in emails if two["primary"]), emails[0] if emails else None)
        value = "" if chosen is None else chosen["value"]
        is_address = "@" in value
        assert rows[one]["email"] == (value.lower() if is_address else None)
        seen.add((len(emails), bool(chosen and chosen["primary"]), is_address))
    assert seen >= {(0, False, False), (1, True, True), (1, False, True), (2, True, True), (1, True, False)}


def test_address_that_is_none_is_null_and_reported(account):
    findings = account.transform("persons").findings
    assert ("email", "not an address") in list(zip(findings["field"], findings["value"], strict=True))


def test_organization_without_address_has_no_parts(account):
    without = [
        one["id"] for one in account.fake.store.tables["organizations"].records.values() if not one["address"]
    ]
    rows = account.read("organizations").rows
    assert without
    assert all(rows[one]["address"] is None and rows[one]["address_locality"] is None for one in without)
    assert any(row["address_locality"] for row in rows.values())


@pytest.mark.parametrize("as_object", [False, True])
def test_hour_and_length_are_texts_whatever_their_form(open_account, as_object):
    account = open_account(object_times=as_object)
    result = account.read("activities")
    stored = account.fake.store.tables["activities"].records
    assert {one: row["due_time"] for one, row in result.rows.items()} == {
        one: fields["due_time"] for one, fields in stored.items()
    }
    extra = transform_chunk(result.lines, result.entity).typed["extra"].to_list()
    kept = [json.loads(one or "{}").get("_wrapped", {}).get("due_time") for one in extra]
    assert sum(one is not None and one["timezone_id"] == 5 for one in kept) == (
        sum(one["due_time"] is not None for one in stored.values()) * as_object
    )
    assert not any("due_time" in json.loads(one or "{}") for one in extra)


def test_times_of_all_three_notations_are_utc(account):
    for kind, name in (("users", "created"), ("leads", "add_time"), ("deals", "add_time")):
        one, stored = next(iter(account.fake.store.tables[kind].records.items()))
        created = account.read(kind).rows[one]["created_at"]
        assert f"{created:%Y-%m-%d %H:%M:%S %z}" == f"{stored[name][:10]} {stored[name][11:19]} +0000"

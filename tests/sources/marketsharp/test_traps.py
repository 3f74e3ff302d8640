"""One test for each trap that others have walked into; the numbers are those of the facts page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crm_sync.exceptions import FatalSourceError, TransientSourceError, UnexpectedResponseError
from sandbox.marketsharp.quirks import NO_ID, NOTES
from sandbox.marketsharp.sets import KINDS
from tests.sources.turns import take_third

ATOM = {"format": "atom+xml"}
FULL = [kind for kind in KINDS if kind != "product_interests" and KINDS.index(kind) > 9]
"""Sets without lastUpdate."""


@pytest.mark.parametrize(
    ("kind", "source", "column"),
    [
        ("addresses", "coounty", "county"),
        ("jobs", "addressLin2", "address_line2"),
        ("employees", "CreatedDate", "created_date"),
        ("leads", "hasDNCPhone", "has_dnc_phone"),
        ("leads", "hasDNEEmail", "has_dne_email"),
    ],
)
def test_1_misspelt_names_fill_their_columns(account, kind, source, column):
    rows = account.read(kind).rows
    sent = {key for key, record in account.fake.store.tables[kind].items() if record.get(source) is not None}
    assert sent
    assert {key for key, row in rows.items() if row[column] is not None} == sent


@pytest.mark.parametrize("raw", [False, True], ids=["references", "raw"])
def test_2_characters_that_xml_forbids_cost_nothing_and_legal_ones_stay(open_account, raw):
    account = open_account(raw_controls=raw)
    plain, atom = (
        account.read("inquiries", client=account.make_client(**extra)).rows for extra in ({}, ATOM)
    )
    notes = {row["note"] for row in plain.values()}
    assert NOTES[0].replace("\x00", "\ufffd") in notes
    assert {NOTES[1], NOTES[2], NOTES[4], NOTES[5]} <= notes
    assert {key: row["note"] for key, row in atom.items()} == {key: row["note"] for key, row in plain.items()}


def test_3_pages_go_on_by_as_many_records_as_came(open_account):
    account = open_account(counts={"leads": 260})
    assert account.read("leads", page_size=50).ids == account.store_ids("leads")
    assert len(account.asked("leads")) == 6
    assert {one["$top"] for one in account.asked("leads")} == {"50"}


@pytest.mark.parametrize("kind", take_third(FULL, 0))
def test_4_sets_without_modified_time_are_never_asked_by_it(account, kind):
    since = datetime(2026, 1, 1, tzinfo=UTC)
    assert account.read(kind, since=since, page_size=25).ids == account.store_ids(kind)
    assert len(account.asked(kind)) >= 3
    assert not any("lastUpdate" in str(one) for one in account.asked(kind))


def test_4_a_refused_filter_is_said_once_and_never_sent_again(account):
    leads = account.source.entities["leads"].read
    wrong = account.entity("addresses", read={"passes": leads.passes, "paging": leads.paging})
    result = account.read(wrong, catch=FatalSourceError)
    assert "No property 'lastUpdate' exists in type 'Example.Address'" in str(result.error)
    assert len(account.asked("addresses")) == 1


@pytest.mark.parametrize("extra", [{}, ATOM], ids=["json", "atom"])
def test_5_a_page_that_fails_is_no_end(account, extra):
    account.fake.faults.add("overloaded", "*/Leads", skip=1, times=None)
    result = account.read(
        "leads", page_size=20, client=account.make_client(**extra), catch=TransientSourceError
    )
    assert "the service is overloaded" in str(result.error)
    assert not result.is_whole
    assert len(result.records) == 20


def test_6_records_are_counted_and_not_characters(account):
    result = account.read("inquiries", client=account.make_client(**ATOM))
    assert sum(page.records for page in result.pages) == len(account.store_ids("inquiries"))


def test_7_a_run_that_stops_half_way_goes_on_after_its_last_record(account):
    first = account.read("leads", page_size=20, stop_after=2)
    rest = account.read("leads", page_size=20, cursors=first.cursors)
    assert sorted(first.ids + rest.ids) == account.store_ids("leads")


def test_8_neither_header_nor_signed_text_nor_secret_is_logged(account, caplog):
    caplog.set_level("DEBUG")
    account.fake.faults.add("unauthorized", "*/Leads", times=1)
    account.read("leads")
    config = account.fake.config
    hashes = [one.rpartition(":")[2] for one in account.fake.signatures]
    for secret in (config.secret, config.api_key, *hashes):
        assert secret not in caplog.text


def test_9_contact_phones_are_keyed_by_their_contact(account):
    chunk = account.read("contact_phones").chunk
    assert sorted(chunk.typed["contact_id"]) == account.store_ids("contact_phones")
    assert chunk.findings.filter(chunk.findings["action"] == "reject").is_empty()


def test_10_records_of_the_bounds_own_second_are_read(account):
    account.fake.changes.update("leads", account.store_ids("leads")[0], {"lastUpdate": "2026-01-05T15:04:05"})
    late = account.store_ids("leads")[1]
    account.fake.changes.update("leads", late, {"lastUpdate": "2026-01-05T15:04:05.250"})
    since = account.wall("2026-01-05T15:04:05.900")
    assert late in account.read("leads", since=since).ids
    assert account.store_ids("leads")[0] in account.read("leads", since=since).ids


@pytest.mark.parametrize("extra", [{}, ATOM], ids=["json", "atom"])
def test_11_links_are_followed_on_the_connections_host_alone(open_account, extra):
    account = open_account(page_cap=25)
    assert account.read("leads", client=account.make_client(**extra)).ids == account.store_ids("leads")
    assert any("$skiptoken" in one for one in account.asked("leads"))
    whole = open_account()
    whole.fake.faults.add("foreign_link", "*/Leads")
    result = whole.read("leads", client=whole.make_client(**extra), catch=UnexpectedResponseError)
    assert "leads to another host (elsewhere.example)" in str(result.error)


@pytest.mark.parametrize("kind", take_third(KINDS, 1))
def test_12_equal_times_in_more_than_a_page_neither_repeat_nor_vanish(account, kind):
    account.fake.changes.touch(kind, at_ms=1_767_625_445_123)
    assert account.read(kind, page_size=7).ids == account.store_ids(kind)
    assert all("$skip" not in one for one in account.asked(kind))


def test_12_a_record_that_is_edited_meanwhile_moves_none_of_the_others_out_of_sight(account):
    ids = account.store_ids("leads")
    edited = min(ids, key=lambda one: account.fake.store.get("leads", one)["lastUpdate"])
    account.fake.hooks.before_page(
        "*/Leads", 2, lambda: account.fake.changes.update("leads", edited, {"lastName": "Later"})
    )
    result = account.read("leads", page_size=20)
    assert set(result.ids) == set(ids)
    assert [one["lastName"] for one in result.records if one["id"] == edited][-1] == "Later"


def test_13_an_id_of_zeros_is_null_and_any_other_text_stays(account):
    result = account.read("inquiries")
    zeros = [one["id"] for one in result.records if one.get("contactId") == NO_ID]
    assert zeros
    assert all(result.rows[one]["contact_id"] is None for one in zeros)
    assert "contact_id" not in set(result.chunk.findings["field"])
    assert any(key.startswith("LEGACY-") for key in result.rows)

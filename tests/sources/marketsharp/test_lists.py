"""Where a set begins and ends: bounds, forms of answers, caps, links, half-sent documents, conversions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crm_sync.exceptions import TransientSourceError
from sandbox.marketsharp.sets import BY_KIND, KINDS
from tests.sources.turns import take_third

ATOM = {"format": "atom+xml"}
FORMS = [
    pytest.param({}, {}, id="json"),
    pytest.param({}, {"json_form": "list"}, id="json_list"),
    pytest.param(ATOM, {}, id="atom"),
]


@pytest.mark.parametrize("kind", take_third(KINDS, 0))
def test_atom_and_json_give_the_same_rows(account, kind):
    plain, atom = (account.read(kind, client=account.make_client(**extra)) for extra in ({}, ATOM))
    assert plain.rows == atom.rows
    assert len(plain.rows) == len(account.store_ids(kind))
    assert plain.chunk.findings.equals(atom.chunk.findings)


def test_answers_are_json_unless_the_connection_says_otherwise(account):
    sizes = []
    for extra in ({}, {"format": "json"}, ATOM):
        account.read("leads", client=account.make_client(**extra))
        sizes.append(account.fake.requests.entries()[-2].body_bytes)
    assert sizes[0] == sizes[1] != sizes[2]


@pytest.mark.parametrize(("extra", "settings"), FORMS)
@pytest.mark.parametrize("links", [True, False], ids=["links", "no_links"])
@pytest.mark.parametrize("size", [5_000, 25], ids=["all", "some"])
def test_pages_that_the_service_cuts_are_no_end(open_account, extra, settings, links, size):
    """What links lead through ends with as many records as were asked for, and not with the list."""
    account = open_account(page_cap=11, next_links=links, **settings)
    for kind in ("leads", "addresses", "inquiry_statuses"):
        result = account.read(kind, client=account.make_client(**extra), page_size=size)
        assert result.ids == account.store_ids(kind)


def test_a_cut_page_in_the_middle_is_followed_by_its_link(open_account):
    """The first page is the longest; a shorter one with a link is not the last."""
    account = open_account(page_cap=20)
    account.fake.hooks.before_page("*/Leads", 2, lambda: _set_cap(account.fake, 7))
    assert account.read("leads").ids == account.store_ids("leads")


def _set_cap(fake, cap):
    object.__setattr__(fake.config, "page_cap", cap)


@pytest.mark.parametrize("extra", [{}, ATOM], ids=["json", "atom"])
def test_an_empty_answer_with_a_link_is_asked_again(account, extra):
    account.fake.faults.add("empty_page", "*/Leads", skip=1)
    result = account.read("leads", page_size=20, client=account.make_client(**extra))
    assert result.ids == account.store_ids("leads")


@pytest.mark.parametrize("settings", [{}, {"page_cap": 7}], ids=["own_position", "link"])
@pytest.mark.parametrize("kind", ["leads", "contact_phones", "activity_results"])
def test_a_read_that_was_stopped_goes_on_from_its_place(open_account, settings, kind):
    account = open_account(**settings)
    first = account.read(kind, page_size=20, stop_after=2)
    account.fake.changes.remove(kind, first.records[-1][BY_KIND[kind].key])
    rest = account.read(kind, page_size=20, cursors=first.cursors)
    assert set(first.ids) | set(rest.ids) >= set(account.store_ids(kind))
    assert not set(first.ids) & set(rest.ids)


def test_a_record_without_modified_time_comes_with_a_full_read_alone(account):
    one = account.store_ids("jobs")[0]
    account.fake.changes.update("jobs", one, {"lastUpdate": None})
    full = account.read("jobs", page_size=9)
    assert full.ids == account.store_ids("jobs")
    assert full.rows[one]["last_update"] is None
    assert one not in account.read("jobs", since=datetime(2000, 1, 1, tzinfo=UTC), page_size=9).ids


def test_ids_with_quotes_are_asked_for_as_they_are(account):
    for name in ("O'Brien", "''", "zz' or '1' eq '1", "\N{FIRE}", "a&b=c%20d+e"):
        account.fake.changes.create("addresses", {"line1": "x"}, id=name)
    assert account.read("addresses", page_size=1).ids == account.store_ids("addresses")


@pytest.mark.parametrize("kind", ["error_in_200", "cut_body", "truncated_json"])
@pytest.mark.parametrize("extra", [{}, ATOM], ids=["json", "atom"])
def test_a_half_sent_document_is_asked_again_and_never_repaired(account, extra, kind):
    account.fake.faults.add(kind, "*/Inquiries", skip=1, times=2)
    result = account.read("inquiries", page_size=20, client=account.make_client(**extra))
    assert result.ids == account.store_ids("inquiries")
    account.fake.faults.add(kind, "*/Inquiries", skip=1, times=None)
    failed = account.read(
        "inquiries", page_size=20, client=account.make_client(**extra), catch=TransientSourceError
    )
    assert failed.error is not None
    assert len(failed.records) == 20, "nothing of the broken page is taken"


@pytest.mark.parametrize("collation", ["ignore_case", "binary"])
def test_ids_may_be_sorted_as_the_database_likes(open_account, collation):
    account = open_account(collation=collation)
    for kind in ("leads", "addresses"):
        account.fake.changes.touch(kind, at_ms=1_767_625_445_000)
        assert account.read(kind, page_size=9).ids == account.store_ids(kind)


def test_a_delta_asks_on_the_companys_clock_and_keeps_its_bound_on_every_page(account):
    account.fake.changes.touch("leads", count=30, at_ms=1_767_625_445_123)
    since = datetime(2026, 1, 5, 15, 4, 5, 900_000, tzinfo=UTC)
    account.read("leads", since=since, page_size=9)
    filters = [one["$filter"] for one in account.asked("leads")]
    assert len(filters) == 4
    assert filters[0] == "lastUpdate ge datetime'2026-01-05T10:04:05'"
    begin = f"{filters[0]} and (lastUpdate gt datetime'2026-01-05T10:04:05.123' or "
    assert all(one.startswith(begin) for one in filters[1:])
    assert {one["$orderby"] for one in account.asked("leads")} == {"lastUpdate,id"}


def test_a_bound_in_the_hour_that_comes_twice_reads_both(account):
    account.fake.changes.update("leads", account.store_ids("leads")[0], {"lastUpdate": "2025-11-02T01:10:00"})
    since = datetime(2025, 11, 2, 6, 5, tzinfo=UTC)  # 01:05 in New York, the second time
    result = account.read("leads", since=since)
    assert account.asked("leads")[0]["$filter"] == "lastUpdate ge datetime'2025-11-02T00:05:00'"
    assert account.store_ids("leads")[0] in result.ids


def test_names_of_options_stay_as_they_are_and_blanks_are_no_plus(account):
    account.read("leads", since=datetime(2026, 1, 1, tzinfo=UTC))
    query = account.fake.requests.entries("*/Leads")[0].query
    assert "$filter=lastUpdate%20ge%20datetime%27" in query
    assert "$orderby=" in query
    assert "$top=5000" in query


@pytest.mark.parametrize("moves", [True, False])
def test_a_converted_lead_is_no_deleted_one(account, moves):
    gone = account.store_ids("leads")[0]
    account.fake.changes.convert("leads", gone, "customers", moves_time=moves)
    leads, customers = account.read("leads"), account.read("customers")
    assert gone not in leads.ids
    assert gone in customers.ids
    assert not leads.is_whole, "no row is taken as deleted"
    assert account.read("contacts").is_whole


def test_ids_that_are_numbers_are_asked_for_without_quotes(account):
    assert account.read("activity_results", page_size=9).ids == account.store_ids("activity_results")
    assert account.asked("activity_results")[1]["$filter"].endswith("))")
    assert "'" not in account.asked("activity_results")[1]["$filter"].rpartition("id gt")[2]
    account.read("activity_references", page_size=9)
    assert account.asked("activity_references")[1]["$filter"] == "id gt 109"

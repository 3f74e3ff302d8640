"""Deltas: what is asked for, what comes, and what the lists without a bound add."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.sources.pipedrive.conftest import PATHS

BOUNDED = ["organizations", "persons", "products", "deals", "activities", "leads"]
SECOND_MS = 1000


def around(account, kind):
    """Stamp one record at a bound, one a second before it; gives the bound and both ids."""
    since = account.fake.clock.now().replace(microsecond=0)
    inside, beyond = account.fake.store.list_live(kind)[:2]
    at_ms = int(since.timestamp()) * SECOND_MS
    account.fake.changes.touch(kind, [inside], at_ms=at_ms)
    account.fake.changes.touch(kind, [beyond], at_ms=at_ms - SECOND_MS)
    return since, inside, beyond


@pytest.mark.parametrize("kind", BOUNDED)
def test_delta_brings_what_changed_at_its_bound_and_not_before(account, kind):
    since, inside, beyond = around(account, kind)
    found = account.read(kind, since=since).ids
    assert inside in found
    assert beyond not in found
    archived = account.fake.store.tables[kind].archived if kind == "leads" else set()
    assert found == sorted({inside, *archived}), "nothing else but the archived leads"


@pytest.mark.parametrize("kind", ["users", "pipelines", "stages"])
def test_lists_without_a_bound_are_read_whole(account, kind):
    since = account.fake.clock.now() + timedelta(days=1)
    result = account.read(kind, since=since)
    assert result.ids == account.fake.store.ids(kind)
    assert result.is_whole
    assert not [query for query in account.queries(PATHS[kind]) if "updated_since" in query]


def test_lead_that_is_archived_is_seen_although_its_time_did_not_move(open_account):
    account = open_account(archiving_moves_time=False)
    one = account.fake.store.list_live("leads")[3]
    account.fake.changes.archive("leads", one)
    since = account.fake.clock.now()
    assert account.read("leads", since=since).rows[one]["is_archived"] is True
    assert [("updated_since" in query) for query in account.queries("/api/v1/leads/archived")] == [False]


def test_lead_that_is_restored_without_moving_its_time_waits_for_the_comparison(open_account):
    account = open_account(archiving_moves_time=False)
    one = min(account.fake.store.tables["leads"].archived)
    account.fake.changes.unarchive("leads", one)
    assert one not in account.read("leads", since=account.fake.clock.now()).ids
    assert account.read("leads").rows[one]["is_archived"] is False


def test_whole_read_has_no_bound(account):
    for kind in BOUNDED:
        account.read(kind)
    assert not [query for query in account.queries() if {"updated_since", "updated_until"} & set(query)]


def test_record_that_changes_while_a_delta_is_read_is_read_or_read_again(account):
    since = account.fake.clock.now().replace(microsecond=0) - timedelta(seconds=1)
    live = account.fake.store.list_live("persons")
    account.fake.changes.touch("persons", live[:30])
    account.fake.hooks.before_page(
        "/api/v2/persons", 2, lambda: account.fake.changes.touch("persons", [live[0], live[29], live[40]])
    )
    assert account.read("persons", since=since, page_size=10).ids == sorted([*live[:30], live[40]])


def test_leads_that_a_deletion_moves_between_pages_are_read_again(account):
    """Each page is counted from the start, so a lead that is gone pulls the others forward."""
    live = account.fake.store.list_live("leads")
    since = account.fake.clock.now().replace(microsecond=0) - timedelta(seconds=1)
    account.fake.changes.touch("leads", live)
    account.fake.hooks.before_page("/api/v1/leads", 2, lambda: account.fake.changes.remove("leads", live[0]))
    found = account.read("leads", since=since, page_size=10).ids
    assert set(found) >= set(live[1:])


def test_last_page_without_a_word_is_the_end(open_account):
    account = open_account(ends_without_cursor=True)
    result = account.read("persons", page_size=20)
    assert result.ids == account.fake.store.ids("persons")
    assert result.reason is None


@pytest.mark.parametrize("fault", ["repeated_token", "empty_page"])
@pytest.mark.parametrize("kind", ["persons", "leads"])
def test_page_that_leads_nowhere_is_an_error_and_no_end(account, kind, fault):
    account.fake.faults.add(fault, PATHS[kind], times=None, skip=1)
    result = account.read(kind, page_size=10, catch=Exception)
    assert result.error is not None or result.reason
    assert not result.is_whole

"""SalesRabbit full reads: page size, order, ends of lists, edits and deletions while a list is read."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from crm_sync.exceptions import ConfigError, PaginationLoopError


def test_leads_are_asked_for_by_per_page_in_the_order_of_creation_from_page_one(account):
    account.read(page_size=100)
    asked = {"sortBy": "dateCreated", "order": "asc", "perPage": "100"}
    assert account.queries() == [{**asked, "page": str(page)} for page in (1, 2, 3)]
    assert {one.modified_since for one in account.fake.conditions} == {None}


@pytest.mark.parametrize("count", [1_999, 2_000, 2_001, 4_000])
@pytest.mark.parametrize("meta", ["full", "missing"])
def test_list_ends_where_it_does_with_and_without_meta(open_account, count, meta):
    account = open_account(counts={"leads": count}, meta=meta)
    result = account.read()
    assert result.ids == account.fake.store.ids("leads")
    assert (result.is_whole, result.reason) == (True, None)


@pytest.mark.parametrize("meta", ["full", "missing"])
@pytest.mark.parametrize("sync_type", ["leads", "users"])
def test_smaller_cap_than_was_asked_for_cuts_nothing_off(open_account, sync_type, meta):
    account = open_account(most_per_page=15, meta=meta)
    result = account.read(sync_type)
    assert result.ids == account.fake.store.ids(sync_type)
    assert (result.is_whole, result.reason) == (True, None)


def test_full_last_page_costs_no_further_call(open_account):
    account = open_account(counts={"leads": 100})
    assert account.read(page_size=50).calls == 2


def test_page_without_meta_among_others_does_not_end_a_list(account):
    account.fake.faults.add("no_meta", "/leads", times=2)
    assert account.read(page_size=50).ids == account.fake.store.ids("leads")


@pytest.mark.parametrize("edits", [1, 3])
def test_leads_edited_while_the_list_is_read_pass_nobody_over(account, edits):
    before = account.fake.store.ids("leads")
    for page in range(2, 2 + edits):
        one = before[page]
        account.fake.hooks.before_page(
            "/leads",
            page,
            lambda one=one: account.fake.changes.update("leads", one, {"notes": "at the door"}),
        )
    assert account.read(page_size=40).ids == before


def test_lead_added_while_the_list_is_read_arrives(account):
    account.fake.hooks.before_page("/leads", 2, lambda: account.fake.changes.create("leads"))
    assert account.read(page_size=40).ids == account.fake.store.ids("leads")


def test_lead_deleted_while_the_list_is_read_passes_one_over_as_the_page_says(account):
    """Documented: no list by page numbers can show it; the next whole read has the lead."""
    before = account.fake.store.ids("leads")
    account.fake.hooks.before_page("/leads", 2, lambda: account.fake.changes.remove("leads", before[0]))
    assert set(account.fake.store.ids("leads")) - set(account.read(page_size=40).ids) == {before[40]}
    assert account.read(page_size=40).ids == account.fake.store.ids("leads")


def test_lead_edited_while_a_delta_is_read_is_read_twice_at_most(account):
    ids = account.fake.store.ids("leads")
    account.fake.changes.touch("leads", ids[100:])
    late = ids[3]
    change = partial(account.fake.changes.update, "leads", late, {"city": "X"})
    account.fake.hooks.before_page("/leads", 2, change)
    since = account.fake.clock.now() - timedelta(days=270)
    # the newcomer sorts before all pages that are still to come, and pushes one lead onto them a second time
    assert set(account.read(since=since, page_size=40).ids) >= set(ids[100:])


def test_page_of_leads_that_comes_twice_is_an_error(account):
    account.fake.faults.add("repeated_token", "/leads", skip=1, times=None)
    with pytest.raises(PaginationLoopError):
        account.read(page_size=50)


@pytest.mark.parametrize("always_more", [frozenset(), frozenset({"users", "lead_statuses"})])
@pytest.mark.parametrize("sync_type", ["users", "lead_statuses"])
def test_list_that_takes_no_notice_of_page_is_read_once(open_account, sync_type, always_more):
    account = open_account(ignores_page=frozenset({sync_type}), always_more=always_more)
    for page_size in (None, 7):
        result = account.read(sync_type, page_size=page_size)
        assert [record["id"] for record in result.records] == account.fake.store.ids(sync_type)
        assert (result.is_whole, result.reason) == (True, None)


def test_users_that_may_be_cut_off_end_as_partial_and_sweep_nothing(open_account):
    """The page number is ignored and the first page is exactly full: there may be more behind it."""
    account = open_account(counts={"users": 20}, ignores_page=frozenset({"users"}), always_more={"users"})
    result = account.read("users", page_size=20)
    assert "there may be more" in result.reason
    assert not result.is_whole


def test_users_in_real_pages_are_all_read(open_account):
    account = open_account(counts={"users": 45})
    result = account.read("users", page_size=20)
    assert result.ids == account.fake.store.ids("users")
    assert [query["page"] for query in account.queries("/users")] == ["1", "2", "3"]
    assert result.is_whole


def test_extra_per_page_makes_pages_smaller_and_never_larger(account):
    account.read(client=account.make_client(per_page=100))
    assert {query["perPage"] for query in account.queries()} == {"100"}
    account.fake.requests.clear()
    account.read(client=account.make_client(per_page=5000))
    assert {query["perPage"] for query in account.queries()} == {"2000"}


def test_extra_per_page_that_is_no_number_is_named(account):
    with pytest.raises(ConfigError, match=r"extra\.per_page"):
        account.read(client=account.make_client(per_page="many"))


@pytest.mark.parametrize(
    ("extra", "per_s"),
    [({}, 50 / 60), ({"page_pause_seconds": 1.0}, 1.0), ({"page_pause_seconds": 2}, 0.5),
     ({"requests_per_minute": 90}, 1.5)],
    ids=["default", "pause-1", "pause-2", "per-minute"],
)  # fmt: skip
def test_extras_of_the_connection_set_the_pace_without_a_warning(account, caplog, extra, per_s):
    client = account.make_client(per_page=2000, timeout=60, **extra)
    assert client.calls_per_s["default"] == pytest.approx(per_s)
    assert "is not known" not in caplog.text


def test_sort_that_the_account_ignores_loses_no_lead_that_nobody_touches(open_account):
    account = open_account(known_sorts=frozenset())
    assert account.read(page_size=40).ids == account.fake.store.ids("leads")

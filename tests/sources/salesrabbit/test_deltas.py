"""SalesRabbit deltas: the condition header, 304, what its inclusiveness and the users' guess change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.exceptions import UnexpectedResponseError

AT = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
AT_MS = int(AT.timestamp() * 1000)


def test_delta_sends_the_bound_as_iso_with_offset_and_reads_what_changed(account):
    changed = account.fake.store.ids("leads")[5:9]
    account.fake.changes.touch("leads", changed, at_ms=AT_MS)
    result = account.read(since=AT + timedelta(microseconds=500_000))
    assert result.ids == changed
    assert account.fake.conditions[-1].modified_since == "2026-02-01T12:00:00+00:00"
    assert account.fake.conditions[-1].status_modified_since is None


def test_nothing_changed_is_an_empty_delta_and_no_error(account):
    result = account.read(since=AT)
    assert (result.records, result.calls, result.reason) == ([], 1, None)
    assert result.cursors == {"leads": None}
    assert not result.is_whole, "no news is not an empty source"
    assert [entry.status for entry in account.fake.requests.entries()] == [304]


def test_no_news_said_by_an_empty_list_is_taken_as_well(open_account):
    result = open_account(no_news="empty").read(since=AT)
    assert (result.records, result.reason, result.cursors) == ([], None, {"leads": None})


def test_304_without_a_question_is_an_error_and_no_empty_source(account):
    account.fake.faults.add("not_modified", "/leads", times=None)
    with pytest.raises(UnexpectedResponseError, match="SalesRabbit answered 304: nothing changed, although"):
        account.read()
    assert len(account.fake.requests) == 1, "repeating it is no use"


def test_304_is_not_tied_to_what_was_read_before(account):
    one = account.fake.store.ids("leads")[0]
    assert account.read(since=AT).records == []
    account.fake.changes.update("leads", one, {"notes": "again"}, at_ms=AT_MS)
    assert account.read(since=AT).ids == [one]
    assert account.read(since=AT).ids == [one], "no ETag remembers that it was read"


@pytest.mark.parametrize("is_inclusive", [True, False])
def test_lookback_covers_a_bound_that_leaves_its_own_second_out(open_account, is_inclusive):
    account = open_account(is_inclusive=is_inclusive)
    account.fake.changes.touch("leads", account.fake.store.ids("leads")[:3], at_ms=AT_MS)
    lookback = timedelta(seconds=account.source.entities["leads"].lookback_s)
    assert lookback >= timedelta(minutes=5)
    assert len(account.read(since=AT - lookback).records) == 3


def test_more_than_a_page_of_leads_in_one_second_all_arrive(open_account):
    account = open_account(counts={"leads": 4_100})
    account.fake.changes.touch("leads", at_ms=AT_MS)
    result = account.read(since=AT)
    assert result.ids == account.fake.store.ids("leads")
    # in numbered pages: a second walk shows that nobody was passed over
    assert result.calls == 6


def test_status_change_is_found_by_its_modified_time(account):
    one = account.fake.store.ids("leads")[0]
    status = "Sold" if account.fake.store.get("leads", one)["status"] != "Sold" else "Callback"
    account.fake.changes.update("leads", one, {"status": status}, at_ms=AT_MS)
    (record,) = account.read(since=AT).records
    assert (record["status"], record["statusModified"]) == (status, "2026-02-01T12:00:00+00:00")


def test_deleted_lead_with_its_moment_arrives_in_a_delta(account):
    one = account.fake.store.ids("leads")[0]
    account.fake.changes.delete(one, at_ms=AT_MS)
    (record,) = account.read(since=AT).records
    assert record["deletedAt"] == "2026-02-01T12:00:00+00:00"


@pytest.mark.parametrize("users_delta", ["ignored", "honoured"])
def test_users_are_read_whole_whatever_the_header_would_do(open_account, users_delta):
    account = open_account(users_delta=users_delta)
    result = account.read("users", since=AT)
    assert result.ids == account.fake.store.ids("users")
    assert result.is_whole
    assert account.fake.conditions[-1].modified_since is None

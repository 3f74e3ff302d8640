"""What is asked of Arrivy and what comes of it: pages, windows, the three lists of tasks, deltas."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.constants import SyncMode
from crm_sync.exceptions import PaginationLoopError

KINDS = ["tasks", "bookings", "customers", "entities", "groups", "statuses"]


def days_ago(days):
    return datetime.now(UTC) - timedelta(days=days)


@pytest.mark.parametrize("kind", KINDS)
def test_full_read_has_every_record(kit, kind):
    result = kit.read(kind)
    assert sorted(set(result.ids)) == kit.stored_ids(kind)
    assert result.is_whole
    assert result.reason is None


@pytest.mark.parametrize(
    ("kind", "size"), [("tasks", "500"), ("bookings", "500"), ("entities", "500"), ("groups", "100")]
)
def test_page_size_is_asked_for_by_its_own_name(kit, kind, size):
    kit.read(kind)
    asked = kit.asked(f"/{kind}")
    assert {one["items_per_page"] for one in asked} == {size}
    assert not {"page_size", "per_page", "limit"} & set().union(*asked)


def test_statuses_are_asked_for_once_and_without_pages(kit):
    kit.read("statuses")
    assert kit.asked("/statuses") == [{}]


@pytest.mark.parametrize("kind", ["tasks", "groups"])
def test_short_page_is_not_the_end(open_account, kind):
    kit = open_account(most_items=7)
    result = kit.read(kind)
    assert sorted(set(result.ids)) == kit.stored_ids(kind)
    assert {page.records for page in result.pages} > {0, 7}


def test_three_lists_are_read_and_unscheduled_ones_are_never_left_out(kit):
    kit.read("tasks")
    asked = kit.asked("/tasks")
    lists = {(one.get("unscheduled"), one.get("tasks_with_no_datetime"), "from" in one) for one in asked}
    assert lists == {(None, None, True), ("true", None, False), (None, "true", False)}


def test_windows_of_a_full_read_cover_every_month_up_to_a_year_ahead(kit):
    until = datetime(2026, 3, 10, 12, tzinfo=UTC)
    entity = kit.entity("tasks", first=datetime(2025, 11, 5, tzinfo=UTC).date())
    kit.read(entity, until=until)
    asked = dict.fromkeys((one["from"], one["to"]) for one in kit.asked("/tasks") if "from" in one)
    starts, ends = zip(*asked, strict=True)
    # two more, with open ends: what was moved beyond them is not gone
    assert (starts[0][:4], ends[-1][:4]) == ("2005", "2047")
    starts, ends = starts[1:-1], ends[1:-1]
    assert starts[:3] == (
        "2025-11-05T00:00:00+00:00",
        "2025-12-01T00:00:00+00:00",
        "2026-01-01T00:00:00+00:00",
    )
    assert ends[:-1] == starts[1:]
    assert ends[-1] == "2027-03-11T00:00:00+00:00"


def test_windows_of_a_delta_reach_30_days_back_and_a_year_ahead(kit):
    since, until = datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 3, 11, tzinfo=UTC)
    kit.read(kit.entity("tasks"), since=since, until=until)
    asked = [one for one in kit.asked("/tasks") if "from" in one]
    assert asked[0]["from"] == "2026-02-08T00:00:00+00:00"
    assert asked[-1]["to"] == "2027-03-12T00:00:00+00:00"


def test_plus_of_the_offset_is_encoded_exactly_once(kit):
    kit.read("tasks", since=days_ago(1))
    queries = [entry.query for entry in kit.fake.requests.entries("/api/tasks") if "from=" in entry.query]
    assert queries
    assert all("%2B00%3A00" in query or "%2B00:00" in query for query in queries)
    assert not any("%252B" in query for query in queries)
    assert {entry.status for entry in kit.fake.requests.entries()} == {200}


def test_delta_has_what_changed_in_each_of_the_three_lists_and_nothing_else(kit):
    table = kit.fake.store.tables["tasks"]
    recent = kit.fake.clock.now_ms() - 20 * 86_400_000
    chosen = [
        next(one for one in table if one.schedule_ms and one.schedule_ms > recent),
        next(one for one in table if one.is_unscheduled and one.due_ms),
        next(one for one in table if not one.has_datetime and not one.is_unscheduled),
    ]
    for one in chosen:
        kit.fake.changes.update("tasks", one.id, {"details": "changed"})
    result = kit.read("tasks", since=kit.fake.clock.now() - timedelta(minutes=5))
    assert set(result.ids) == {str(one.id) for one in chosen}
    assert not result.is_whole


def test_change_of_a_task_planned_long_ago_is_found_by_a_full_read_alone(kit):
    kit.fake.changes.create("tasks", {"start_datetime": days_ago(50).strftime("%Y-%m-%dT%H:%M:%S")}, id=77)
    delta = kit.read("tasks", since=kit.fake.clock.now() - timedelta(minutes=5))
    assert "77" not in delta.ids
    assert "77" in kit.read("tasks").ids


def test_delta_bound_is_inclusive_and_keeps_records_without_a_modified_time(kit):
    since = kit.fake.clock.now().replace(microsecond=0) - timedelta(minutes=5)
    at_ms = round(since.timestamp() * 1000)
    for number, offset_ms in ((1, -1000), (2, 0), (3, 1000)):
        kit.fake.changes.create("tasks", {"unscheduled": True}, id=number, at_ms=at_ms + offset_ms)
    kit.fake.changes.create("tasks", {"unscheduled": True, "updated": None}, id=4)
    found = kit.read("tasks", since=since).ids
    assert {"2", "3", "4"} <= set(found)
    assert "1" not in found


@pytest.mark.parametrize("kind", ["entities", "groups", "customers"])
def test_entity_without_windows_is_read_whole_and_says_so(kit, kind, caplog):
    caplog.set_level("INFO", logger="crm_sync")
    result = kit.read(kind, since=days_ago(1), mode=SyncMode.DELTA)
    assert result.ids == kit.stored_ids(kind)
    assert "has no modified filter" in caplog.text


@pytest.mark.parametrize("pages", [1, 4], ids=["in turn", "at once"])
@pytest.mark.parametrize("kind", ["entities", "groups", "customers"])
def test_list_that_ignores_page_is_read_once_and_ends(open_account, kind, pages):
    kit = open_account(ignores_page=frozenset({kind}))
    result = kit.read(kind, own_options={"concurrent_pages": pages})
    assert result.ids == kit.stored_ids(kind)
    assert len(kit.asked(f"/{kind}")) <= 2 + 2 * pages


@pytest.mark.parametrize("pages", [1, 4], ids=["in turn", "at once"])
def test_list_that_repeats_a_full_page_may_hide_records_and_is_not_whole(kit, pages):
    kit.fake.faults.add("repeated_page", "/api/groups", times=None)
    result = kit.read("groups", page_size=20, own_options={"concurrent_pages": pages})
    assert len(result.records) == 20
    assert "The source may cut pages at that number" in result.reason
    assert not result.is_whole


@pytest.mark.parametrize("pages", [1, 4], ids=["in turn", "at once"])
def test_list_of_tasks_that_ignores_page_is_an_error_and_never_endless(open_account, pages):
    kit = open_account(ignores_page=frozenset({"tasks"}))
    result = kit.read("tasks", own_options={"concurrent_pages": pages}, catch=PaginationLoopError)
    assert "the same page 12 times in a row" in str(result.error)
    assert not result.is_whole
    assert len(kit.asked("/tasks")) < 20


def test_list_without_end_fails_at_the_ceiling_of_pages(open_account):
    kit = open_account(most_items=1)
    with pytest.raises(PaginationLoopError, match="max_pages"):
        kit.read(kit.entity("customers", max_pages=20))


def test_limited_read_stops_early_and_asks_for_one_page_at_a_time(open_account):
    kit = open_account(most_items=10)
    result = kit.read("customers", max_records=5, stop_after=1, own_options={"concurrent_pages": 8})
    assert len(result.records) == 10
    assert len(kit.asked("/customers")) == 1


def test_one_connection_serves_a_whole_read(open_account):
    kit = open_account(most_items=10)
    client = kit.make_client()
    kit.read("customers", client=client)
    manager = client.transport._session.get_adapter(kit.fake.api_url).poolmanager
    (pool,) = manager.pools._container.values()
    assert (pool.num_requests, pool.num_connections) == (10, 1)


def test_connection_may_ask_for_smaller_pages_but_not_for_larger_ones(kit):
    for asked, sent in (("25", "25"), ("9000", "100")):
        kit.fake.requests.clear()
        assert kit.read("groups", client=kit.make_client(items_per_page=asked)).ids == kit.stored_ids(
            "groups"
        )
        assert {one["items_per_page"] for one in kit.asked("/groups")} == {sent}

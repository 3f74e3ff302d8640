"""Each guess about Arrivy, made wrong: the read stays whole, or says clearly that it is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm_sync.exceptions import SourceUnavailableError, UnexpectedResponseError


def test_account_without_bookings_is_no_error_and_is_noted(open_account, caplog):
    kit = open_account(has_bookings=False)
    result = kit.read("bookings")
    assert (result.records, result.is_whole, result.reason) == ([], False, None)
    assert set(result.facts["skipped"].values()) == {"the account has no bookings"}
    assert len(result.facts["skipped"]) == 3
    assert "the account has no bookings" in caplog.text


def test_bookings_that_appear_later_are_read_from_the_start(open_account):
    kit = open_account()
    result = kit.read("bookings", since=kit.fake.clock.now() - timedelta(minutes=5), known_walks=())
    assert set(result.ids) == set(kit.stored_ids("bookings"))


def test_bookings_answered_with_a_web_page_are_an_error_and_not_an_account_without(open_account):
    kit = open_account()
    kit.fake.faults.add("html_200", "/api/bookings", times=None)
    with pytest.raises(SourceUnavailableError, match="no JSON"):
        kit.read("bookings")


def test_bookings_are_read_from_the_endpoint_that_yaml_names(kit):
    """A first version of the program took bookings from the tasks."""
    passes = [{**one, "path": "/tasks"} for one in kit.entity("bookings").model_dump()["read"]["passes"]]
    read = {**kit.entity("bookings").model_dump()["read"], "passes": passes}
    first = (kit.fake.config.anchor - timedelta(days=61)).date()
    result = kit.read(kit.entity("bookings", read, first=first))
    assert set(result.ids) == set(kit.stored_ids("tasks"))


@pytest.mark.parametrize("kind", ["tasks", "bookings"])
def test_endpoint_that_knows_no_window_still_gives_every_record(open_account, kind):
    kit = open_account(ignores_window=frozenset({kind}))
    result = kit.read(kind)
    assert set(result.ids) == set(kit.stored_ids(kind))


def test_missing_endpoint_of_statuses_is_an_error(open_account):
    kit = open_account(unknown_path="not_found")
    kit.fake.faults.add("not_found", "/api/statuses", times=None)
    with pytest.raises(UnexpectedResponseError, match=r"404.*no such endpoint"):
        kit.read("statuses")


def test_statuses_are_all_there_inactive_ones_too(kit):
    rows = kit.read("statuses").rows.values()
    assert {row["is_active"] for row in rows} == {True, False}


def test_modified_time_of_another_name_is_read_as_its_column_reads_it(open_account):
    kit = open_account(changed_key="updated_at")
    (late, *_) = [one.id for one in kit.fake.store.tables["tasks"] if one.schedule_ms is None]
    kit.fake.changes.update("tasks", late, {"details": "changed"})
    result = kit.read("tasks", since=kit.fake.clock.now() - timedelta(minutes=5))
    assert result.ids == [str(late)]
    assert result.rows[str(late)]["updated"]


def test_lower_limit_than_guessed_is_waited_out(open_account):
    kit = open_account(rate_limits=True, requests_per_minute=1_000_000)
    kit.fake.faults.add("rate_limited", "/api/tasks", every=2, times=8)
    assert set(kit.read("tasks").ids) == set(kit.stored_ids("tasks"))


@pytest.mark.parametrize(
    ("word", "statuses"),
    [
        ("pending", {"NOTSTARTED", "PREPARING", "CONFIRMED", "RECOMMENDED", "RESCHEDULED"}),
        ("active", {"ENROUTE", "STARTED", "READYFORPICKUP"}),
        ("in_progress", {"ENROUTE", "STARTED", "READYFORPICKUP"}),
        ("completed", {"COMPLETE"}),
        ("Cancelled", {"CANCELLED"}),
        ("exception", {"EXCEPTION", "CUSTOMER_EXCEPTION"}),
        ("notstarted", {"NOTSTARTED"}),
        ("demo sold", {"CUSTOM"}),
        ("nothing like it", set()),
    ],
)
def test_word_for_a_task_status_stands_for_codes_or_is_compared_itself(kit, word, statuses):
    every = (
        "EXCEPTION",
        "CUSTOMER_EXCEPTION",
        "RECOMMENDED",
        "RESCHEDULED",
        "READYFORPICKUP",
        "ENROUTE",
        "STARTED",
    )
    for code in every:
        kit.fake.changes.create("tasks", {"status": code, "status_title": code.title(), "unscheduled": True})
    result = kit.read("tasks", own_options={"task_status": word})
    wanted = {
        str(fields["id"])
        for fields in kit.fake.store.fields("tasks")
        if fields["status"] in statuses and (word != "demo sold" or fields["status_title"] == "Demo Sold")
    }
    assert set(result.ids) == wanted
    assert bool(wanted) is (word != "nothing like it")
    assert "task_status" in (result.reason or "")
    assert not result.is_whole


@pytest.mark.parametrize("word", ["pending", "confirmed", "in_progress", "completed", "CANCELLED"])
def test_word_for_a_booking_status_is_applied(kit, word):
    result = kit.read("bookings", own_options={"booking_status": word})
    assert {record["status"] for record in result.records} == {word.lower()}
    wanted = [f for f in kit.fake.store.fields("bookings") if f["status"] == word.lower()]
    assert set(result.ids) == {str(fields["id"]) for fields in wanted}
    assert "booking_status" in (result.reason or "")


def test_status_of_tasks_leaves_bookings_alone(kit):
    result = kit.read("bookings", own_options={"task_status": "pending"})
    assert (set(result.ids), result.reason) == (set(kit.stored_ids("bookings")), None)

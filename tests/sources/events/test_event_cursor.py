"""Deltas behind an id, from YAML alone through the four stages into PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import SourceError, UnexpectedResponseError
from tests.conformance.tables import count_tuples
from tests.conformance.worker import run_worker
from tests.sources.events.events_fake import days

pytestmark = pytest.mark.postgres
ENTITIES = ["events", "account_events", "daily_events"]
HOUR = 3600


def stored(log, sync_type="events"):
    return sorted(row[0] for row in log.warehouse.fetch_all(f"select id from eventdemo.{sync_type}"))


def status(run):
    return run.row.status, run.is_complete


def bookmarks(run):
    return run.row.configuration["bookmarks"]


def fill(fake):
    """Forty old events in two accounts, five young ones in each."""
    for account in ("north", "south"):
        fake.add(20, age_s=days(40), step_s=days(2), account=account)
        fake.add(5, age_s=HOUR, step_s=60, account=account)


GOOD = (SyncStatus.SUCCESS, True)


@pytest.mark.parametrize("sync_type", ENTITIES)
def test_full_then_deltas_hold_what_the_log_holds(log, sync_type):
    fake = log.account.fake
    fill(fake)
    first = log.run(sync_type)
    assert (status(first), stored(log, sync_type)) == (GOOD, fake.list_ids())
    assert first.row.records_created == 50

    log.pass_time(10 * HOUR)
    fake.add(12, age_s=HOUR, step_s=60)
    second = log.run(sync_type)
    assert (status(second), stored(log, sync_type)) == (GOOD, fake.list_ids())
    # the five young ones of each account are read again, since others might have come between them
    assert (second.row.records_created, second.row.performance_metrics["records_unchanged"]) == (12, 10)

    log.pass_time(10 * HOUR)
    before = count_tuples(log.warehouse, "eventdemo")
    third, fourth = log.run(sync_type), log.run(sync_type)
    assert (status(third), status(fourth)) == (GOOD, GOOD)
    assert count_tuples(log.warehouse, "eventdemo") == before
    # by now all are old: a delta asks once for each walk and gets nothing
    assert fourth.row.records_processed == 0
    assert bookmarks(fourth) == bookmarks(third)
    assert max(bookmarks(fourth).values()) == fake.list_ids()[-1]


def test_delta_asks_for_nothing_before_its_bookmark(log):
    fake = log.account.fake
    fill(fake)
    kept = bookmarks(log.run("events"))["all"]
    fake.requests.clear()
    log.pass_time(10 * HOUR)
    log.run("events")
    asked = [one["after_id"] for one in fake.asked() if one["limit"] != "1"]
    assert asked[0] == kept
    assert min(asked) == kept


@pytest.mark.parametrize("sync_type", ENTITIES)
def test_event_that_comes_late_below_ids_that_were_read_is_not_lost(log, sync_type):
    fake = log.account.fake
    fill(fake)
    log.run(sync_type)
    last = fake.list_ids()[-1]
    (late,) = fake.add(age_s=1.5 * HOUR, account="south")
    assert late < last
    run = log.run(sync_type)
    assert (status(run), stored(log, sync_type)) == (GOOD, fake.list_ids())
    assert run.row.records_created == 1
    before = count_tuples(log.warehouse, "eventdemo")
    log.run(sync_type)
    assert count_tuples(log.warehouse, "eventdemo") == before


def test_event_later_than_the_look_back_waits_for_a_whole_read(log):
    fake = log.account.fake
    fill(fake)
    log.run("events")
    (late,) = fake.add(age_s=days(3))
    log.run("events")
    assert late not in stored(log)
    log.run("events", full=True)
    assert late in stored(log)


@pytest.mark.parametrize("sync_type", ENTITIES)
def test_failed_run_moves_no_bookmark_and_loses_nothing(log, sync_type):
    fake = log.account.fake
    fill(fake)
    first = log.run(sync_type)
    fake.add(30, age_s=HOUR / 2, step_s=1)
    fake.faults.add("server_error", "*events", times=None, skip=2)
    with pytest.raises(SourceError):
        log.run(sync_type)
    fake.faults.clear()
    log.pass_time(10 * HOUR)
    fake.add(3)
    again = log.run(sync_type)
    assert again.plan.bookmarks == bookmarks(first)
    assert (status(again), stored(log, sync_type)) == (GOOD, fake.list_ids())


@pytest.mark.parametrize("sync_type", ENTITIES)
def test_killed_fetch_goes_on_and_keeps_the_same_bookmarks(log, sync_type):
    fake = log.account.fake
    fill(fake)
    fake.requests.clear()
    job = {"run_id": "killed", "records": 15, "flags": {"batch_size": 5}}
    run_worker(log, sync_type, kill="during_fetch", **job)
    run = log.run(sync_type, run_id="killed", batch_size=5)
    assert (status(run), stored(log, sync_type)) == (GOOD, fake.list_ids())
    assert run.row.records_created == 50
    assert bookmarks(run) == bookmarks(log.run(sync_type, full=True))


def test_run_cut_by_max_records_moves_no_bookmark(log):
    fake = log.account.fake
    fill(fake)
    first = log.run("events")
    log.pass_time(10 * HOUR)
    fake.add(30, age_s=9 * HOUR, step_s=1)
    cut = log.run("events", max_records=15)
    assert status(cut) == (SyncStatus.PARTIAL, False)
    again = log.run("events")
    assert again.plan.bookmarks == bookmarks(first)
    assert (status(again), stored(log)) == (GOOD, fake.list_ids())


@pytest.mark.parametrize("sync_type", ENTITIES)
def test_day_quota_is_gone_on_from_by_the_next_run(open_log, sync_type):
    log = open_log(extra={"requests_per_day": 6})
    fake = log.account.fake
    fill(fake)
    cut = log.run(sync_type, batch_size=5)
    assert status(cut) == (SyncStatus.PARTIAL, False)
    log.account.facts["extra"] = {"rate_limits": False}
    log.pass_time(HOUR)
    resumed = log.run(sync_type, batch_size=5)
    assert (status(resumed), stored(log, sync_type)) == (GOOD, fake.list_ids())
    assert bookmarks(resumed) == bookmarks(log.run(sync_type, full=True))


def test_start_before_the_bookmark_reads_from_the_beginning(log):
    fake = log.account.fake
    fill(fake)
    log.run("events")
    (late,) = fake.add(age_s=days(3))
    start = datetime.now(UTC) - timedelta(days=5)
    run = log.run("events", start_date=start.isoformat())
    assert late in stored(log)
    assert run.row.records_processed == 51


@pytest.mark.parametrize("sync_type", ["events", "daily_events"])
def test_events_past_the_retention_stay_in_the_table(open_log, sync_type):
    log = open_log(retention_days=30)
    fake = log.account.fake
    fill(fake)
    seen = set(fake.list_ids())
    log.run(sync_type)
    log.pass_time(days(35))
    fake.add(2)
    for flags in ({}, {"full": True}):
        assert status(log.run(sync_type, **flags)) == GOOD
    assert set(stored(log, sync_type)) == seen | set(fake.list_ids())
    gone = log.warehouse.fetch_one(
        f"select count(*) from eventdemo.{sync_type} where sync_deleted_at is not null"
    )
    assert gone == (0,)


def test_log_that_sends_the_newest_first_is_an_error(log):
    fill(log.account.fake)
    passes = [{"name": "all", "path": "/events", "records_path": ""}]
    with pytest.raises(UnexpectedResponseError, match="was followed by"):
        log.run(log.entity("events", read={"passes": passes}))


@pytest.mark.parametrize("code", [403, 404])
def test_account_that_refuses_holds_no_other_up(log, code):
    fake = log.account.fake
    fill(fake)
    fake.refused["south"] = code
    first = log.run("account_events")
    assert status(first) == (SyncStatus.PARTIAL, True)
    assert stored(log, "account_events") == fake.list_ids("north")
    assert "south/leads (" in first.row.error_message
    assert str(code) in first.row.error_message

    log.pass_time(10 * HOUR)
    fake.add(3)
    fake.requests.clear()
    second = log.run("account_events")
    assert status(second) == (SyncStatus.PARTIAL, True)
    assert stored(log, "account_events") == fake.list_ids("north")
    # the others go on behind their bookmarks, and the one that refuses is asked once a list
    assert all("after_id" in one for one in fake.asked("/accounts/north/events"))
    assert len(fake.asked("/accounts/south/events")) == 2

    fake.refused.clear()
    third = log.run("account_events")
    assert (status(third), stored(log, "account_events")) == (GOOD, fake.list_ids())


def test_account_that_refuses_loses_no_row_to_a_whole_read(log):
    fake = log.account.fake
    fill(fake)
    log.run("account_events")
    fake.refused["south"] = 404
    (gone,) = fake.list_ids("north")[:1]
    fake.forget(gone)
    run = log.run("account_events", full=True, force=True)
    assert status(run) == (SyncStatus.PARTIAL, True)
    assert stored(log, "account_events") == fake.list_ids()


def test_every_account_that_refuses_fails_the_entity(log):
    log.account.fake.refused.update(north=403, south=404)
    with pytest.raises(SourceError, match="answered 403"):
        log.run("account_events")
    assert log.list_history()[-1][1] == SyncStatus.FAILED

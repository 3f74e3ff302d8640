"""Deltas, late events, retention and failures: from the fake through the four stages into PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.config.run_options import parse_options
from crm_sync.constants import SyncMode, SyncStatus
from crm_sync.exceptions import SourceError
from tests.conformance.tables import count_tuples

pytestmark = pytest.mark.postgres
HOUR, DAY = 3600, 86_400
GOOD = (SyncStatus.SUCCESS, True)


def stored(log):
    return sorted(row[0] for row in log.warehouse.fetch_all("select event_id from leadconduit.leads"))


def sources(log):
    return [one["id"] for one in log.account.fake.store.list_type("source")]


def status(run):
    return run.row.status, run.is_complete


def ago_ms(log, seconds):
    return int((log.account.fake.clock.now_s() - seconds) * 1000)


def asked(log):
    pages = [entry.query for entry in log.account.fake.requests.entries("/events")]
    return [one for one in pages if "limit=1&" not in f"{one}&"]


def test_delta_goes_on_after_the_bookmark_and_finds_what_is_new(log):
    first = log.run("leads")
    assert (status(first), stored(log)) == (GOOD, sources(log))
    bookmark = first.row.configuration["bookmarks"]["events"]
    log.pass_time(5 * HOUR)
    new = [log.account.fake.changes.create(at_ms=ago_ms(log, age)) for age in (4 * HOUR, HOUR, 600)]
    log.account.fake.requests.clear()
    second = log.run("leads")
    assert second.plan.mode is SyncMode.DELTA
    assert (status(second), stored(log)) == (GOOD, sources(log))
    assert second.row.records_created == len(new)
    assert f"after_id={bookmark}" in asked(log)[0]
    assert second.row.configuration["bookmarks"]["events"] > bookmark
    before = count_tuples(log.warehouse, "leadconduit")
    log.run("leads")
    assert count_tuples(log.warehouse, "leadconduit") == before


def test_delta_begins_at_the_until_of_the_last_complete_run_less_two_hours(log):
    first = log.run("leads")
    log.pass_time(3 * HOUR)
    second = log.run("leads")
    assert second.plan.since == first.plan.until - timedelta(hours=2)


@pytest.mark.parametrize(("late_s", "by_delta"), [(1.5 * HOUR, True), (5 * HOUR, False)], ids=["90min", "5h"])
def test_event_that_turns_up_late_below_the_ids_that_were_read(log, late_s, by_delta, caplog):
    caplog.set_level("INFO", logger="crm_sync")
    # the second one is old enough for the bookmark
    for age in (60, 2.5 * HOUR):
        log.account.fake.changes.create(at_ms=ago_ms(log, age))
    log.run("leads")
    late = log.account.fake.changes.create(at_ms=ago_ms(log, late_s))
    assert late < max(sources(log))
    assert status(log.run("leads")) == GOOD
    assert (late in stored(log)) is by_delta
    assert "an event that turns up more than 2:00:00 late" in caplog.text
    log.run("leads", full=True)
    assert stored(log) == sources(log)


def test_feedback_and_retries_leave_the_row_as_it_is(log):
    new = log.account.fake.changes.create(at_ms=ago_ms(log, HOUR))
    log.run("leads")
    before = count_tuples(log.warehouse, "leadconduit")
    lead = {"vars": {"lead": {"id": new}}}
    for kind in ("feedback-received", "retry", "recipient"):
        log.account.fake.changes.create("events", {"type": kind, **lead}, at_ms=ago_ms(log, 60))
    assert status(log.run("leads")) == GOOD
    assert count_tuples(log.warehouse, "leadconduit") == before


def test_expired_events_stay_in_the_table(open_log):
    log = open_log(retention_days=30)
    seen = set(sources(log))
    log.run("leads")
    log.pass_time(35 * DAY)
    for flags in ({}, {"full": True}):
        assert status(log.run("leads", **flags)) == GOOD
    gone = log.warehouse.fetch_one("select count(*) from leadconduit.leads where sync_deleted_at is not null")
    assert (set(stored(log)), gone) == (seen, (0,))


@pytest.mark.parametrize(
    ("days", "said"),
    [(20, None), (85, "that is a little longer loses records for good"), (100, "Nothing before")],
)
def test_long_pause_is_a_warning_before_and_after_leads_are_lost(log, days, said, caplog):
    # no whole read in between, which would begin at the oldest day anyway
    entity = log.entity("leads", reconcile_every="never")
    log.run(entity)
    log.pass_time(days * DAY)
    caplog.clear()
    run = log.run(entity)
    told = [
        one
        for one in ("that is a little longer loses records for good", "Nothing before")
        if one in caplog.text
    ]
    assert told == ([] if said is None else [said])
    assert ("cut" in run.row.configuration["source"]) is (days == 100)


@pytest.mark.parametrize(
    "kind", ["server_error", "bad_gateway", "unauthorized", "bad_request", "error_in_200"]
)
def test_error_in_the_middle_of_a_run_fails_it_and_the_next_run_has_everything(log, kind):
    """A status other than 200 once ended the day in silence, and the next delta began behind the hole."""
    first = log.run("leads")
    log.pass_time(10 * HOUR)
    for minutes in range(1, 61):
        log.account.fake.changes.create(at_ms=ago_ms(log, minutes * 60))
    log.account.fake.faults.add(kind, "/events", times=None, skip=3)
    with pytest.raises(SourceError):
        log.run("leads", batch_size=50)
    assert log.list_history()[-1][1] == SyncStatus.FAILED
    log.account.fake.faults.clear()
    again = log.run("leads")
    assert again.plan.since == first.plan.until - timedelta(hours=2)
    assert (status(again), stored(log)) == (GOOD, sources(log))


@pytest.mark.parametrize("form", ["seconds", "date", "none"])
@pytest.mark.parametrize("kind", ["rate_limited", "bad_gateway", "server_error"])
def test_passing_error_is_asked_again_and_loses_nothing(log, kind, form):
    log.account.fake.faults.add(kind, "/events", times=2, skip=2, retry_after_s=1, retry_after_form=form)
    run = log.run("leads", batch_size=50)
    assert (status(run), stored(log)) == (GOOD, sources(log))


@pytest.mark.parametrize("flags", [{"full": True}, {"full": True, "force": True}], ids=["full", "full_force"])
def test_full_reads_everything_that_is_kept_and_not_seven_days(log, flags):
    log.run("leads", **flags)
    assert stored(log) == sources(log)
    assert min(int(one[:8], 16) for one in stored(log)) < log.account.fake.clock.now_s() - 15 * DAY


def test_force_overwrites_the_rows_of_the_delta_once(log):
    log.account.fake.changes.create(at_ms=ago_ms(log, HOUR))
    log.run("leads")
    run = log.run("leads", force=True)
    assert run.row.records_updated >= 1


def test_old_names_of_flags_are_taken_with_a_warning(log):
    old = {"since": "2026-01-01", "force_overwrite": True, "test": True, "verbose": True}
    options, warnings = parse_options(old, known_entities=["leads"])
    assert (options.start_date, options.force, options.debug) == (
        datetime(2026, 1, 1, tzinfo=UTC),
        True,
        True,
    )
    assert {one.partition("'")[2].partition("'")[0] for one in warnings} == set(old)
    start = (log.account.fake.clock.now() - timedelta(days=5)).isoformat()
    run = log.run("leads", since=start, verbose=True)
    assert 0 < len(stored(log)) < len(sources(log))
    assert run.plan.since.isoformat() == start


def test_partners_secrets_and_bodies_of_events_reach_no_log_and_no_table(log, caplog):
    caplog.set_level("DEBUG")
    log.run("leads", debug=True)
    table = str(log.warehouse.fetch_all("select t::text from leadconduit.leads as t"))
    history = str(log.warehouse.fetch_all("select t::text from crm_sync.sync_history as t"))
    everywhere = caplog.text + table + history
    assert "partner-secret" in str(log.account.fake.store.list_type("recipient"))
    assert "partner-secret" not in everywhere
    assert "Mozilla/5.0 (made up)" not in caplog.text

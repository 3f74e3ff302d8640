"""What is wrong although runs end well, and that the view and `crm-sync status` find the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.config.rest_config import RateLimit
from crm_sync.insight.expectation import describe_due
from crm_sync.insight.look import look
from crm_sync.insight.proofs import read_latest_proofs
from crm_sync.storage.budget.rate_budget import PostgresRateBudget
from tests.shipped import read_shipped

pytestmark = pytest.mark.postgres

SOURCE = read_shipped("salesrabbit")
NOW = datetime.now(UTC)
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
LAST_HOUR = NOW.replace(minute=0, second=0, microsecond=0) - HOUR
MAKE_PROOFS = """
create table crm_sync.proofs (
    id bigint generated always as identity primary key, crm_source text, sync_type text, method text,
    started_at timestamptz, ended_at timestamptz, compared bigint, differences bigint, verdict text
)
"""


@pytest.fixture
def warehouse(clean_warehouse):
    return clean_warehouse


@pytest.fixture
def proofs(warehouse):
    """The table of proofs, empty; it is made where no version has made it yet."""
    is_there = warehouse.fetch_one("select to_regclass('crm_sync.proofs') is not null") == (True,)
    warehouse.execute("truncate crm_sync.proofs" if is_there else MAKE_PROOFS)
    yield
    warehouse.execute("truncate crm_sync.proofs" if is_there else "drop table crm_sync.proofs")


def add_run(
    warehouse,
    start,
    *,
    sync_type="leads",
    status="success",
    took=timedelta(seconds=30),
    processed=100,
    failed=0,
    mode="delta",
    complete=None,
    notes_due=True,
):
    entity = SOURCE.entities[sync_type]
    end = start + took
    complete = status in {"success", "partial"} if complete is None else complete
    window = {"until": (start - timedelta(minutes=1)).isoformat(), "complete": complete, "mode": mode}
    configuration = {"window": window, "table": entity.table}
    if notes_due:
        configuration["due"] = describe_due(SOURCE, entity, start)
    warehouse.execute(
        """
        insert into crm_sync.sync_history (
            crm_source, sync_type, status, start_time, end_time, error_message, records_processed,
            records_updated, records_failed, configuration
        )
        values ('salesrabbit', %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            *(sync_type, status, start, None if status == "running" else end),
            "AuthenticationError: no key" if status == "failed" else None,
            *(processed, processed - failed, failed, json.dumps(configuration)),
        ),
    )


def read_view(warehouse):
    return set(warehouse.fetch_all("select sync_type, finding from crm_sync.health"))


def read_status(warehouse, now=None):
    """Give what `crm-sync status` and the health DAG find, without entities that never ran."""
    found = look(warehouse.connect, [SOURCE], now or datetime.now(UTC)).findings
    return {(one.sync_type, str(one.kind)) for one in found if one.sentence != "It has never run."}


def add_weeks(warehouse, amounts, *, hour=LAST_HOUR):
    for weeks, processed in enumerate(amounts, start=1):
        add_run(warehouse, hour - weeks * WEEK + timedelta(minutes=1), processed=processed)


@pytest.mark.parametrize(
    ("usual", "now", "is_silent"),
    [
        ([500] * 8, 0, True),
        ([500] * 8, 49, True),
        ([500] * 8, 51, False),
        # a holiday among them
        ([500] * 7 + [3], 10, False),
        ([500] * 4, 0, True),
        # three weeks are no habit, and a few records no measure
        ([500] * 3, 0, False),
        ([49] * 8, 0, False),
    ],
)
def test_silence_is_far_less_than_this_hour_of_this_weekday_usually_brings(warehouse, usual, now, is_silent):
    add_weeks(warehouse, usual)
    add_run(warehouse, LAST_HOUR + timedelta(minutes=1), processed=now)
    assert (("leads", "silent") in read_view(warehouse)) is is_silent


def test_silence_lasts_until_an_hour_that_can_be_judged_was_loud(warehouse):
    add_weeks(warehouse, [500] * 8, hour=LAST_HOUR - HOUR)
    add_run(warehouse, LAST_HOUR - HOUR, processed=2)
    # at night there is never much
    add_weeks(warehouse, [5] * 8)
    add_run(warehouse, LAST_HOUR, processed=5)
    assert ("leads", "silent") in read_view(warehouse)
    (sentence,) = warehouse.fetch_one("select sentence from crm_sync.health where finding = 'silent'")
    assert sentence.startswith("2 records came by the runs of ")
    assert "it is usually 500, and was never below 500." in sentence


def test_whole_reads_and_failures_are_no_silence(warehouse):
    add_weeks(warehouse, [500] * 8)
    add_run(warehouse, LAST_HOUR, processed=0, mode="full")
    add_run(warehouse, LAST_HOUR + timedelta(minutes=2), processed=0, status="failed")
    assert ("leads", "silent") not in read_view(warehouse)


@pytest.mark.parametrize(("failed", "is_found"), [(0, False), (9, False), (10, True)])
def test_many_rejected_records_of_a_day_are_a_finding(warehouse, failed, is_found):
    add_run(
        warehouse, NOW - 2 * HOUR, processed=100, failed=failed, status="partial" if failed else "success"
    )
    add_run(warehouse, NOW - HOUR, processed=50)
    # what was long ago counts no more
    add_run(warehouse, NOW - 30 * HOUR, processed=100, failed=100, status="partial")
    assert (("leads", "rejecting") in read_view(warehouse)) is is_found


def test_few_rejected_of_very_many_are_none(warehouse):
    add_run(warehouse, NOW - HOUR, processed=10_000, failed=500, status="partial")
    assert ("leads", "rejecting") not in read_view(warehouse)


def test_latest_proof_counts(warehouse, proofs):
    add_run(warehouse, NOW - HOUR)
    add = """
        insert into crm_sync.proofs (
            crm_source, sync_type, method, started_at, ended_at, compared, differences, verdict
        )
        values ('salesrabbit', 'leads', 'full', %s, %s, 1000, %s, %s)
    """
    warehouse.execute(add, (NOW - 2 * HOUR, NOW - 2 * HOUR, 3, "different"))
    assert ("leads", "different") in read_view(warehouse) & read_status(warehouse)
    (sentence,) = warehouse.fetch_one("select sentence from crm_sync.health where finding = 'different'")
    assert read_latest_proofs(warehouse.connect)["salesrabbit", "leads"].difference == sentence
    warehouse.execute(add, (NOW - HOUR, NOW - HOUR, 0, "equal"))
    assert ("leads", "different") not in read_view(warehouse)


@pytest.mark.parametrize(("calls", "is_found"), [(8, False), (9, True)])
def test_quota_near_its_end_is_a_finding_about_the_crm(warehouse, calls, is_found):
    limits = {"default": RateLimit(requests=100, per_s=1, per_day=10, unit="credits")}
    budget = PostgresRateBudget(warehouse.connect, "salesrabbit", "acct", limits)
    for _ in range(calls):
        budget.take("default")
    budget.close()
    assert ((None, "budget") in read_view(warehouse)) is is_found
    assert ((None, "budget") in read_status(warehouse)) is is_found
    if is_found:
        (sentence,) = warehouse.fetch_one("select sentence from crm_sync.health")
        assert sentence == (
            "9 of 10 credits of the day are used (acct, default); the next day begins at midnight in UTC."
        )
        warehouse.execute("update crm_sync.rate_budget set quota_day = quota_day - 1")
        assert read_view(warehouse) == set()


@pytest.mark.parametrize(
    "runs",
    [
        [(1, "success")],
        [(5, "success")],
        [(2.5, "success"), (1, "failed")],
        [(30, "failed"), (2, "failed"), (1, "failed")],
        [(3, "success"), (2, "failed"), (0.1, "running")],
        [(0.1, "running")],
        [(5, "success"), (4, "failed"), (3, "success"), (2, "failed"), (0.1, "success")],
        [(1, "incomplete")],
        [(26, "success"), (25, "success"), (24, "success")],
        [(200, "failed")],
    ],
)
@pytest.mark.parametrize("sync_type", ["leads", "users"])
def test_view_and_status_find_the_same(warehouse, runs, sync_type):
    for hours, status in runs:
        kind = "partial" if status == "incomplete" else status
        add_run(warehouse, NOW - hours * HOUR, sync_type=sync_type, status=kind, complete=status == "success")
    assert read_view(warehouse) == read_status(warehouse)


@pytest.mark.parametrize("took_h", [0.1, 3.2, 8.5])
@pytest.mark.parametrize("since_h", [0.5, 1.2, 2.1, 4.0])
def test_view_knows_the_schedule_also_after_a_long_run(warehouse, took_h, since_h):
    start = NOW - (took_h + since_h) * HOUR
    add_run(warehouse, start, took=took_h * HOUR)
    if took_h < 8:
        assert read_view(warehouse) == read_status(warehouse)
    else:  # more moments than were noted have passed: their distance decides
        assert (("leads", "late") in read_view(warehouse)) is (since_h > 3)


def test_runs_of_an_earlier_version_are_judged_by_their_usual_distance(warehouse):
    for hours in (12, 11, 10):
        add_run(warehouse, NOW - hours * HOUR, notes_due=False)
    assert read_view(warehouse) == {("leads", "late")}

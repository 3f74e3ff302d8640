"""Entities that are read by jobs: as good as by pages, and no job is paid for twice, whoever is killed."""

from __future__ import annotations

import pytest

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import AlreadyRunningError, LongWaitError
from tests.conformance.kinds import read_source
from tests.conformance.tables import assert_table, count_tuples
from tests.conformance.worker import run_worker

pytestmark = pytest.mark.postgres
EXTRA = {"rate_limits": False, "bulk_threshold": "10"}
START, LOOK, RESULTS = "*/jobs/query", "*/jobs/query/750*", "*/results"


@pytest.fixture
def open_bulk(open_pipeline):
    """An org in which more than ten records of an object are read by a job, 50 a page."""

    def start(**settings):
        return open_pipeline("salesforce", **{"extra": EXTRA, "bulk_page_rows": 50, **settings})

    return start


@pytest.fixture
def bulk(open_bulk):
    return open_bulk(counts={"leads": 120, "contacts": 120, "users": 20})


def count_starts(pipeline):
    return len(pipeline.account.fake.requests.entries(START))


def list_notes(run):
    return run.row.configuration.get("notes") or []


@pytest.mark.parametrize(
    "sync_type",
    [
        pytest.param(name, marks=() if name in ("leads", "users") else pytest.mark.thorough)
        for name in read_source("salesforce").entities
    ],
)
def test_entity_lives_by_jobs_as_it_does_by_pages(open_bulk, sync_type):
    pipeline = open_bulk(counts={"users": 20, sync_type: 60})
    account, warehouse = pipeline.account, pipeline.warehouse
    run = pipeline.run(sync_type)
    entity = run.entity
    assert run.row.status is SyncStatus.SUCCESS
    assert_table(warehouse, entity, account.expected(entity))
    assert run.row.configuration["source"]["jobs"]["all"]["records"] == 60
    before = count_tuples(warehouse, "salesforce")
    pipeline.run(sync_type, full=True)
    account.facts["extra"] = {**EXTRA, "bulk_threshold": "1000"}
    by_pages = pipeline.run(sync_type, full=True)
    assert "jobs" not in by_pages.row.configuration["source"]
    assert count_tuples(warehouse, "salesforce") == before, "no cell depends on the way it came"
    account.facts["extra"] = EXTRA
    starts = count_starts(pipeline)
    account.change(entity, 15)
    gone = account.mark_gone(entity, 2) if entity.deleted else []
    delta = pipeline.run(sync_type)
    assert delta.row.records_updated >= 15 - len(gone)
    assert count_starts(pipeline) > starts
    assert_table(warehouse, entity, account.expected(entity))


def test_purged_record_is_found_by_a_whole_read_by_job(bulk):
    entity = bulk.run("leads").entity
    gone = bulk.account.remove(entity, 3)
    run = bulk.run("leads", full=True)
    assert run.row.performance_metrics["records_deleted"] == 3
    assert_table(bulk.warehouse, entity, bulk.account.expected(entity), left=gone)


@pytest.mark.parametrize("point", ["job_known", "during_fetch"])
def test_killed_worker_finds_its_job_again(bulk, point):
    changes = {"chunk_records": 50}
    run_worker(bulk, "leads", kill=point, run_id="killed", records=50, changes=changes)
    assert count_starts(bulk) == 1
    run = bulk.run(bulk.entity("leads", **changes), run_id="killed")
    assert (run.row.status, run.row.records_created) == (SyncStatus.SUCCESS, 120)
    assert count_starts(bulk) == 1, "one job was paid for"
    assert list_notes(run) == []
    assert_table(bulk.warehouse, run.entity, bulk.account.expected(run.entity))


def test_worker_killed_between_the_job_and_its_id_costs_one_job_and_says_so(bulk):
    run_worker(bulk, "leads", kill="job_created", run_id="killed")
    run = bulk.run("leads", run_id="killed")
    assert count_starts(bulk) == 2
    assert (run.row.status, run.row.records_created) == (SyncStatus.SUCCESS, 120)
    (note,) = list_notes(run)
    assert "one may have been started at" in note


def test_second_worker_starts_no_second_job(bulk):
    bulk.is_run_ended = lambda _dag, _run: False
    refused = []

    def trigger():
        with pytest.raises(AlreadyRunningError):
            bulk.run("leads", run_id="another run")
        refused.append(count_starts(bulk))

    bulk.account.fake.hooks.before_page(LOOK, 1, trigger)
    bulk.account.fake.hooks.before_page(RESULTS, 2, trigger)
    run = bulk.run("leads", run_id="working")
    assert refused == [1, 1]
    assert run.row.records_created == 120


def test_long_job_gives_the_worker_back_and_is_found_again(bulk):
    bulk.account.facts["longest_wait_s"] = 60.0
    bulk.account.fake.faults.add("job_slow", LOOK, method="GET", looks=25)
    run = bulk.begin("leads", run_id="slow")
    with pytest.raises(LongWaitError, match="job 750"):
        bulk.go(run)
    run.made.release(force=True)
    again = bulk.begin("leads", run_id="slow")
    bulk.account.facts["longest_wait_s"] = None
    bulk.go(again)
    again.made.release(force=True)
    assert (again.row.status, again.row.records_created) == (SyncStatus.SUCCESS, 120)
    assert count_starts(bulk) == 1


def test_quota_in_mid_job_leaves_the_job_to_the_next_run(bulk):
    bulk.account.fake.faults.add("daily_limit", RESULTS, skip=1)
    first = bulk.run("leads")
    assert first.row.status is SyncStatus.PARTIAL
    second = bulk.run("leads")
    assert second.row.status is SyncStatus.SUCCESS
    assert first.row.records_created + second.row.records_created == 120
    assert count_starts(bulk) == 1


@pytest.mark.parametrize("fault", ["job_failed", "job_aborted", "job_gone"])
def test_job_that_fails_again_and_again_fails_the_run_in_one_sentence(bulk, fault):
    bulk.account.fake.faults.add(fault, LOOK, times=None)
    with pytest.raises(Exception, match="job 750"):
        bulk.run("leads")
    ((_, status, message),) = bulk.list_history()
    assert status == SyncStatus.FAILED
    assert message.count("\n") == 0
    assert count_starts(bulk) == 2


def test_short_result_is_partial_and_sweeps_nothing(bulk):
    bulk.run("leads")
    bulk.account.fake.faults.add("short_result", RESULTS, times=None, rows=10)
    run = bulk.run("leads", full=True)
    assert run.row.status is SyncStatus.PARTIAL
    assert "120 records, and 90 came" in run.row.error_message
    assert not run.row.performance_metrics.get("records_deleted")
    assert not run.is_complete


def test_results_that_are_read_from_their_files_make_the_same_table(open_pipeline):
    extra = {"rate_limits": False, "results_from_s3": True}
    lake = open_pipeline("salespro", counts={"customers": 130}, extra=extra)
    entity = lake.run("customers").entity
    lake.account.change(entity, 7)
    run = lake.run("customers")
    assert run.row.records_updated == 7
    assert_table(lake.warehouse, entity, lake.account.expected(entity))
    assert lake.account.count_reads(entity) == 0, "no result was read in pages"

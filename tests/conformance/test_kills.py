"""Killed, twice at once, retried late: the end is as undisturbed, and every record is counted once."""

from __future__ import annotations

import time

import pytest

from crm_sync.config.file_words import FileWords
from crm_sync.constants import SyncStatus
from crm_sync.exceptions import AlreadyRunningError, SupersededError
from crm_sync.storage.history.abandoned_runs import close_abandoned
from tests.conformance.kinds import get_entity, pick
from tests.conformance.tables import assert_table, count_tuples
from tests.conformance.worker import run_worker
from tests.conformance.worker_main import KILL_POINTS

pytestmark = pytest.mark.postgres
LEAST = 12
"""Records that a death in the middle needs."""


OWN_POINTS = ("during_fetch", "before_commit")
"""In code that each reader has of its own."""


def list_kills():
    """Every point for one entity of each strategy; the points in each reader's own code for all others.

    What comes after others takes the time of several reads: in `make test` it dies once behind its fetch.
    """
    whole = set(pick("strategy"))
    for name in pick("reader_with_pages"):
        for point in KILL_POINTS if name in whole else OWN_POINTS:
            is_usual = not get_entity(name).after or point in (*OWN_POINTS, "between_chunks")
            marks = () if is_usual else pytest.mark.thorough
            yield pytest.param(name, point, id=f"{'.'.join(name)}-{point}", marks=marks)


def make_job(pipeline, entity):
    """Cut an entity into at least three chunks of two pages, however few records it has."""
    records = sum(1 for _ in pipeline.account.list_records(entity))
    assert records >= LEAST, "give the account more of it: a death in the middle needs a middle"
    chunk = min(100, records // 3)
    changes = {"chunk_records": chunk}
    batch_size = max(1, chunk // 2)
    flags = {"batch_size": batch_size}
    return {"changes": changes, "flags": flags, "run_id": "killed", "records": records * 2 // 3}


@pytest.mark.check("killed")
@pytest.mark.parametrize(("entity_name", "point"), [*list_kills()])
def test_killed_worker_leaves_a_run_that_the_next_one_makes_good(pipeline, sync_type, point):
    entity = pipeline.entity(sync_type)
    for parent in entity.after:
        pipeline.run(parent)
    job = make_job(pipeline, entity)
    entity = pipeline.entity(sync_type, **job["changes"])
    run_worker(pipeline, sync_type, kill=point, **job)
    (before,) = [row for row in pipeline.list_history() if row[0] == sync_type]
    expected = pipeline.account.expected(entity)
    good = SyncStatus.PARTIAL if expected.rejected else SyncStatus.SUCCESS
    assert before[1] == (good if point == "after_commit" else SyncStatus.RUNNING)
    run = pipeline.run(entity)
    first, second = (row for row in pipeline.list_history() if row[0] == sync_type)
    if point != "after_commit":
        assert first[1] == SyncStatus.FAILED
        assert first[2].startswith("worker lost")
        assert second[1] == good
    assert run.is_complete
    assert_table(pipeline.warehouse, entity, expected)
    # what the killed worker committed is counted in its row, the rest in the next one's
    created = pipeline.warehouse.fetch_one(
        "select sum(records_created)::int from crm_sync.sync_history where sync_type = %s", (sync_type,)
    )
    assert created == (len(expected.rows),)


@pytest.mark.check("retry_goes_on")
@pytest.mark.one_per("reader_with_pages")
@pytest.mark.parametrize("point", ["during_fetch", "before_commit"])
def test_retry_of_a_killed_run_goes_on_where_it_stopped(pipeline, sync_type, point):
    entity = pipeline.entity(sync_type)
    for parent in entity.after:
        pipeline.run(parent)
    job = make_job(pipeline, entity)
    entity = pipeline.entity(sync_type, **job["changes"])
    run_worker(pipeline, sync_type, kill=point, **job)
    start = pipeline.account.count_reads(entity)
    run = pipeline.run(entity, run_id="killed", **job["flags"])
    again = pipeline.account.count_reads(entity) - start
    expected = pipeline.account.expected(entity)
    assert [row[0] for row in pipeline.list_history()].count(sync_type) == 1
    assert run.row.status is (SyncStatus.PARTIAL if expected.rejected else SyncStatus.SUCCESS)
    assert run.row.records_created == len(expected.rows)
    assert run.row.records_processed == len(expected.rows) + len(expected.rejected)
    assert_table(pipeline.warehouse, entity, expected)
    if point == "before_commit":
        assert again == 0
        return
    start = pipeline.account.count_reads(entity)
    pipeline.run(entity, full=True, **job["flags"])
    usual = pipeline.account.count_reads(entity) - start
    if isinstance(entity.read, FileWords):
        # a file is copied whole, then read on from where it was
        assert again == usual
        return
    assert again < usual


def wait_for_free_lock(pipeline, sync_type):
    """Wait until the server has noticed that a killed worker's session is gone."""
    holder = "select crm_sync.owner_lock_holder('hubspot', %s)"
    deadline = time.monotonic() + 20
    while pipeline.warehouse.fetch_one(holder, (sync_type,)) != (None,):
        assert time.monotonic() < deadline, "the lock of a killed worker is still held"
        time.sleep(0.05)


def test_teardown_closes_the_row_of_a_killed_worker(open_pipeline):
    pipeline = open_pipeline(counts={"products": 20})
    run_worker(pipeline, "products", kill="after_fetch", run_id="killed")
    wait_for_free_lock(pipeline, "products")
    closed = close_abandoned(pipeline.warehouse.connect, "crm_sync_hubspot", "killed")
    assert len(closed) == 1
    ((sync_type, status, message),) = pipeline.list_history()
    assert (sync_type, status) == ("products", SyncStatus.FAILED)
    assert message.startswith("worker lost")


@pytest.mark.behind_fetch
@pytest.mark.check("twice_at_once")
@pytest.mark.one_per("reader")
def test_second_trigger_while_a_run_works_fails_and_names_the_owner(pipeline, sync_type):
    entity = pipeline.entity(sync_type)
    for parent in entity.after:
        pipeline.run(parent)
    pipeline.is_run_ended = lambda _dag, _run: False
    errors = []

    def trigger(run_id):
        with pytest.raises(AlreadyRunningError) as caught:
            pipeline.run(sync_type, run_id=run_id)
        errors.append(str(caught.value))

    pipeline.account.during_read(entity, lambda: trigger("another run"))
    # a task retry of the same run
    pipeline.account.during_read(entity, lambda: trigger("working"))
    run = pipeline.run(sync_type, run_id="working", batch_size=20)
    assert len(errors) == 2
    assert all("run working" in error and "last heartbeat" in error for error in errors)
    assert [row[0] for row in pipeline.list_history()].count(sync_type) == 1
    assert run.row.records_created == len(pipeline.account.expected(run.entity).rows)


def test_run_that_was_taken_over_writes_nothing_more(open_pipeline):
    pipeline = open_pipeline(counts={"tickets": 20})
    run = pipeline.begin("tickets", run_id="slow", full=True, force=True)
    pipeline.fetch(run)
    pipeline.transform(run)
    pipeline.validate(run)
    run.made.release()
    fast = pipeline.run("tickets", run_id="fast")
    before = count_tuples(pipeline.warehouse, "hubspot")
    with pytest.raises(SupersededError):
        pipeline.save(run)
    assert count_tuples(pipeline.warehouse, "hubspot") == before
    assert fast.row.status is SyncStatus.SUCCESS
    assert [row[1] for row in pipeline.list_history()] == [SyncStatus.FAILED, SyncStatus.SUCCESS]


@pytest.mark.behind_fetch
@pytest.mark.check("late_retry")
def test_save_retried_after_its_last_commit_gives_the_same_figures(pipeline, sync_type):
    run = pipeline.sync(sync_type, debug=True)
    before = count_tuples(pipeline.warehouse, run.entity.table_schema)
    proofs = pipeline.warehouse.fetch_all("select id from crm_sync.proofs")
    again = run.made.save(stop=pipeline.stop)
    run.made.release(force=True)
    assert pipeline.warehouse.fetch_all("select id from crm_sync.proofs") == proofs
    assert (again.counts, again.status, again.window) == (
        run.result.counts,
        run.result.status,
        run.result.window,
    )
    assert count_tuples(pipeline.warehouse, run.entity.table_schema) == before
    assert pipeline.reload(run) == run.row


@pytest.mark.behind_fetch
@pytest.mark.check("history_words")
def test_row_is_running_while_it_works_and_ends_with_one_of_four_words(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    run = pipeline.begin(entity)
    row = pipeline.reload(run)
    assert (row.status, row.end_time) == (SyncStatus.RUNNING, None)
    pipeline.go(run)
    run.made.release()
    words = {status for _, status, _ in pipeline.list_history()}
    assert words <= {"success", "partial"}

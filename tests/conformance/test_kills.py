"""Killed, twice at once, retried late: the end is as undisturbed, and every record is counted once."""

from __future__ import annotations

import pytest

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import AlreadyRunningError, SupersededError
from crm_sync.storage.abandoned_runs import close_abandoned
from crm_sync.sync.save import save_entity
from tests.conformance.tables import assert_table, count_tuples
from tests.conformance.worker import KILL_POINTS, run_worker

pytestmark = pytest.mark.postgres
SMALL_CHUNKS = {"chunk_records": 100}
# one entity of each read strategy; the points that lie in shared code are tried on one of them
KILLS = [("hubspot", "contacts", point) for point in KILL_POINTS]
KILLS += [
    ("hubspot", "owners", "during_copy"),
    ("csv", "zip_codes", "during_copy"),
    ("csv", "zip_codes", "during_fetch"),
]
KILLS += [("hubspot", "associations", "before_commit")]


@pytest.mark.parametrize(
    ("crm_source", "sync_type", "point"), KILLS, ids=[f"{entity}-{point}" for _, entity, point in KILLS]
)
def test_killed_worker_leaves_a_run_that_the_next_one_makes_good(open_pipeline, crm_source, sync_type, point):
    pipeline = open_pipeline(crm_source)
    entity = pipeline.entity(sync_type, **SMALL_CHUNKS)
    for parent in entity.after:
        pipeline.run(parent)
    job = {"changes": SMALL_CHUNKS, "flags": {"batch_size": 50}, "run_id": "killed"}
    run_worker(pipeline, sync_type, kill=point, **job)
    (before,) = [row for row in pipeline.list_history() if row[0] == sync_type]
    if point == "after_commit":
        assert before[1] == SyncStatus.SUCCESS
    else:
        assert before[1] == SyncStatus.RUNNING
    run = pipeline.run(entity)
    first, second = (row for row in pipeline.list_history() if row[0] == sync_type)
    if point != "after_commit":
        assert first[1] == SyncStatus.FAILED
        assert first[2].startswith("worker lost")
    assert second[1] == SyncStatus.SUCCESS
    assert run.is_complete
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))
    # what the killed worker committed is counted in its row, the rest in the next one's
    created = pipeline.warehouse.fetch_one(
        "select sum(records_created)::int from crm_sync.sync_history where sync_type = %s", (sync_type,)
    )
    assert created == (len(pipeline.account.expected(entity).rows),)


@pytest.mark.parametrize("point", ["during_fetch", "after_fetch", "before_commit"])
def test_retry_of_a_killed_run_goes_on_where_it_stopped(open_pipeline, point):
    pipeline = open_pipeline()
    fake = pipeline.account.fake
    job = {"changes": SMALL_CHUNKS, "flags": {"batch_size": 50}, "run_id": "killed"}
    run_worker(pipeline, "contacts", kill=point, **job)
    first_calls = len(fake.requests.entries("*/objects/contacts"))
    fake.requests.clear()
    entity = pipeline.entity("contacts", **SMALL_CHUNKS)
    run = pipeline.run(entity, run_id="killed", batch_size=50)
    assert len(pipeline.list_history()) == 1
    assert run.row.status is SyncStatus.SUCCESS
    assert run.row.records_processed == run.row.records_created == len(pipeline.account.expected(entity).rows)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))
    again = len(fake.requests.entries("*/objects/contacts"))
    assert again == 0 if point != "during_fetch" else again <= 8 + 2
    assert first_calls >= 2


def test_teardown_closes_the_row_of_a_killed_worker(open_pipeline):
    pipeline = open_pipeline()
    run_worker(pipeline, "products", kill="after_fetch", run_id="killed")
    closed = close_abandoned(pipeline.warehouse.connect, "crm_sync_hubspot", "killed")
    assert len(closed) == 1
    ((sync_type, status, message),) = pipeline.list_history()
    assert (sync_type, status) == ("products", SyncStatus.FAILED)
    assert message.startswith("worker lost")


def test_second_trigger_while_a_run_works_fails_and_names_the_owner(open_pipeline):
    pipeline = open_pipeline()
    pipeline.is_run_ended = lambda _dag, _run: False
    errors = []

    def trigger(run_id):
        with pytest.raises(AlreadyRunningError) as caught:
            pipeline.run("contacts", run_id=run_id)
        errors.append(str(caught.value))

    hooks = pipeline.account.fake.hooks
    hooks.before_page("*/objects/contacts", 2, lambda: trigger("another run"))
    hooks.before_page("*/objects/contacts", 3, lambda: trigger("working"))  # a task retry of the same run
    run = pipeline.run("contacts", run_id="working")
    assert len(errors) == 2
    assert all("run working" in error and "last heartbeat" in error for error in errors)
    assert [row[1] for row in pipeline.list_history()] == [SyncStatus.SUCCESS]
    assert run.row.records_created == len(pipeline.account.expected(run.entity).rows)


def test_run_that_was_taken_over_writes_nothing_more(open_pipeline):
    pipeline = open_pipeline()
    run, owner = pipeline.begin("tickets", run_id="slow", full=True, force=True)
    pipeline.fetch(run)
    pipeline.transform(run)
    pipeline.validate(run)
    owner.release()
    fast = pipeline.run("tickets", run_id="fast")
    before = count_tuples(pipeline.warehouse, "hubspot")
    with pytest.raises(SupersededError):
        pipeline.save(run)
    assert count_tuples(pipeline.warehouse, "hubspot") == before
    assert fast.row.status is SyncStatus.SUCCESS
    assert [row[1] for row in pipeline.list_history()] == [SyncStatus.FAILED, SyncStatus.SUCCESS]


@pytest.mark.check("late_retry")
def test_save_retried_after_its_last_commit_gives_the_same_figures(pipeline, sync_type):
    run = pipeline.sync(sync_type)
    before = count_tuples(pipeline.warehouse, run.entity.table_schema)
    again = save_entity(run.entity, run.staging, pipeline.warehouse.connect, history_id=run.history_id)
    assert (again.counts, again.status, again.window) == (
        run.result.counts,
        run.result.status,
        run.result.window,
    )
    assert count_tuples(pipeline.warehouse, run.entity.table_schema) == before
    assert pipeline.reload(run) == run.row


@pytest.mark.check("history_words")
def test_row_is_running_while_it_works_and_ends_with_one_of_four_words(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    run, owner = pipeline.begin(entity)
    row = pipeline.reload(run)
    assert (row.status, row.end_time) == (SyncStatus.RUNNING, None)
    pipeline.go(run)
    owner.release()
    words = {status for _, status, _ in pipeline.list_history()}
    assert words <= {"success", "partial"}

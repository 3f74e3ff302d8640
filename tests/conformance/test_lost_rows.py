"""A table whose rows go away while a run is under way is not called complete with what the run adds to it."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import SupersededError, SyncCancelledError
from tests.conformance.tables import assert_table
from tests.conformance.test_limits import give_back, use_up

pytestmark = pytest.mark.postgres

LOSSES = {
    "dropped": "drop table {table}",
    "renamed": "alter table {table} rename to put_away",
    "emptied": "truncate {table}",
    "deleted": "delete from {table}",
}


@pytest.fixture(params=LOSSES)
def lose_rows(request):
    """Takes an entity's rows away, in one of the ways that a user has."""
    return lambda pipeline, entity: pipeline.warehouse.execute(
        LOSSES[request.param].format(table=entity.table)
    )


def save_without_rows(pipeline, entity, lose_rows, **flags):
    """Run an entity whose rows go away between its fetch and its save."""
    run = pipeline.begin(entity, **flags)
    for stage in (pipeline.fetch, pipeline.transform, pipeline.validate):
        stage(run)
    lose_rows(pipeline, run.entity)
    try:
        pipeline.save(run)
    except Exception as error:
        run.made.fail(str(error))
        raise
    finally:
        run.made.release(force=True)
    return run


def assert_next_run_fills(pipeline, entity):
    run = pipeline.run(entity)
    assert run.row.configuration["window"]["mode"] == "full"
    assert_table(pipeline.warehouse, run.entity, pipeline.account.expected(run.entity))


def test_delta_whose_table_lost_its_rows_meanwhile_saves_nothing(open_pipeline, lose_rows):
    pipeline = open_pipeline("salesrabbit")
    entity = pipeline.run("leads").entity
    pipeline.pass_time(3600)
    pipeline.account.change(entity, 2)
    with pytest.raises(SupersededError, match="no longer has the rows that earlier runs saved"):
        save_without_rows(pipeline, "leads", lose_rows)
    assert_next_run_fills(pipeline, "leads")


def test_rest_of_a_read_is_not_saved_without_its_beginning(open_pipeline, lose_rows):
    pipeline = open_pipeline(counts={"companies": 150})
    entity = pipeline.entity("companies", page_size=25)
    use_up(pipeline, entity, 4)
    assert pipeline.run(entity).row.configuration["resume"] is not None
    give_back(pipeline)
    with pytest.raises(SupersededError, match="no longer has the rows"):
        save_without_rows(pipeline, entity, lose_rows)
    assert_next_run_fills(pipeline, entity)


def test_save_whose_first_chunks_went_away_does_not_go_on(open_pipeline, lose_rows):
    pipeline = open_pipeline(counts={"companies": 150})
    entity = pipeline.entity("companies", page_size=25, chunk_records=50)
    run = pipeline.begin(entity)
    for stage in (pipeline.fetch, pipeline.transform, pipeline.validate):
        stage(run)
    asked = iter([False, True])
    with pytest.raises(SyncCancelledError):
        run.made.save(stop=lambda: next(asked))
    lose_rows(pipeline, entity)
    with pytest.raises(SupersededError, match="no longer has the rows"):
        pipeline.save(run)
    run.made.fail("rows are gone")
    run.made.release(force=True)
    assert_next_run_fills(pipeline, entity)


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        ("truncate {table}", "no longer has the rows"),
        (
            (
                "alter table {table} rename to put_away; "
                "create table {table} (like hubspot.put_away including all); "
                "insert into {table} select * from hubspot.put_away limit 1"
            ),
            "was replaced or renamed",
        ),
    ],
    ids=["emptied", "replaced"],
)
def test_rows_that_go_away_between_two_chunks_end_the_save(open_pipeline, loss, said):
    pipeline = open_pipeline(counts={"companies": 150})
    entity = pipeline.entity("companies", page_size=25, chunk_records=50)
    run = pipeline.begin(entity)
    for stage in (pipeline.fetch, pipeline.transform, pipeline.validate):
        stage(run)
    asked = iter(range(1000))

    def empty():
        if next(asked) == 1:
            pipeline.warehouse.execute(loss.format(table=entity.table))
        return False

    with pytest.raises(SupersededError, match=said):
        run.made.save(stop=empty)
    run.made.fail("rows are gone")
    run.made.release(force=True)
    assert_next_run_fills(pipeline, entity)


def test_whole_read_fills_a_table_that_lost_its_rows_meanwhile(open_pipeline, lose_rows):
    pipeline = open_pipeline("salesrabbit")
    pipeline.run("leads")
    run = save_without_rows(pipeline, "leads", lose_rows, full=True)
    assert_table(pipeline.warehouse, run.entity, pipeline.account.expected(run.entity))


def test_first_records_of_a_source_that_had_none_are_saved(open_pipeline):
    pipeline = open_pipeline("salesrabbit")
    entity = pipeline.account.source.entities["leads"]
    pipeline.account.clear(entity)
    pipeline.run("leads")
    pipeline.pass_time(3600)
    pipeline.account.add(entity)
    pipeline.run("leads")
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))

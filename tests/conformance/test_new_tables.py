"""A table that was dropped, or that the YAML names anew, is filled from the beginning."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import SupersededError
from tests.conformance.tables import assert_table, read_rows

pytestmark = pytest.mark.postgres


@pytest.mark.check("table_dropped")
def test_dropped_table_is_filled_by_the_next_run(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    pipeline.warehouse.execute(f"drop table {entity.table}")
    run = pipeline.run(sync_type)
    assert run.row.configuration["window"]["mode"] == "full"
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))


@pytest.mark.check("table_dropped_twice")
def test_table_that_a_failed_run_made_anew_is_still_filled_whole(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    pipeline.warehouse.execute(f"drop table {entity.table}")
    run = pipeline.run(sync_type)
    # as a save leaves it that ends after its first chunk
    pipeline.warehouse.execute(
        "update crm_sync.sync_history set status = 'failed' where id = %s", (run.history_id,)
    )
    pipeline.warehouse.execute(f"delete from {entity.table}")
    pipeline.run(sync_type)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))


@pytest.mark.check("table_renamed")
def test_new_name_of_a_table_gets_everything_and_the_old_table_stays(pipeline, sync_type):
    old = pipeline.sync(sync_type).entity
    before, watermark = read_rows(pipeline.warehouse, old), pipeline.read_watermark(old)
    new = pipeline.entity(sync_type, table="another_name")
    run = pipeline.run(new)
    assert run.row.configuration["window"]["mode"] == "full"
    assert run.row.configuration["table"] == f"{new.table_schema}.another_name"
    assert_table(pipeline.warehouse, new, pipeline.account.expected(new))
    assert read_rows(pipeline.warehouse, old) == before
    # back again: the old table goes on from where its own runs left it
    assert pipeline.read_watermark(old) == watermark


@pytest.mark.check("table_renamed_meanwhile")
def test_run_that_began_with_another_table_saves_nothing(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    run = pipeline.begin(sync_type, full=True)
    for stage in (pipeline.fetch, pipeline.transform, pipeline.validate):
        stage(run)
    run.made.entity = pipeline.entity(sync_type, table="another_name")
    with pytest.raises(SupersededError, match=f"began with table {entity.table}"):
        pipeline.save(run)
    run.made.fail("stopped")
    exists = pipeline.warehouse.fetch_one("select to_regclass(%s)", (f"{entity.table_schema}.another_name",))
    assert exists == (None,)


def test_first_read_that_brings_nothing_makes_the_table_and_the_next_is_a_delta(open_pipeline):
    """Calls of an account that has none; missing ones are kept, so there is nothing to sweep."""
    pipeline = open_pipeline("callrail", counts={"companies": 4, "trackers": 4})
    first = pipeline.run("calls")
    assert (first.row.records_processed, first.is_complete) == (0, True)
    assert read_rows(pipeline.warehouse, first.entity) == {}
    assert pipeline.run("calls").row.configuration["window"]["mode"] == "delta"


@pytest.mark.parametrize("changed", ["less", "more"])
def test_run_whose_yaml_has_other_columns_at_its_save_saves_nothing(open_pipeline, changed):
    pipeline = open_pipeline("salesrabbit")
    run = pipeline.begin("leads")
    for stage in (pipeline.fetch, pipeline.transform, pipeline.validate):
        stage(run)
    fields = pipeline.entity("leads").model_dump()["fields"]
    # without it, its values would be neither in a column nor in `extra`
    email = fields.pop("email")
    if changed == "more":
        fields.update(email=email, email_again={**email, "source": "email"})
    run.made.entity = pipeline.entity("leads", fields=fields)
    with pytest.raises(SupersededError, match=r"has other columns than when .* \(email"):
        pipeline.save(run)
    run.made.fail("stopped")
    run.made.release(force=True)

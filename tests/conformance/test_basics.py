"""Every entity: the table equals the source, a repeat writes nothing, older never wins, counts add up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from psycopg2 import sql

from crm_sync.constants import SyncMode, SyncStatus
from tests.conformance.oracle_check import assert_oracle
from tests.conformance.tables import assert_table, count_tuples, read_rows, read_tuples

pytestmark = pytest.mark.postgres


@pytest.mark.check("full_equals_source")
@pytest.mark.one_per("behaviour")
def test_full_leaves_the_table_equal_to_the_source(pipeline, sync_type):
    run = pipeline.sync(sync_type)
    expected = pipeline.account.expected(run.entity)
    assert_table(pipeline.warehouse, run.entity, expected)
    assert_oracle(pipeline, run)
    row = run.row
    assert row.records_created == len(expected.rows)
    assert row.records_failed == len(expected.rejected)
    assert row.status is (SyncStatus.PARTIAL if expected.rejected else SyncStatus.SUCCESS)
    assert run.is_complete


@pytest.mark.behind_fetch
@pytest.mark.check("keys")
def test_key_is_unique_never_null_and_every_column_is_there_and_typed(pipeline, sync_type):
    run = pipeline.sync(sync_type)
    columns = dict(
        pipeline.warehouse.fetch_all(
            "select a.attname, format_type(a.atttypid, a.atttypmod) from pg_attribute a "
            "where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped",
            (run.entity.table,),
        )
    )
    types = {
        "integer": "bigint",
        "number": "numeric",
        "decimal": "numeric",
        "boolean": "boolean",
        "date": "date",
    }
    types |= {"datetime": "timestamp with time zone", "json": "jsonb"}
    for name, config in run.entity.fields.items():
        assert columns.pop(name) == types.get(str(config.type), "text"), name
    moment = "timestamp with time zone"
    own = {
        "sync_created_at": moment,
        "sync_updated_at": moment,
        "sync_deleted_at": moment,
        "sync_history_id": "bigint",
    }
    assert columns == own | ({"extra": "jsonb"} if run.entity.extra else {})
    key = pipeline.warehouse.fetch_all(
        "select a.attname, a.attnotnull from pg_index i "
        "cross join unnest(i.indkey) with ordinality as k (number, place) "
        "join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number "
        "where i.indrelid = %s::regclass and i.indisprimary order by k.place",
        (run.entity.table,),
    )
    assert key == [(column, True) for column in run.entity.primary_key]


@pytest.mark.behind_fetch
@pytest.mark.check("same_again")
def test_the_same_data_again_writes_no_tuple(pipeline, sync_type):
    first = pipeline.sync(sync_type)
    schema, entity = first.entity.table_schema, first.entity
    before = count_tuples(pipeline.warehouse, schema), read_tuples(pipeline.warehouse, entity)
    runs = [pipeline.run(sync_type, full=True), pipeline.run(sync_type), pipeline.run(sync_type)]
    assert (count_tuples(pipeline.warehouse, schema), read_tuples(pipeline.warehouse, entity)) == before
    assert runs[0].row.counts.unchanged == first.row.records_created
    assert {run.row.records_created + run.row.records_updated for run in runs} == {0}
    assert runs[0].row.status is first.row.status


@pytest.mark.behind_fetch
@pytest.mark.check("same_again_after_a_read_of_another_kind")
def test_whole_read_after_a_delta_of_new_records_writes_no_tuple(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    for _ in range(3):
        pipeline.account.change(entity, 5)
        pipeline.sync(sync_type)
    before = read_tuples(pipeline.warehouse, entity)
    pipeline.run(sync_type, full=True)
    pipeline.run(sync_type)
    assert read_tuples(pipeline.warehouse, entity) == before


@pytest.mark.check("changes_arrive")
def test_default_run_brings_changed_and_new_records(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    changed = pipeline.account.change(entity, 7)
    new = pipeline.account.add(entity)
    assert changed
    run = pipeline.sync(sync_type)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity), by_delta=[new])
    assert_oracle(pipeline, run)
    # a changed link is another one, and so is a record whose key is a digest of it
    is_another = entity.read.strategy == "rest_links" or bool(entity.digests)
    added = {new, *changed} if is_another else {new}
    assert run.row.records_created == len(added)
    assert run.row.records_updated == (0 if is_another else len(changed))
    rows = read_rows(pipeline.warehouse, entity)
    assert {rows[key]["sync_history_id"] for key in added} == {run.history_id}


@pytest.mark.behind_fetch
@pytest.mark.check("older_after_newer")
def test_newer_row_stays_until_forced(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    column = entity.modified_column
    expected = pipeline.account.expected(entity)
    key = min(expected.live, key=str)
    if column is None:
        # without a modified time none of two versions is older: what was read last wins, forced or not
        column = next(name for name in entity.fields if name not in entity.primary_key)
        alter_row(pipeline, entity, key, sql.SQL("{} = null").format(sql.Identifier(column)))
        run = pipeline.run(sync_type, full=True)
        assert_table(pipeline.warehouse, entity, expected)
        assert run.row.records_updated == (expected.rows[key][column] is not None)
    else:
        mark = mark_column(entity)
        later = sql.SQL("{0} = {0} + interval '1 day', {1}").format(sql.Identifier(column), mark)
        alter_row(pipeline, entity, key, later)
        before = read_rows(pipeline.warehouse, entity)[key]
        run = pipeline.run(sync_type, full=True)
        assert read_rows(pipeline.warehouse, entity)[key] == before
        assert before[column] == expected.rows[key][column] + timedelta(days=1)
        assert run.row.counts.unchanged == len(expected.rows)
    forced = pipeline.run(sync_type, full=True, force=True)
    assert_table(pipeline.warehouse, entity, expected)
    assert forced.row.records_updated == len(expected.rows)


def mark_column(entity):
    """Write an assignment that sets something beside the modified time apart from what the source has."""
    if entity.extra:
        return sql.SQL('extra = \'{"from": "the future"}\'')
    free = [name for name in entity.fields if name not in (*entity.primary_key, entity.modified_column)]
    name = min(free, key=lambda one: list(MARKS).index(str(entity.fields[one].type)))
    return sql.SQL("{0} = " + MARKS[str(entity.fields[name].type)]).format(sql.Identifier(name))


TEXT, NUMBER, TIME = "'from the future'", "424242", "'2001-01-01'"
MARKS = {
    **dict.fromkeys(("text", "string", "url", "email", "phone", "object_id"), TEXT),
    **dict.fromkeys(("integer", "decimal", "number"), NUMBER),
    **dict.fromkeys(("datetime", "date"), TIME),
    "boolean": "not coalesce({0}, true)",
    "json": "'[\"from the future\"]'",
}
"""By column type, the ones first that no source can have by chance: a value to tell a row by."""


def alter_row(pipeline, entity, key, assignments):
    where = sql.SQL(" and ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(value))
        for name, value in zip(entity.primary_key, key, strict=True)
    )
    table = sql.Identifier(entity.table_schema, entity.table_name)
    pipeline.warehouse.execute(sql.SQL("update {} set {} where {}").format(table, assignments, where))


@pytest.mark.behind_fetch
@pytest.mark.check("counts_add_up")
def test_counts_of_every_run_add_up(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    pipeline.account.change(entity, 5)
    pipeline.account.remove(entity, 3)
    for flags in ({}, {"full": True}, {"force": True}, {"full": True, "force": True}):
        run = pipeline.sync(sync_type, **flags)
        counts, row = run.row.counts, run.row
        assert row.records_processed == counts.created + counts.updated + counts.unchanged + counts.failed
        assert run.outcome.records == counts.fetched
        assert row.end_time is not None
        assert row.performance_metrics["duration_seconds"] >= 0
        assert run.plan.mode is (SyncMode.FULL if "full" in flags else run.plan.mode)

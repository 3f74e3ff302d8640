"""One bad record among many: it is kept with its reason and can be replayed, the others are saved."""

from __future__ import annotations

from datetime import date

import pytest
from psycopg2 import sql

from crm_sync.constants import SyncStatus
from tests.conformance.tables import assert_table, read_rows

pytestmark = [pytest.mark.postgres, pytest.mark.behind_fetch]


def match_key(entity, key):
    """Write a condition that holds for one record."""
    parts = []
    for name, value in zip(entity.primary_key, key, strict=True):
        literal = str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
        kind = "date " if type(value) is date else ""
        parts.append(f"{name} = {kind}{literal}")
    return " and ".join(parts)


def with_rule(pipeline, entity, key):
    rules = [rule.model_dump() for rule in entity.rules]
    rules.append(
        {"name": "not_this_one", "check": f"not ({match_key(entity, key)})", "message": "is not wanted"}
    )
    return pipeline.entity(entity.sync_type, rules=rules)


@pytest.mark.check("one_bad_record")
def test_record_that_breaks_a_rule_is_kept_and_replayed_after_the_rule_changed(pipeline, sync_type):
    entity = pipeline.account.source.entities[sync_type]
    for parent in entity.after:
        pipeline.run(parent)
    expected = pipeline.account.expected(entity)
    key = sorted(expected.rows, key=str)[len(expected.rows) // 2]
    run = pipeline.run(with_rule(pipeline, entity, key))
    row = run.row
    assert row.status is SyncStatus.PARTIAL
    assert run.is_complete, "what was rejected is kept, so nothing is lost"
    assert row.records_failed == 1 + len(expected.rejected)
    assert row.records_created == len(expected.rows) - 1
    assert row.records_processed == row.records_created + row.records_failed
    assert key not in read_rows(pipeline.warehouse, entity)
    ((rule, error, record, seen),) = list_open(pipeline, "not_this_one")
    assert (rule, error, seen) == ("not_this_one", "is not wanted", 1)
    assert record
    calls = pipeline.account.count_calls()
    replay = pipeline.run(sync_type, replay_rejected=True)
    assert pipeline.account.count_calls() == calls
    assert replay.row.records_created == 1
    assert_table(pipeline.warehouse, entity, expected)
    assert list_open(pipeline, "not_this_one") == []
    assert not replay.is_complete


def list_open(pipeline, rule):
    return pipeline.warehouse.fetch_all(
        "select rule, error, record, times_seen from crm_sync.rejected_records "
        "where resolved_at is null and rule = %s",
        (rule,),
    )


def test_one_bad_record_in_10000(open_pipeline):
    pipeline = open_pipeline("csv", records=10_000)
    pipeline.account.rows[7_777][0] = "bad"
    pipeline.account.write()
    run = pipeline.run("zip_codes", batch_size=1_000)
    row = run.row
    assert (row.records_processed, row.records_created, row.records_failed) == (10_000, 9_999, 1)
    assert pipeline.warehouse.fetch_one("select count(*) from csv.zip_codes") == (9_999,)
    ((_, _, record, _),) = list_open(pipeline, "zip_code_has_five_digits")
    assert record["zip_code"] == "bad"
    entity = pipeline.entity("zip_codes", rules=[])
    replay = pipeline.run(entity, replay_rejected=True)
    assert replay.row.records_created == 1
    assert pipeline.warehouse.fetch_one("select count(*) from csv.zip_codes") == (10_000,)


@pytest.mark.check("seen_again")
def test_rejected_record_seen_again_is_counted_and_resolves_itself_when_it_passes(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    key = min(pipeline.account.expected(entity).rows, key=str)
    strict = with_rule(pipeline, entity, key)
    for _ in range(2):
        pipeline.run(strict, full=True)
    assert [seen for *_, seen in list_open(pipeline, "not_this_one")] == [2]
    pipeline.run(sync_type, full=True)
    assert list_open(pipeline, "not_this_one") == []
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))


@pytest.mark.check("database_says_no")
def test_row_that_the_database_refuses_stands_alone_and_the_others_are_saved(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    expected = pipeline.account.expected(entity)
    key = sorted(expected.rows, key=str)[len(expected.rows) // 2]
    table = sql.Identifier(entity.table_schema, entity.table_name)
    pipeline.warehouse.execute(sql.SQL("truncate {}").format(table))
    pipeline.warehouse.execute(
        sql.SQL("alter table {} add constraint not_this_one check (not ({}))").format(
            table, sql.SQL(match_key(entity, key).replace("%", "%%"))
        )
    )
    run = pipeline.run(sync_type, full=True, force=True)
    assert run.row.status is SyncStatus.PARTIAL
    assert run.row.records_created == len(expected.rows) - 1
    assert key not in read_rows(pipeline.warehouse, entity)
    ((_, error, record, _),) = list_open(pipeline, "database")
    assert "not_this_one" in error
    assert record
    pipeline.warehouse.execute(sql.SQL("alter table {} drop constraint not_this_one").format(table))
    pipeline.run(sync_type, replay_rejected=True)
    assert_table(pipeline.warehouse, entity, expected)

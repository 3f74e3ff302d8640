"""Columns that the source changes without a new modified time: a narrow read beside a delta brings them."""

from __future__ import annotations

from tests.conformance.tables import assert_table

DAY_S = 86_400
LONG_AGO_MS = 1_750_000_000_000
STALE = {"NumberOfContacts": 4321, "NumberOfResponses": 1234}


def open_refreshed(open_pipeline):
    """Give a pipeline whose campaigns are synced, and a row that has become stale since."""
    pipeline = open_pipeline("salesforce")
    pipeline.account.fake.changes.add_field("campaigns", "Region__c")
    for one in pipeline.account.fake.store.tables["campaigns"].records:
        pipeline.account.fake.changes.update("campaigns", one, {"Region__c": "North"}, at_ms=LONG_AGO_MS)
    entity = pipeline.sync("campaigns").entity
    account = pipeline.account
    key = min(account.expected(entity).live)
    account.fake.changes.restate("campaigns", key[0], STALE)
    return pipeline, entity, key


def read_row(pipeline, key, columns="number_of_contacts, number_of_responses, name, extra, updated_at"):
    return pipeline.warehouse.fetch_one(
        f"select {columns} from salesforce.campaigns where id = %s", (key[0],)
    )


def test_stale_columns_arrive_with_the_refresh_and_no_other_is_touched(open_pipeline):
    pipeline, entity, key = open_refreshed(open_pipeline)
    before = read_row(pipeline, key)
    assert pipeline.sync("campaigns").row.counts.updated == 0, "no day has passed"
    assert read_row(pipeline, key) == before
    pipeline.pass_time(DAY_S)
    run = pipeline.sync("campaigns")
    assert run.plan.mode == "delta"
    assert read_row(pipeline, key) == (4321, 1234, *before[2:])
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))
    assert run.row.counts.updated >= 1


def test_refresh_comes_once_in_its_span(open_pipeline):
    pipeline, entity, key = open_refreshed(open_pipeline)
    pipeline.pass_time(DAY_S)
    pipeline.sync("campaigns")
    pipeline.account.fake.changes.restate("campaigns", key[0], dict.fromkeys(STALE, 5))
    calls = pipeline.account.count_reads(entity)
    pipeline.sync("campaigns")
    assert pipeline.account.count_reads(entity) == calls + 2, "the delta's count and its page, no refresh"
    assert read_row(pipeline, key)[0] == 4321


def test_record_that_changed_and_went_stale_has_both(open_pipeline):
    pipeline, entity, key = open_refreshed(open_pipeline)
    pipeline.pass_time(DAY_S)
    pipeline.account.fake.changes.update("campaigns", key[0], {"Name": "Renamed"})
    run = pipeline.sync("campaigns")
    assert run.row.counts.duplicates == 0, "a refresh does not compete with the delta"
    assert read_row(pipeline, key)[:3] == (4321, 1234, "Renamed")
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))


def test_refresh_makes_no_row_of_a_record_that_the_table_lacks(open_pipeline):
    pipeline, _, key = open_refreshed(open_pipeline)
    pipeline.warehouse.execute("delete from salesforce.campaigns where id = %s", (key[0],))
    pipeline.pass_time(DAY_S)
    pipeline.sync("campaigns")
    assert pipeline.warehouse.fetch_all("select id from salesforce.campaigns where id = %s", key) == []


def test_refresh_leaves_deleted_rows_deleted(open_pipeline):
    pipeline, entity, _ = open_refreshed(open_pipeline)
    gone = pipeline.account.mark_gone(entity, 3)
    pipeline.sync("campaigns")
    pipeline.pass_time(DAY_S)
    pipeline.sync("campaigns")
    assert all(read_row(pipeline, key, "sync_deleted_at")[0] is not None for key in gone)


def test_hidden_column_keeps_its_values_in_a_refresh(open_pipeline):
    pipeline, _, key = open_refreshed(open_pipeline)
    pipeline.account.fake.changes.hide_field("campaigns", "NumberOfResponses")
    before = read_row(pipeline, key)
    pipeline.pass_time(DAY_S)
    pipeline.sync("campaigns")
    assert read_row(pipeline, key)[:2] == (4321, before[1])


def test_refresh_that_a_quota_cuts_off_goes_on_in_the_next_run(open_pipeline):
    pipeline, entity, key = open_refreshed(open_pipeline)
    pipeline.pass_time(DAY_S)
    path = pipeline.account.read_paths(entity)[0]
    pipeline.account.fake.faults.add("daily_limit", path, skip=2, times=None)
    assert pipeline.sync("campaigns").row.status == "partial"
    pipeline.account.fake.faults.clear()
    pipeline.sync("campaigns")
    assert read_row(pipeline, key)[0] == 4321


def test_value_that_a_refresh_can_not_read_is_said_and_no_rejected_record(open_pipeline):
    """Replayed, its narrow record would make a row of nulls."""
    pipeline, entity, _ = open_refreshed(open_pipeline)
    pipeline.account.plant(entity, {"NumberOfContacts": "many"})
    pipeline.pass_time(DAY_S)
    run = pipeline.sync("campaigns")
    assert "for example number_of_contacts of 701" in " ".join(run.row.configuration["notes"])
    assert pipeline.warehouse.fetch_all("select record_id from crm_sync.rejected_records") == []

"""Deltas: they ask for less, and lose nothing that moves while they read, arrives late or shares its time."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.constants import SyncMode, SyncStatus
from tests.conformance.accounts import CONFIGS
from tests.conformance.tables import age_rows, assert_table

pytestmark = pytest.mark.postgres


def ms(moment):
    return int(moment.timestamp() * 1000)


def minutes_ago(minutes):
    return datetime.now(UTC) - timedelta(minutes=minutes)


@pytest.mark.check("incremental_is_real")
def test_delta_asks_for_less_than_full_or_says_why_it_can_not(pipeline, sync_type, caplog):
    caplog.set_level("INFO", logger="crm_sync")
    entity = pipeline.sync(sync_type).entity
    start = pipeline.account.count_calls()
    pipeline.run(sync_type, full=True)
    full_calls = pipeline.account.count_calls() - start
    age_rows(pipeline.warehouse, entity.table_schema)
    for parent in entity.after:
        pipeline.run(parent)
    caplog.clear()
    start = pipeline.account.count_calls()
    delta = pipeline.run(sync_type)
    delta_calls = pipeline.account.count_calls() - start
    if delta.plan.mode is SyncMode.DELTA:
        assert delta_calls < full_calls
        assert delta.outcome.records == 0
        return
    # no modified filter: read whole and compared, or not at all, and both the log and the docs say so
    assert "has no modified filter" in caplog.text or "as the previous run left it" in caplog.text
    docs = (CONFIGS.parents[1] / "docs" / "sources" / f"{entity.crm_source}.md").read_text()
    assert re.search(r"no modified filter|read whole|nothing is read", docs)


def test_delta_requests_carry_the_bound(open_pipeline):
    pipeline = open_pipeline()
    first = pipeline.run("contacts")
    pipeline.account.fake.requests.clear()
    second = pipeline.run("contacts")
    lookback = timedelta(seconds=second.entity.lookback_s)
    assert second.plan.since == first.plan.until - lookback
    searches = pipeline.account.fake.requests.entries("*/contacts/search")
    assert searches
    asked = [json.loads(entry.request_body)["filterGroups"][0]["filters"] for entry in searches]
    bound = {"propertyName": "lastmodifieddate", "operator": "GTE", "value": str(ms(second.plan.since))}
    assert all(bound in filters for filters in asked)


@pytest.mark.check("changed_while_reading")
def test_changed_while_page_two_is_read_arrives_in_this_run_or_the_next(pipeline, sync_type):
    entity = pipeline.sync(sync_type, batch_size=99).entity
    pipeline.account.change_during_read(entity)
    pipeline.run(sync_type, full=True, batch_size=99)
    pipeline.sync(sync_type)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))


def test_record_that_the_index_shows_late_arrives_inside_the_lookback(open_pipeline):
    pipeline = open_pipeline(index_delay_s=300)
    entity = pipeline.run("contacts").entity
    pipeline.account.change(entity, 1)
    started = datetime.now(UTC)
    for after_s in (0, 200, 301):
        # index and both clocks
        pipeline.account.fake.clock.offset_s = after_s
        pipeline.now = lambda after_s=after_s: datetime.now(UTC) + timedelta(seconds=after_s)
        if after_s < 300:
            hidden = pipeline.run("contacts")
            assert hidden.outcome.records == 0
            assert hidden.is_complete
    assert hidden.plan.until > started, "the watermark is past the change that nobody has seen yet"
    late = pipeline.run("contacts")
    assert late.row.records_updated == 1
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))


def test_25000_records_with_one_modified_time_all_arrive(open_pipeline):
    pipeline = open_pipeline(counts={"contacts": 25_000}, archived_share=0.0, quirks=False)
    pipeline.run("contacts", max_records=100)
    pipeline.account.fake.changes.touch("contacts", at_ms=ms(minutes_ago(5)))
    pipeline.account.fake.requests.clear()
    run = pipeline.run("contacts", start_date=minutes_ago(10).isoformat())
    assert run.outcome.records == 25_000
    assert run.row.records_processed == 25_000
    assert run.row.records_created == 24_900
    assert pipeline.warehouse.fetch_one("select count(*) from hubspot.contacts") == (25_000,)
    assert len(pipeline.account.fake.requests.entries("*/search")) <= 125 + 25
    assert {entry.status for entry in pipeline.account.fake.requests.entries()} == {200}


@pytest.mark.parametrize("offset_s", [600, -600], ids=["ahead", "behind"])
def test_clock_of_the_source_ten_minutes_off_loses_nothing(open_pipeline, offset_s):
    pipeline = open_pipeline(clock_offset_s=offset_s)
    entity = pipeline.run("contacts").entity
    for _ in range(2):
        pipeline.account.change(entity, 4)
        pipeline.account.fake.changes.archive("contacts", pipeline.account.fake.store.ids("contacts")[0])
        run = pipeline.run("contacts")
        expected = pipeline.account.expected(entity)
        assert_table(pipeline.warehouse, entity, expected)
        assert run.row.status is SyncStatus.SUCCESS
    assert abs(run.row.performance_metrics["clock_skew_seconds"] - offset_s) < 5
    until = run.plan.until
    assert until <= min(datetime.now(UTC), datetime.now(UTC) + timedelta(seconds=offset_s))


def test_reconciliation_is_a_whole_read_after_its_span(open_pipeline):
    pipeline = open_pipeline()
    entity = pipeline.run("products").entity
    (gone,) = pipeline.account.remove(entity, 1)
    early = pipeline.run("products")
    assert early.plan.mode is SyncMode.DELTA
    span = timedelta(seconds=entity.reconcile_every, minutes=5)
    pipeline.account.fake.clock.advance(span.total_seconds())
    pipeline.now = lambda: datetime.now(UTC) + span
    late = pipeline.run("products")
    assert (late.plan.mode, late.plan.is_reconciliation) == (SyncMode.FULL, True)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity), left=[gone])

"""Deltas: they ask for less, and lose nothing that moves while they read, arrives late or shares its time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.constants import SyncMode, SyncStatus
from sandbox.hubspot import search
from tests.conformance.kinds import CONFIGS, get_entity, has_numbered_pages, reads_windows
from tests.conformance.tables import age_rows, assert_table, read_rows

pytestmark = pytest.mark.postgres
MANY = 25_000
"""More than twice HubSpot's cap of 10,000 results of one query."""
SOME = 2_500
"""As many times more than a cap of a tenth."""


def minutes_ago(minutes):
    return datetime.now(UTC) - timedelta(minutes=minutes)


@pytest.mark.check("incremental_is_real")
def test_delta_asks_for_less_than_full_or_says_why_it_can_not(pipeline, sync_type, caplog):
    caplog.set_level("INFO", logger="crm_sync")
    entity = pipeline.sync(sync_type, batch_size=20).entity
    start = pipeline.account.count_calls()
    full = pipeline.run(sync_type, full=True, batch_size=20)
    full_calls = pipeline.account.count_calls() - start
    age_rows(pipeline.warehouse, entity.table_schema)
    for parent in entity.after:
        pipeline.run(parent)
    caplog.clear()
    start = pipeline.account.count_calls()
    delta = pipeline.run(sync_type, batch_size=20)
    delta_calls = pipeline.account.count_calls() - start
    if delta.plan.mode is SyncMode.DELTA:
        assert delta_calls < full_calls
        # events are read again by trailing window where no filter tells which of them changed
        assert delta.outcome.records <= (full.outcome.records if reads_windows(entity) else 0)
        return
    # no modified filter: read whole and compared, or not at all, and both the log and the docs say so
    assert "has no modified filter" in caplog.text or "has not changed since the previous run" in caplog.text
    docs = (CONFIGS.parents[1] / "docs" / "sources" / f"{entity.crm_source}.md").read_text()
    assert re.search(r"no modified filter|read whole|nothing is read", docs)


@pytest.mark.check("delta_carries_the_bound")
@pytest.mark.one_per("delta_or_window")
def test_delta_requests_carry_the_bound(pipeline, sync_type):
    first = pipeline.sync(sync_type)
    pipeline.account.watch(first.entity)
    second = pipeline.run(sync_type)
    assert second.plan.mode is SyncMode.DELTA
    assert second.plan.since == first.plan.until - timedelta(seconds=second.entity.lookback_s)
    pipeline.account.check_bound(second.entity, second.plan.since, second.plan.until)


@pytest.mark.check("changed_while_reading")
def test_changed_while_page_two_is_read_arrives_in_this_run_or_the_next(pipeline, sync_type):
    entity = pipeline.sync(sync_type, batch_size=37).entity
    pipeline.account.change_during_read(entity)
    pipeline.run(sync_type, full=True, batch_size=37)
    assert pipeline.account.disturbed == 1
    pipeline.sync(sync_type)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))


@pytest.mark.check("added_while_reading")
def test_added_while_page_two_is_read_arrives_in_this_run_or_the_next(pipeline, sync_type):
    entity = pipeline.sync(sync_type, batch_size=37).entity
    new = []
    pipeline.account.during_read(entity, lambda: new.append(pipeline.account.add(entity)))
    pipeline.run(sync_type, full=True, batch_size=37)
    pipeline.sync(sync_type)
    assert len(new) == 1
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity), by_delta=new)


@pytest.mark.check("late_index")
@pytest.mark.one_per("delta_entity")
def test_record_that_shows_itself_late_arrives_inside_the_lookback_and_not_beyond(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    until = pipeline.read_watermark(entity).until
    inside, beyond = pipeline.account.change(entity, 2)
    edge = until - timedelta(seconds=entity.lookback_s)
    inside = pipeline.account.stamp_one(entity, edge + timedelta(seconds=3), inside)
    beyond = pipeline.account.stamp_one(entity, edge - timedelta(minutes=30), beyond)
    before = read_rows(pipeline.warehouse, entity)
    run = pipeline.run(sync_type)
    after = read_rows(pipeline.warehouse, entity)
    # the lines of a form come together
    came = sum(key[0] == inside[0] for key in after) if entity.form and entity.form.lines else 1
    assert (run.plan.mode, run.outcome.records) == (SyncMode.DELTA, came)
    # what is changed in a log is another record of it
    is_new = inside not in before
    assert (run.row.records_created, run.row.records_updated) == (int(is_new), int(not is_new))
    assert after.get(beyond) == before.get(beyond), "the delta asks by modified time"
    assert after[inside]["sync_history_id"] == run.history_id
    pipeline.run(sync_type, full=True)
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


@pytest.mark.check("equal_timestamps")
@pytest.mark.one_per("delta")
@pytest.mark.parametrize("many", [SOME, pytest.param(MANY, marks=pytest.mark.thorough)])
def test_many_records_with_one_modified_time_all_arrive(open_own, entity_name, many, monkeypatch):
    crm_source, sync_type = entity_name
    entity = get_entity(entity_name)
    if many == SOME:
        monkeypatch.setattr(search, "RESULT_CAP", search.RESULT_CAP * SOME // MANY)
        # a database gives more in one answer
        many = max(SOME, entity.page_size * 5)
    pipeline = open_own(counts={sync_type: many}, **PLAIN.get(crm_source, {}))
    pipeline.sync(sync_type, max_records=100)
    pipeline.account.stamp(entity, minutes_ago(5))
    there = sum(1 for _ in pipeline.account.list_records(entity))
    assert there >= many
    start = pipeline.account.count_calls()
    # columns that go stale are a read of their own, of all records
    plain = pipeline.entity(sync_type, refresh=None)
    run = pipeline.run(plain, start_date=minutes_ago(10).isoformat())
    assert run.plan.mode is SyncMode.DELTA
    assert run.outcome.records == there
    assert run.row.records_processed == there
    assert pipeline.warehouse.fetch_one(f"select count(*) from {entity.table}") == (
        there - run.row.records_failed,
    )
    size = entity.page_size
    # numbered pages are walked again until a walk brings nothing new
    walks = 2 if has_numbered_pages(entity) else 1
    # a database is asked a few things once a read: its columns, keys that are null, the page behind the last
    fixed = 8 if pipeline.account.is_typed else 5
    assert pipeline.account.count_calls() - start <= walks * there / size * 1.25 + fixed


PLAIN = {"hubspot": {"archived_share": 0.0, "quirks": False}}


@pytest.mark.check("caps")
@pytest.mark.one_per("delta_or_window")
def test_start_date_before_all_that_the_source_keeps_reads_everything(pipeline, sync_type):
    """Result caps, longest windows and retention are worked around; what can't be is said, never left out."""
    run = pipeline.sync(sync_type, start_date="2000-01-01")
    expected = pipeline.account.expected(run.entity)
    assert run.plan.mode is SyncMode.DELTA
    assert run.row.status is (SyncStatus.PARTIAL if expected.rejected else SyncStatus.SUCCESS)
    assert_table(pipeline.warehouse, run.entity, expected, by_delta=expected.rows)


@pytest.mark.check("clocks")
@pytest.mark.one_per("delta_or_window")
@pytest.mark.parametrize("offset_s", [600, -600], ids=["ahead", "behind"])
def test_clock_of_the_source_ten_minutes_off_loses_nothing(pipeline, sync_type, offset_s):
    pipeline.account.set_clock(offset_s)
    entity = pipeline.sync(sync_type).entity
    new = []
    for _ in range(2):
        pipeline.account.change(entity, 4)
        if entity.deleted:
            pipeline.account.mark_gone(entity, 1)
        new.append(pipeline.account.add(entity))
        run = pipeline.run(sync_type)
        expected = pipeline.account.expected(entity)
        assert_table(pipeline.warehouse, entity, expected, by_delta=new)
        assert run.row.status is (SyncStatus.PARTIAL if expected.rejected else SyncStatus.SUCCESS)
    assert abs(run.row.performance_metrics["clock_skew_seconds"] - offset_s) < 5
    assert run.plan.until <= min(datetime.now(UTC), datetime.now(UTC) + timedelta(seconds=offset_s))


@pytest.mark.check("reconciliation")
@pytest.mark.one_per("delta_or_window")
def test_reconciliation_is_a_whole_read_after_its_span(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    gone = pipeline.account.remove(entity, 1)
    early = pipeline.run(sync_type)
    assert early.plan.mode is SyncMode.DELTA
    if entity.reconcile_every == "never":
        pipeline.pass_time(366 * 86_400)
        assert pipeline.run(sync_type).plan.mode is SyncMode.DELTA
        return
    pipeline.pass_time(entity.reconcile_every + 300)
    late = pipeline.run(sync_type)
    assert (late.plan.mode, late.plan.is_reconciliation) == (SyncMode.FULL, True)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity), left=gone)

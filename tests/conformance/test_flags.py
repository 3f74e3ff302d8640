"""Every flag and every pair of flags: what a run may write, and when it moves the watermark."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.config.run_options import FLAGS, forbidden_pairs
from crm_sync.constants import SyncStatus
from crm_sync.exceptions import OptionsError
from tests.conformance.tables import assert_table, read_everything, read_rows

pytestmark = pytest.mark.postgres
PAST = (datetime.now(UTC) - timedelta(days=2)).isoformat()
EARLIER = "2020-01-01"
VALUES = {
    "full": True,
    "force": True,
    "dry_run": True,
    "skip_validation": True,
    "debug": True,
    "batch_size": 37,
    "max_records": 10,
    "start_date": EARLIER,
    "end_date": PAST,
    "replay_rejected": True,
}
PAIRS = [*((one,) for one in VALUES), *itertools.combinations(VALUES, 2)]
SMALL = {"tickets": 60, "owners": 0}


def test_every_flag_is_tried():
    assert {flag.name for flag in FLAGS} == {*VALUES, "entities"}


@pytest.mark.parametrize("names", PAIRS, ids=["+".join(names) for names in PAIRS])
def test_flags_alone_and_in_pairs_keep_their_promises(open_pipeline, names):
    pipeline = open_pipeline(counts=SMALL, archived_share=0.0, quirks=False)
    entity = pipeline.run("tickets").entity
    flags = {name: VALUES[name] for name in names}
    pipeline.account.fake.clock.advance(60)
    pipeline.now = lambda: datetime.now(UTC) + timedelta(seconds=60)
    changed = pipeline.account.change(entity, 3)
    before = read_everything(pipeline.warehouse)
    rows, watermark = read_rows(pipeline.warehouse, entity), pipeline.read_watermark(entity)
    if any(pair <= set(names) for pair in forbidden_pairs()):
        with pytest.raises(OptionsError):
            pipeline.run("tickets", **flags)
        assert read_everything(pipeline.warehouse) == before
        return
    if set(names) <= {
        "end_date",
        "force",
        "dry_run",
        "skip_validation",
        "debug",
        "batch_size",
        "max_records",
    } and ("end_date" in names):
        # the run would start after the end that was given
        with pytest.raises(OptionsError):
            pipeline.run("tickets", **flags)
        assert pipeline.read_watermark(entity).until == watermark.until
        assert read_rows(pipeline.warehouse, entity) == rows
        return
    run = pipeline.run("tickets", **flags)
    if "dry_run" in names:
        assert read_everything(pipeline.warehouse) == before
        return
    assert run.row.status in {SyncStatus.SUCCESS, SyncStatus.PARTIAL}
    counts = run.row.counts
    assert counts.processed == counts.created + counts.updated + counts.unchanged + counts.failed
    moved = pipeline.read_watermark(entity).until > watermark.until
    stays = {"end_date", "replay_rejected"} & set(names) or (
        "max_records" in names and {"full", "start_date"} & set(names)
    )
    assert moved is not bool(stays), run.row.configuration["window"]
    if "replay_rejected" not in names and "end_date" not in names and not stays:
        assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))
    if "force" in names and "max_records" not in names and "end_date" not in names:
        assert counts.unchanged == 0
    if "max_records" in names and "replay_rejected" not in names:
        assert run.outcome.records <= 10
    assert len(changed) == 3


@pytest.mark.check("dry_run")
def test_dry_run_writes_nothing_anywhere(pipeline, sync_type, caplog):
    caplog.set_level("INFO", logger="crm_sync")
    entity = pipeline.account.source.entities[sync_type]
    for parent in entity.after:
        pipeline.run(parent)
    before = read_everything(pipeline.warehouse)
    first = pipeline.run(sync_type, dry_run=True)
    assert read_everything(pipeline.warehouse) == before, "nor is the table made"
    assert first.result.counts.created == len(pipeline.account.expected(entity).rows)
    pipeline.run(sync_type)
    pipeline.account.change(entity, 3)
    for parent in entity.after:
        pipeline.run(parent)
    pipeline.account.remove(entity, 2)
    before = read_everything(pipeline.warehouse)
    caplog.clear()
    second = pipeline.run(sync_type, full=True, dry_run=True)
    assert read_everything(pipeline.warehouse) == before
    real = pipeline.run(sync_type, full=True)
    assert second.result.counts == real.result.counts
    assert "Dry run" in caplog.text


@pytest.mark.check("batch_size")
def test_batch_size_never_changes_the_table(pipeline, sync_type):
    entity = pipeline.account.source.entities[sync_type]
    for parent in entity.after:
        pipeline.run(parent)
    expected = pipeline.account.expected(entity)
    tables = []
    # a request for each single parent of many links would be a test of patience
    for size in (1 if len(expected.rows) < 500 else 50, 10_000):
        run = pipeline.run(sync_type, full=True, force=True, batch_size=size)
        assert run.outcome.records == len(expected.rows) + len(expected.rejected)
        assert_table(pipeline.warehouse, entity, expected)
        tables.append({key: {**row, "sync_history_id": 0, "sync_updated_at": 0} for key, row in
                       read_rows(pipeline.warehouse, entity).items()})  # fmt: skip
    assert tables[0] == tables[1]


@pytest.mark.check("max_records")
def test_max_records_is_exact_and_leaves_the_watermark(pipeline, sync_type):
    entity = pipeline.account.source.entities[sync_type]
    for parent in entity.after:
        pipeline.run(parent)
    for limit in (1, 17):
        run = pipeline.run(sync_type, max_records=limit)
        assert run.outcome.records == limit
        assert run.row.status is SyncStatus.PARTIAL
        assert "max_records" in run.row.error_message
        assert not run.is_complete
    assert pipeline.read_watermark(entity) is None
    whole = pipeline.run(sync_type)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))
    assert whole.is_complete


def test_start_date_that_leaves_a_gap_keeps_the_watermark(open_pipeline):
    pipeline = open_pipeline(counts=SMALL, archived_share=0.0)
    entity = pipeline.run("tickets").entity
    first = pipeline.read_watermark(entity)
    ahead = datetime.now(UTC) + timedelta(hours=3)
    pipeline.account.fake.clock.advance(3 * 3600 + 600)
    pipeline.now = lambda: ahead + timedelta(minutes=10)
    run = pipeline.run("tickets", start_date=ahead.isoformat())
    assert not run.is_complete
    assert pipeline.read_watermark(entity).until == first.until


def test_bad_record_passes_with_skip_validation_but_not_without_key(open_pipeline):
    pipeline = open_pipeline("csv", records=50)
    pipeline.account.rows[3][0] = "1"
    pipeline.account.rows[5][0] = ""
    pipeline.account.write()
    run = pipeline.run("zip_codes", skip_validation=True)
    assert (run.row.records_created, run.row.records_failed) == (49, 1)
    assert ("1",) in read_rows(pipeline.warehouse, run.entity)

"""Every flag and every pair of flags: what a run may write, and when it moves the watermark."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.config.rest_reads import RestListRead
from crm_sync.config.run_options import FLAGS, forbidden_pairs
from crm_sync.constants import SyncStatus
from crm_sync.exceptions import OptionsError
from tests.conformance.kinds import asks_by_time, list_entities, pick, read_source, reads_windows
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
PARTS = {"replay_rule": "required", "replay_ids": [1]}
"""Flags that mean nothing without replay_rejected; tests/unit/config has what refuses them."""
PAIRS = [
    *((one,) for one in VALUES),
    *itertools.combinations(VALUES, 2),
    *(("replay_rejected", part) for part in PARTS),
]
NEEDS_AN_END_AHEAD = {
    "end_date",
    "force",
    "dry_run",
    "skip_validation",
    "debug",
    "batch_size",
    "max_records",
}


def test_every_flag_is_tried():
    assert {flag.name for flag in FLAGS} == {*VALUES, *PARTS, "entities"}


def combine_pairs():
    """Give every pair to one strategy in turn, every flag alone to each; thoroughly, all to all."""
    names = pick("strategy_alone")
    for number, flags in enumerate(PAIRS):
        for place, name in enumerate(names):
            is_usual = len(flags) == 1 or number % len(names) == place
            marks = () if is_usual else pytest.mark.thorough
            yield pytest.param(name, flags, id=f"{'+'.join(flags)}-{'.'.join(name)}", marks=marks)


@pytest.mark.check("flag_pairs")
@pytest.mark.parametrize(("entity_name", "names"), [*combine_pairs()])
def test_flags_alone_and_in_pairs_keep_their_promises(open_own, sync_type, names):
    pipeline = open_own(counts={sync_type: 60})
    entity = pipeline.run(sync_type).entity
    flags = {name: {**VALUES, **PARTS}[name] for name in names}
    pipeline.pass_time(60)
    changed = pipeline.account.change(entity, 3)
    assert changed
    before = read_everything(pipeline.warehouse)
    rows, watermark = read_rows(pipeline.warehouse, entity), pipeline.read_watermark(entity)
    if any(pair <= set(names) for pair in forbidden_pairs()):
        with pytest.raises(OptionsError):
            pipeline.run(sync_type, **flags)
        assert read_everything(pipeline.warehouse) == before
        return
    has_deltas = asks_by_time(entity) or reads_windows(entity)
    if set(names) <= NEEDS_AN_END_AHEAD and "end_date" in names and has_deltas:
        # the run would start after the end that was given
        with pytest.raises(OptionsError):
            pipeline.run(sync_type, **flags)
        assert pipeline.read_watermark(entity).until == watermark.until
        assert read_rows(pipeline.warehouse, entity) == rows
        return
    run = pipeline.run(sync_type, **flags)
    if "dry_run" in names:
        assert read_everything(pipeline.warehouse) == before
        return
    check_run(pipeline, run, names, watermark)


def check_run(pipeline, run, names, watermark):
    """Fail unless a run with these flags did what they promise."""
    entity, counts = run.entity, run.row.counts
    assert run.row.status in {SyncStatus.SUCCESS, SyncStatus.PARTIAL}
    assert counts.processed == counts.created + counts.updated + counts.unchanged + counts.failed
    moved = pipeline.read_watermark(entity).until > watermark.until
    # it may find less than that; either the run says that it was cut, or nothing is missing
    was_cut = "max_records" in names and "max_records" in (run.row.error_message or "")
    stays = bool({"end_date", "replay_rejected"} & set(names)) or was_cut
    assert moved is not stays, run.row.configuration["window"]
    if not stays:
        assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))
    if "force" in names and not {"max_records", "end_date"} & set(names):
        assert counts.unchanged == 0
    if "max_records" in names and "replay_rejected" not in names:
        assert run.outcome.records <= VALUES["max_records"]


def list_own_flags():
    """Give each run flag that only one CRM has, with an entity that it is about and a value."""
    for crm_source in sorted({crm for crm, _ in list_entities()}):
        source = read_source(crm_source)
        for name, flag in source.flags.items():
            users = [entity for entity in source.entities.values() if uses_flag(entity, name)]
            assert users, f"{crm_source}: no entity reads the flag {name}"
            value = {"boolean": True, "integer": max(2, flag.minimum)}.get(flag.type)
            for only in () if value is not None else users[0].read.only:
                value = next(iter(only.words), "something") if only.flag == name else value
            yield (crm_source, users[0].sync_type), name, value


def uses_flag(entity, name):
    read = entity.read
    if not isinstance(read, RestListRead):
        return False
    aside = read.side_by_side
    return any(only.flag == name for only in read.only) or (
        aside is not None and name in {aside.flag, aside.fast_flag}
    )


def combine_own():
    """Give every own flag alone, and each other flag to one of them in turn; thoroughly, all to all."""
    own = list(list_own_flags())
    for number, other in enumerate((None, *VALUES)):
        for place, (entity_name, name, value) in enumerate(own):
            is_usual = other is None or number % len(own) == place
            id_ = f"{'.'.join(entity_name)}-{name}{f'+{other}' if other else ''}"
            marks = () if is_usual else pytest.mark.thorough
            yield pytest.param(entity_name, name, value, other, id=id_, marks=marks)


@pytest.mark.check("own_flags")
@pytest.mark.parametrize(("entity_name", "name", "value", "other"), [*combine_own()])
def test_own_flag_of_a_crm_keeps_its_promises_with_every_other_flag(pipeline, sync_type, name, value, other):
    entity = pipeline.sync(sync_type).entity
    pipeline.pass_time(60)
    pipeline.account.change(entity, 3)
    before, watermark = read_everything(pipeline.warehouse), pipeline.read_watermark(entity)
    rows = read_rows(pipeline.warehouse, entity)
    flags = {name: value, **({other: VALUES[other]} if other else {})}
    try:
        run = pipeline.run(sync_type, **flags)
    except OptionsError:
        assert other in {"end_date", "replay_rejected"}, "only these can't be had together"
        assert read_rows(pipeline.warehouse, entity) == rows
        return
    if other == "dry_run":
        assert read_everything(pipeline.warehouse) == before
        return
    if isinstance(value, str):
        # a filter: the rest is left unread, so nothing is known of it and nothing may be concluded
        assert run.row.status is SyncStatus.PARTIAL
        assert pipeline.read_watermark(entity).until == watermark.until
        assert run.row.counts.deleted == 0
        assert read_rows(pipeline.warehouse, entity).keys() >= rows.keys()
        pipeline.sync(sync_type)
        assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))
        return
    check_run(pipeline, run, [other] if other else [], watermark)


@pytest.mark.behind_fetch
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


@pytest.mark.behind_fetch
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


@pytest.mark.check("gap")
@pytest.mark.one_per("delta_or_window")
def test_start_date_that_leaves_a_gap_keeps_the_watermark(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    first = pipeline.read_watermark(entity)
    ahead = datetime.now(UTC) + timedelta(hours=3)
    pipeline.pass_time(3 * 3600 + 600)
    run = pipeline.run(sync_type, start_date=ahead.isoformat())
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

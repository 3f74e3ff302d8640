"""Records that share a key within a run: duplicates, versions, and collisions, which are never silent."""

from __future__ import annotations

import polars as pl
import pytest

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import SyncCancelledError
from crm_sync.storage.history.history_rows import Counts
from crm_sync.sync.save import save_entity
from tests.postgres.save_support import (
    LATER,
    add_column,
    make_record,
    make_records,
    read_rejects,
    read_row,
    save_staged,
)
from tests.postgres.upsert_support import count_written, make_entity, open_run, read_table

pytestmark = pytest.mark.postgres
CUTS = pytest.mark.parametrize("is_cut", [False, True], ids=["one-chunk", "two-chunks"])


def _stage(runs, first, second, *, is_cut, **plan):
    return runs.stage(first, second, **plan) if is_cut else runs.stage([*first, *second], **plan)


def _notes(runs):
    return read_row(runs).configuration.get("notes", [])


@CUTS
def test_equal_records_are_duplicates_and_newer_ones_versions(runs, is_cut):
    first = [make_record(1), make_record(2, name="old"), make_record(3, name="new", modified_at=LATER)]
    second = [make_record(1), make_record(2, name="new", modified_at=LATER), make_record(3, name="old")]
    result = save_staged(runs, _stage(runs, first, second, is_cut=is_cut), is_snapshot=True)
    assert result.counts == Counts(created=3, duplicates=3)
    assert (result.status, _notes(runs), read_rejects(runs)) == (SyncStatus.SUCCESS, [], [])
    assert [row[0] for row in read_table(runs.warehouse, "name")] == ["n1", "new", "new"]


@CUTS
def test_live_source_takes_the_later_of_two_and_says_so(runs, is_cut, caplog):
    staging = _stage(runs, [make_record(1, name="a")], [make_record(1, name="b")], is_cut=is_cut)
    result = save_staged(runs, staging)
    assert result.counts == Counts(created=1, collisions=1)
    assert (result.status, read_table(runs.warehouse, "name")) == (SyncStatus.SUCCESS, [("b",)])
    assert read_row(runs).performance_metrics["collisions"] == 1
    (note,) = _notes(runs)
    assert "for example 00001" in note
    assert [record.message for record in caplog.records if note in record.message] == [f"crm deals: {note}"]


def test_key_that_must_not_be_shown_is_no_example(runs):
    fields = {**{name: {"type": "string"} for name in ("name", "id")}, "id": {"sensitive": True}}
    runs.entity = make_entity(fields=fields, modified_column=None, deleted=None)
    save_staged(runs, runs.stage([make_record(1, name="a"), make_record(1, name="b")]))
    (note,) = _notes(runs)
    assert "***" in note
    assert "00001" not in note


@CUTS
def test_snapshot_keeps_the_first_and_rejects_the_later_each_time_anew(runs, is_cut):
    first, second = [make_record(1, name="a"), make_record(2)], [make_record(1, name=x) for x in "bcb"]
    for seen in (1, 2):
        before = count_written(runs.warehouse)
        result = save_staged(runs, _stage(runs, first, second, is_cut=is_cut), is_snapshot=True)
        expected = {"failed": 2, "duplicates": 1, "collisions": 2, "collisions_rejected": 2}
        whole = {"created": 2} if seen == 1 else {"unchanged": 2}
        assert result.counts == Counts(**expected, **whole)
        assert result.status is SyncStatus.PARTIAL
        assert read_rejects(runs) == [
            ("00001", "collision", None, seen),
            ("00001#2", "collision", None, seen),
        ]
        assert [row[0] for row in read_rejects(runs, "record ->> 'name'")] == ["b", "c"]
        assert count_written(runs.warehouse) - before == (2 if seen == 1 else 0)
    assert read_table(runs.warehouse, "id, name")[0] == ("00001", "a")
    result = save_staged(runs, runs.stage(first), is_snapshot=True)
    assert (result.status, read_rejects(runs)) == (SyncStatus.SUCCESS, [])


@CUTS
def test_keys_that_a_conversion_made_equal_are_never_merged(runs, is_cut):
    def stage(*names, **plan):
        records = [make_record(1, name=name) for name in names]
        staging = _stage(runs, records[:1], records[1:], is_cut=is_cut, **plan)
        spelled = ["A1" if name == "upper" else None for name in names]
        return add_column(staging, "_source_key", spelled, pl.String)

    result = save_staged(runs, stage("upper", "lower"))
    assert result.counts == Counts(created=1, failed=1, collisions=1, collisions_rejected=1)
    assert (result.status, read_table(runs.warehouse, "name")) == (SyncStatus.PARTIAL, [("upper",)])
    assert read_rejects(runs) == [("00001", "collision", "00001", 1)]
    delta = {"mode": "delta", "sweep": "none"}
    for names, seen in ((("lower", "upper"), 2), (("lower",), 3), (("upper",), 3)):
        result = save_staged(runs, stage(*names, **delta))
        assert result.counts.updated == 0
        assert read_rejects(runs) == [("00001", "collision", "00001", seen)], names
        assert read_table(runs.warehouse, "name") == [("upper",)]
    assert save_staged(runs, stage("lower")).status is SyncStatus.SUCCESS
    assert (read_rejects(runs), read_table(runs.warehouse, "name")) == ([], [("lower",)])


def test_collision_is_judged_again_when_it_is_replayed(runs):
    records = [make_record(1, name="a"), make_record(1, name="b")]
    save_staged(runs, runs.stage(records), is_snapshot=True)
    replay = {"mode": "replay", "sweep": "none", "moves_watermark": False}
    result = save_staged(runs, runs.stage(records[1:], **replay))
    assert result.counts == Counts(failed=1, collisions=1, collisions_rejected=1)
    assert (read_table(runs.warehouse, "name"), len(read_rejects(runs))) == ([("a",)], 1)
    runs.warehouse.execute("delete from crm.deals")
    assert save_staged(runs, runs.stage(records[1:], **replay)).counts == Counts(created=1)
    assert (read_table(runs.warehouse, "name"), read_rejects(runs)) == ([("b",)], [])


def test_equal_record_closes_its_collision_when_it_is_replayed(runs):
    records = [make_record(1, name="a"), make_record(1, name="b")]
    save_staged(runs, runs.stage(records), is_snapshot=True)
    runs.warehouse.execute("update crm.deals set name = 'b'")
    replay = {"mode": "replay", "sweep": "none", "moves_watermark": False}
    assert save_staged(runs, runs.stage(records[1:], **replay)).counts == Counts(unchanged=1)
    assert read_rejects(runs) == []


def test_save_that_is_stopped_and_tried_again_decides_the_same(runs):
    chunks = [[make_record(1, name="a")], make_records(2), [make_record(1, name="b")], [make_record(2)]]
    staging = runs.stage(*chunks)
    staging.manifest.is_snapshot = True
    history_id = open_run(runs.warehouse, runs.entity)
    stops = iter([False, False, True])
    save = (runs.entity, staging, runs.warehouse.connect)
    with pytest.raises(SyncCancelledError):
        save_entity(*save, history_id=history_id, stop=lambda: next(stops))
    result = save_entity(*save, history_id=history_id)
    assert result.counts == Counts(created=2, failed=1, duplicates=1, collisions=1, collisions_rejected=1)
    assert read_table(runs.warehouse, "name") == [("a",), ("n2",)]


def test_rejected_collision_is_no_absent_row(runs):
    records = [make_record(1, name="a"), make_record(1, name="b"), make_record(2)]
    save_staged(runs, runs.stage(records), is_snapshot=True)
    result = save_staged(runs, runs.stage(records), is_snapshot=True)
    assert result.counts.deleted == 0


def test_full_with_force_replaces_by_one_record_of_each_key(runs):
    runs.save(make_records(1, 2))
    chunks = [[make_record(1, name="a")], [make_record(1, name="b")]]
    result = save_staged(runs, runs.stage(*chunks, force=True, sweep="delete"))
    assert result.counts == Counts(updated=1, collisions=1, deleted=1)
    assert read_table(runs.warehouse, "name") == [("b",)]


@CUTS
def test_records_that_differ_in_nothing_that_is_compared_are_duplicates(runs, is_cut):
    fields = {name: field.model_dump() for name, field in make_entity().fields.items()}
    fields["name"]["compared"] = False
    runs.entity = make_entity(fields=fields)
    first, second = [make_record(1, name="a")], [make_record(1, name="b")]
    result = save_staged(runs, _stage(runs, first, second, is_cut=is_cut))
    assert (result.counts, _notes(runs)) == (Counts(created=1, duplicates=1), [])

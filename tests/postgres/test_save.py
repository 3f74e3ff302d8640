"""Save: what the table and the history row hold afterwards, whatever the mode."""

from __future__ import annotations

import polars as pl
import pytest

from crm_sync.constants import SyncStatus
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.history.watermark import read_watermark
from crm_sync.sync.save import save_entity
from tests.postgres.save_support import LATER, make_record, make_records, read_row
from tests.postgres.upsert_support import NOW, Runs, count_written, make_entity, open_run, read_table

pytestmark = pytest.mark.postgres


def test_save_fills_table_and_closes_the_row_with_matching_figures(runs):
    result = runs.save(
        make_records(1, 2, 3), [*make_records(4), make_record(1, name="again", modified_at=LATER)]
    )
    assert result.counts == Counts(created=4, duplicates=1)
    row = read_row(runs)
    assert (row.status, row.error_message, row.counts) == (SyncStatus.SUCCESS, None, result.counts)
    assert row.configuration["progress"] == {"save": 1}
    assert row.configuration["window"] == {
        "since": None,
        "until": NOW.isoformat(),
        "complete": True,
        "mode": "full",
    }
    assert row.performance_metrics["save_statement_seconds"]["insert"] > 0
    assert row.performance_metrics["peak_memory_mb"] > 10
    assert read_watermark(runs.warehouse.connect, runs.entity).until == NOW
    assert read_table(runs.warehouse, "id, name")[0] == ("00001", "again")


def test_save_of_the_same_data_again_writes_no_tuple(runs):
    runs.save(make_records(*range(300)))
    before = count_written(runs.warehouse)
    assert runs.save(make_records(*range(300))).counts == Counts(unchanged=300)
    assert count_written(runs.warehouse) == before


def test_full_without_chunks_ends_partial_when_the_table_has_rows(runs):
    assert runs.save().status is SyncStatus.SUCCESS
    runs.save(make_records(1))
    result = runs.save()
    assert (result.status, result.counts.deleted) == (SyncStatus.PARTIAL, 0)
    assert result.reason.startswith("The source answered with no records at all")
    assert result.window["complete"]


def test_full_marks_absent_rows_in_the_last_transaction(runs):
    runs.save(make_records(*range(10)))
    result = runs.save(make_records(0, 1, 2, 3), make_records(4, 5, 6, 7, 8))
    assert result.counts == Counts(unchanged=9, deleted=1)
    assert read_row(runs).counts == result.counts
    (row,) = runs.warehouse.fetch_all("select id from crm.deals where sync_deleted_at is not null")
    assert row == ("00009",)


@pytest.mark.parametrize(
    "plan", [{"sweep": "none"}, {"sweep": "none", "mode": "delta"}], ids=["max_records", "delta"]
)
def test_run_that_did_not_read_everything_never_sweeps(runs, plan):
    runs.save(make_records(*range(10)))
    assert runs.save(make_records(1), **plan).counts == Counts(unchanged=1)


def test_fetch_cut_short_never_sweeps_and_leaves_the_window_incomplete(runs):
    runs.save(make_records(*range(10)))
    staging = runs.stage(make_records(1))
    staging.manifest.incomplete_reason = "The daily quota is used up."
    runs.history_id = open_run(runs.warehouse, runs.entity)
    result = save_entity(runs.entity, staging, runs.warehouse.connect, history_id=runs.history_id)
    assert (result.status, result.reason, result.counts.deleted) == (
        SyncStatus.PARTIAL,
        "The daily quota is used up.",
        0,
    )
    assert not read_row(runs).configuration["window"]["complete"]


def test_full_and_force_replaces_the_table(runs):
    runs.save(make_records(*range(200)))
    result = runs.save(make_records(500), sweep="delete", force=True)
    assert result.counts == Counts(created=1, deleted=200)
    assert read_table(runs.warehouse, "id") == [("00500",)]


def test_replay_leaves_rows_alone_that_a_newer_run_wrote(runs):
    runs.entity = make_entity(
        modified_column=None,
        rules=({"name": "named", "check": "name is not null", "message": "has no name"},),
    )
    runs.save([{"id": "1"}, {"id": "2"}, {"id": "3"}])
    # record 1 arrived by another way since; of record 2 the table has an older version
    runs.warehouse.execute("insert into crm.deals (id, name) values ('1', 'newer')")
    runs.warehouse.execute(
        "insert into crm.deals (id, name, sync_updated_at) values ('2', 'older', now() - interval '1 day')"
    )
    runs.entity = make_entity(modified_column=None)
    result = runs.save([{"id": str(i), "name": "replayed"} for i in (1, 2, 3)], mode="replay", sweep="none")
    assert result.counts == Counts(created=1, updated=1, unchanged=1)
    assert read_table(runs.warehouse, "id, name") == [("1", "newer"), ("2", "replayed"), ("3", "replayed")]
    assert not result.window["complete"]
    assert runs.warehouse.fetch_one(
        "select count(*) from crm_sync.rejected_records where resolved_at is null"
    ) == (0,)


def test_links_of_parents_that_were_read_are_replaced_in_their_chunk(clean_warehouse, tmp_path):
    entity = make_entity(
        sync_type="links",
        fields={"a": {}, "b": {}},
        primary_key=("a", "b"),
        parent_key=("a",),
        modified_column=None,
        deleted=None,
    )
    runs = Runs(clean_warehouse, tmp_path, entity)
    runs.save([{"a": "1", "b": "x"}, {"a": "1", "b": "y"}, {"a": "2", "b": "x"}], mode="delta", sweep="none")
    parents = [pl.DataFrame({"a": ["1"]}), pl.DataFrame({"a": ["2"]})]
    result = runs.save([{"a": "1", "b": "y"}], [], parents=parents, mode="delta", sweep="none")
    assert result.counts == Counts(unchanged=1, deleted=2)
    live = clean_warehouse.fetch_all("select a, b from crm.links where sync_deleted_at is null")
    assert live == [("1", "y")]

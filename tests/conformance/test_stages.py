"""A run stage by stage: what one leaves for the next, for a late retry, and what is refused."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crm_sync.constants import Stage, SyncStatus
from crm_sync.exceptions import SupersededError
from crm_sync.storage.connections import open_transaction
from crm_sync.storage.history.sync_history import add_progress
from crm_sync.sync.run import EntityRun
from tests.warehouse import Warehouse

pytestmark = pytest.mark.postgres
HELD = """
select count(*) from pg_locks where locktype = 'advisory'
and database = (select oid from pg_database where datname = current_database())
"""


SESSIONS = """
select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
and backend_type = 'client backend'
"""


def count_sessions(warehouse: Warehouse, *, wanted: int) -> int:
    """Count the other sessions; a server ends one a moment after its client has gone."""
    for _ in range(200):
        (count,) = warehouse.fetch_one(SESSIONS)
        if count == wanted:
            break
        time.sleep(0.02)
    return count


def is_locked(warehouse: Warehouse, *, wanted: bool) -> bool:
    """Say whether the entity's lock is held; a server lets go of it a moment after its client has gone."""
    for _ in range(200):
        is_held = warehouse.fetch_one(HELD) != (0,)
        if is_held is wanted:
            break
        time.sleep(0.02)
    return is_held


def attach(run: EntityRun) -> EntityRun:
    """Go on as the next task does: with an object that knows the reference alone."""
    fresh = replace(run)
    fresh.attach(run.reference())
    return fresh


def test_run_holds_one_session_while_it_reads_and_none_after_its_end(open_pipeline):
    pipeline = open_pipeline("csv", records=50)
    warehouse, seen = pipeline.warehouse, []

    def look() -> bool:
        # the owner's alone: the one of short transactions would idle for as long as a read takes
        seen.append(count_sessions(warehouse, wanted=1))
        return False

    begun = pipeline.begin("zip_codes")
    begun.made.fetch(stop=look)
    begun.made.end_stage()
    assert set(seen) == {1}
    assert count_sessions(warehouse, wanted=0) == 0


def test_stages_in_objects_of_their_own_make_one_run(open_pipeline):
    pipeline = open_pipeline("csv", records=50)
    warehouse = pipeline.warehouse
    begun = pipeline.begin("zip_codes")
    made = begun.made
    assert not made.fetch(stop=pipeline.stop).ends_here
    assert made.staging.manifest.mark["connection"] == "csv_default"
    for stage in ("transform", "validate", "save"):
        assert is_locked(warehouse, wanted=True)
        made.end_stage()
        assert not is_locked(warehouse, wanted=False)
        made = attach(made)
        assert made.closed is None
        result = getattr(made, stage)(stop=pipeline.stop)
    made.end_stage()
    row = pipeline.reload(begun)
    assert (row.status, row.records_created) == (SyncStatus.SUCCESS, 50)
    assert {f"{stage}_seconds" for stage in ("fetch", "transform", "validate", "save")} <= set(
        row.performance_metrics
    )
    assert made.staging is not None
    assert not made.staging.base.exists()
    late = attach(made)
    assert late.closed is not None
    assert late.closed.to_json() == result.to_json()
    late.fail("RuntimeError: too late")
    assert pipeline.reload(begun) == row
    assert not is_locked(warehouse, wanted=False)


def test_figures_of_a_stage_are_added_once(open_pipeline):
    pipeline = open_pipeline("csv", records=50)
    begun = pipeline.begin("zip_codes")
    begun.made.fetch(stop=pipeline.stop)
    begun.made.record()
    first = pipeline.reload(begun).performance_metrics["fetch_seconds"]
    begun.made.record()
    assert pipeline.reload(begun).performance_metrics["fetch_seconds"] == first > 0
    begun.made.fail("RuntimeError: boom")
    assert pipeline.reload(begun).error_message == "RuntimeError: boom"


def test_fetch_whose_files_are_gone_after_a_part_was_saved_is_refused(open_pipeline):
    pipeline = open_pipeline("csv", records=50)
    made = pipeline.begin("zip_codes").made
    made.fetch(stop=pipeline.stop)
    with open_transaction(pipeline.warehouse.connect) as cursor:
        add_progress(cursor, made.history_id, stage=Stage.SAVE, chunk=0)
    made.fetch(stop=pipeline.stop)
    made.staging.remove()
    with pytest.raises(SupersededError, match="run the DAG again"):
        made.fetch(stop=pipeline.stop)
    made.release(force=True)


@pytest.mark.parametrize(("sync_type", "is_ahead"), [("products", True), ("associations", False)])
def test_window_of_links_never_ends_ahead_of_the_warehouses_clock(open_pipeline, sync_type, is_ahead):
    pipeline = open_pipeline(counts={"products": 20, "contacts": 20})
    pipeline.pass_time(3600)
    run = pipeline.run(sync_type, max_records=1)
    assert (run.plan.until > datetime.now(UTC)) is is_ahead

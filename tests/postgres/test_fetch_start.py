"""What a fetch asks of the warehouse first: whether it may begin, and by which clock links are read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from crm_sync.config.run_options import RunOptions
from crm_sync.constants import Stage
from crm_sync.exceptions import SupersededError
from crm_sync.storage.connections import KeptConnection, open_transaction
from crm_sync.storage.history.sync_history import add_progress
from crm_sync.sync.fetch_start import read_clock, refuse_second_start
from crm_sync.sync.job_maker import JobMaker
from crm_sync.sync.live_progress import LiveProgress
from tests.postgres.upsert_support import make_entity as make_deals
from tests.warehouse import Warehouse

pytestmark = pytest.mark.postgres


def open_row(warehouse: Warehouse) -> int:
    statement = (
        "insert into crm_sync.sync_history (crm_source, sync_type) values ('hubspot', 'deals') returning id"
    )
    (history_id,) = warehouse.fetch_one(statement)
    return int(history_id)


def make_entity(*parent_key: str) -> Any:
    return SimpleNamespace(parent_key=parent_key)


def test_fetch_that_begins_anew_behind_a_begun_save_is_refused(warehouse: Warehouse):
    history_id = open_row(warehouse)
    refuse_second_start(warehouse.connect, history_id)
    with open_transaction(warehouse.connect) as cursor:
        add_progress(cursor, history_id, stage=Stage.SAVE, chunk=0)
    with pytest.raises(SupersededError, match="run the DAG again"):
        refuse_second_start(warehouse.connect, history_id)


def test_clock_of_links_is_never_ahead_of_the_warehouse(warehouse: Warehouse):
    ahead = datetime.now(UTC) + timedelta(hours=1)
    assert read_clock(warehouse.connect, make_entity(), ahead) == ahead
    assert read_clock(warehouse.connect, make_entity("id"), ahead) < ahead - timedelta(minutes=50)


def test_second_clock_of_a_fetch_is_the_warehouse(warehouse: Warehouse):
    warehouse_now = warehouse.fetch_one("select now()")[0]
    entity, live = make_deals(), LiveProgress(lambda: warehouse_now + timedelta(days=2))
    maker = JobMaker(
        *(SimpleNamespace(rest=None), entity, RunOptions(), warehouse.connect),  # type: ignore[arg-type]
        kept=KeptConnection(warehouse.connect),
        crm=SimpleNamespace(),  # type: ignore[arg-type]
        live=live,
        clock=live.clock,
    )
    manifest = SimpleNamespace(mark={})
    job = maker.build(SimpleNamespace(manifest=manifest), SimpleNamespace(), bool)  # type: ignore[arg-type]
    assert job.second_clock is not None
    assert timedelta() <= job.second_clock() - warehouse_now < timedelta(minutes=5)
    assert job.now() - warehouse_now > timedelta(days=1)

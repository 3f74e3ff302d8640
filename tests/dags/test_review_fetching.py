"""Fetch between Airflow and the core: what it refuses, and by which clock links are read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from crm_sync.constants import Stage
from crm_sync.exceptions import SupersededError
from crm_sync.storage.connections import open_transaction
from crm_sync.storage.history.sync_history import add_progress
from tests.conftest import Warehouse

pytestmark = pytest.mark.postgres


def open_row(warehouse: Warehouse) -> int:
    statement = (
        "insert into crm_sync.sync_history (crm_source, sync_type) values ('hubspot', 'deals') returning id"
    )
    (history_id,) = warehouse.fetch_one(statement)
    return int(history_id)


def make_run(warehouse: Warehouse, history_id: int | None, parent_key: tuple[str, ...] = ()) -> Any:
    entity = SimpleNamespace(parent_key=parent_key)
    return SimpleNamespace(history_id=history_id, connect=warehouse.connect, entity=entity)


def test_fetch_that_begins_anew_behind_a_begun_save_is_refused(warehouse: Warehouse):
    from crm_sync.fetching import _refuse_second_start

    history_id = open_row(warehouse)
    _refuse_second_start(make_run(warehouse, None))
    _refuse_second_start(make_run(warehouse, history_id))
    with open_transaction(warehouse.connect) as cursor:
        add_progress(cursor, history_id, stage=Stage.SAVE, chunk=0)
    with pytest.raises(SupersededError, match="run the DAG again"):
        _refuse_second_start(make_run(warehouse, history_id))


def test_clock_of_links_is_never_ahead_of_the_warehouse(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
):
    from crm_sync import fetching

    ahead = datetime.now(UTC) + timedelta(hours=1)

    class FastClock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return ahead

    monkeypatch.setattr("datetime.datetime", FastClock)
    assert fetching._read_clock(make_run(warehouse, None)) == ahead
    assert fetching._read_clock(make_run(warehouse, None, ("id",))) < ahead - timedelta(minutes=50)

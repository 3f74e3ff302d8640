"""A refused sweep leaves the table out of step: the next run must not skip the source as unchanged."""

from __future__ import annotations

import pytest

from crm_sync.constants import SyncStatus
from crm_sync.storage.history.watermark import read_watermark
from crm_sync.sync.save import save_entity
from tests.postgres.upsert_support import Runs, make_entity, open_run

pytestmark = pytest.mark.postgres
FACTS = {"file": "etag"}


def save(runs, records):
    staging = runs.stage(records)
    staging.manifest.source = FACTS
    return save_entity(
        runs.entity, staging, runs.warehouse.connect, history_id=open_run(runs.warehouse, runs.entity)
    )


def test_facts_of_a_source_are_kept_only_when_its_sweep_was_believed(warehouse, tmp_path):
    runs = Runs(warehouse, tmp_path, make_entity())
    save(runs, [{"id": str(number)} for number in range(200)])
    assert read_watermark(warehouse.connect, runs.entity).source == FACTS
    result = save(runs, [{"id": str(number)} for number in range(100)])
    assert (result.status, result.window["complete"]) == (SyncStatus.PARTIAL, True)
    assert read_watermark(warehouse.connect, runs.entity).source == {"before": FACTS}

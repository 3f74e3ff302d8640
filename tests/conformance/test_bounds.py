"""Bounds: memory does not grow with the number of records."""

from __future__ import annotations

import pytest

from tests.conformance.account_csv import read_table
from tests.conformance.worker import run_worker

pytestmark = pytest.mark.postgres
_MOST_GROWTH_MB = 60
CHUNKS = {"chunk_records": 4_000}


def test_memory_stays_flat_while_records_grow_fivefold(open_pipeline):
    pipeline = open_pipeline("csv", records=8_000)
    peaks = []
    for count in (8_000, 42_000):
        pipeline.account.rows = read_table()[:count]
        pipeline.account.write()
        run_worker(pipeline, "zip_codes", changes=CHUNKS, flags={"batch_size": 2_000, "full": True})
        peaks.append(
            pipeline.warehouse.fetch_one(
                "select (performance_metrics ->> 'peak_memory_mb')::int, records_processed "
                "from crm_sync.sync_history order by id desc limit 1"
            )
        )
    (small, first), (large, second) = peaks
    assert second >= 5 * first
    assert large - small < _MOST_GROWTH_MB, f"{small} MB for {first:,} records, {large} MB for {second:,}"

"""Records of tests of the save stage."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from crm_sync.storage.history.sync_history import read_history
from crm_sync.sync.save import save_entity
from tests.postgres.upsert_support import NOW, open_run

LATER = (NOW + timedelta(days=1)).isoformat()


def make_record(number, **values):
    return {"id": f"{number:05}", "name": f"n{number}", "modified_at": NOW.isoformat(), **values}


def make_records(*numbers):
    return [make_record(number) for number in numbers]


def read_row(runs):
    return read_history(runs.warehouse.connect, runs.history_id)


def add_column(staging, name, values, dtype):
    """Give the staged typed chunks a column that transform makes of some sources, in reading order."""
    values = list(values)
    for chunk in staging.manifest.chunks:
        file = f"{chunk.number:05d}"
        frame = staging.read_frame("typed", file)
        part, values = values[: frame.height], values[frame.height :]
        staging.write_frame("typed", file, frame.with_columns(pl.Series(name, part, dtype=dtype)))
    return staging


def save_staged(runs, staging, *, is_snapshot=False):
    """Save a staged run under a history row of its own."""
    staging.manifest.is_snapshot = is_snapshot
    runs.history_id = open_run(runs.warehouse, runs.entity)
    return save_entity(runs.entity, staging, runs.warehouse.connect, history_id=runs.history_id)


def read_rejects(runs, columns="record_id, rule, value, times_seen"):
    """Read the open rejected records."""
    return runs.warehouse.fetch_all(
        f"select {columns} from crm_sync.rejected_records where resolved_at is null order by record_id, rule"
    )

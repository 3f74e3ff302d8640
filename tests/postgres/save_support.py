"""Records of tests of the save stage."""

from __future__ import annotations

from datetime import timedelta

from crm_sync.storage.history.sync_history import read_history
from tests.postgres.upsert_support import NOW

LATER = (NOW + timedelta(days=1)).isoformat()


def make_record(number, **values):
    return {"id": f"{number:05}", "name": f"n{number}", "modified_at": NOW.isoformat(), **values}


def make_records(*numbers):
    return [make_record(number) for number in numbers]


def read_row(runs):
    return read_history(runs.warehouse.connect, runs.history_id)

"""Transactions that are repeated: what a failed attempt counted must not count again."""

from __future__ import annotations

import psycopg2.errors
import pytest

from crm_sync.constants import SyncStatus
from crm_sync.storage.history import sync_history
from crm_sync.storage.rows import fault_watch
from tests.postgres.upsert_support import Runs, make_entity

pytestmark = pytest.mark.postgres


def test_bad_rows_of_repeated_attempts_are_no_schema_fault(warehouse, tmp_path, monkeypatch):
    runs = Runs(warehouse, tmp_path, make_entity())
    runs.save([{"id": "0", "name": "good"}])
    warehouse.execute("alter table crm.deals add constraint no_bad check (name <> 'bad')")
    add_progress, failures = sync_history.add_progress, iter(range(4))

    def fail_first(cursor, *args, **kwargs):
        if kwargs.get("chunk") is not None and next(failures, None) is not None:
            raise psycopg2.errors.SerializationFailure
        add_progress(cursor, *args, **kwargs)

    monkeypatch.setattr(sync_history, "add_progress", fail_first)
    monkeypatch.setattr(fault_watch, "FAULT_ROWS", 100)
    records = [{"id": str(number), "name": "bad" if number % 3 == 2 else "good"} for number in range(90)]
    result = runs.save(records)
    assert (result.status, result.counts.failed) == (SyncStatus.PARTIAL, 30)

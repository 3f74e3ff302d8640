"""Rows of sync_history as runs of any age left them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from crm_sync.constants import SyncStatus
from crm_sync.storage.history.sync_history import close

NOW = datetime(2025, 6, 1, tzinfo=UTC)


def insert_run(warehouse, *, sync_type="contacts", status="running", days=0, window=None, since="x"):
    start = NOW + timedelta(days=days)
    window = {"until": start.isoformat(), "since": since, "complete": True, **(window or {})}
    (history_id,) = warehouse.fetch_one(
        """
        insert into crm_sync.sync_history (crm_source, sync_type, status, start_time, end_time, configuration)
        values ('hubspot', %s, %s, %s, %s, %s) returning id
        """,
        (sync_type, status, start, None if status == "running" else start, json.dumps({"window": window})),
    )
    return history_id


def close_run(warehouse, history_id, status=SyncStatus.FAILED, message=None):
    with warehouse.connect() as connection, connection.cursor() as cursor:
        close(cursor, history_id, status=status, error_message=message)

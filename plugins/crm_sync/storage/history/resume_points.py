"""Where an earlier run's read was cut off; writing it down is part of closing that run's history row."""

from __future__ import annotations

from typing import Any

from crm_sync.storage.connections import NO_SCHEMA, Connect, open_transaction
from crm_sync.storage.sql_files import load_sql


def read_resume_point(connect: Connect, crm_source: str, sync_type: str) -> dict[str, Any] | None:
    """Give the plan and the cursors of the latest run, None unless a quota cut its read off.

    Returns:
        `{"plan": ..., "cursors": ..., "own_options": ...}` as the run's manifest had them.
    """
    try:
        with open_transaction(connect) as cursor:
            parameters = {"crm_source": crm_source, "sync_type": sync_type}
            cursor.execute(load_sql("queries/select_resume_point"), parameters)
            row = cursor.fetchone()
    except NO_SCHEMA:
        return None
    return None if row is None else row[0]

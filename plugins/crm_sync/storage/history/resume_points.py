"""Where an earlier run's read was cut off; writing it down is part of closing that run's history row."""

from __future__ import annotations

from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.storage.connections import NO_SCHEMA, Connect, open_transaction
from crm_sync.storage.history.watermark import name_table
from crm_sync.storage.sql_files import load_sql


def read_resume_point(connect: Connect, entity: EntityConfig) -> dict[str, Any] | None:
    """Give the plan and the cursors of the latest run, None unless a quota cut its read off.

    As with the watermark, a run that did not write to the present table says nothing.

    Returns:
        `{"plan": ..., "cursors": ..., "own_options": ...}` as the run's manifest had them.
    """
    try:
        with open_transaction(connect) as cursor:
            cursor.execute(load_sql("queries/select_resume_point"), name_table(entity))
            row = cursor.fetchone()
    except NO_SCHEMA:
        return None
    return None if row is None else row[0]

"""The latest runs as the history has them."""

from __future__ import annotations

from crm_sync.insight.schema import has_history
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.history.history_rows import HistoryRow
from crm_sync.storage.history.sync_history import build_row
from crm_sync.storage.sql_files import load_sql


def list_runs(
    connect: Connect, crm_source: str | None = None, sync_type: str | None = None, *, most: int = 20
) -> list[HistoryRow]:
    """Give the latest runs, newest first.

    Args:
        connect: makes a warehouse connection.
        crm_source: of this CRM alone; None: of all.
        sync_type: of this entity alone.
        most: how many.
    """
    asked = {"crm_source": crm_source, "sync_type": sync_type, "most": most}
    if not has_history(connect):
        return []
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_runs"), asked)
        return [build_row(row) for row in cursor.fetchall()]


def list_rows_of_run(connect: Connect, dag_id: str, run_id: str) -> list[HistoryRow]:
    """Give the rows of one Airflow run by their ids; none where the warehouse has no history yet."""
    if not has_history(connect):
        return []
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_history_of_run"), {"dag_id": dag_id, "run_id": run_id})
        return [build_row(row) for row in cursor.fetchall()]

"""Closes rows of sync_history whose worker is gone; taking over is left to `sync_owners.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_sync.storage.connections import NO_SCHEMA, Connect, open_transaction
from crm_sync.storage.history.kept_sessions import drop_sessions_of
from crm_sync.storage.history.running_rows import mark_lost, select_running
from crm_sync.storage.sql_files import load_sql

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor


def close_abandoned(
    connect: Connect, dag_id: str, run_id: str, *, reason: str = "closed by the last task of its run"
) -> list[int]:
    """End the rows that an Airflow run has left running: the work of its last task, a teardown.

    A row whose lock is held belongs to a live process and is left to it. Locks that an in-process run keeps
    in this very process are given up first: its tasks run one after another, so none of them works now.

    Args:
        connect: makes a warehouse connection.
        dag_id: of the run.
        run_id: of the run.
        reason: who closes them and why, for the rows.

    Returns:
        Ids of the rows that this call closed as failed.
    """
    drop_sessions_of(dag_id, run_id)
    closed = []
    for history_id, crm_source, sync_type in list_open(connect, dag_id, run_id):
        with open_transaction(connect) as cursor:
            if not _try_lock(cursor, crm_source, sync_type):
                continue
            running = select_running(cursor, crm_source, sync_type)
            if running is not None and running.id == history_id:
                mark_lost(cursor, running, reason=reason)
                closed.append(history_id)
    return closed


def list_open(connect: Connect, dag_id: str, run_id: str) -> list[tuple[int, str, str]]:
    """Give id, CRM and entity of the rows of an Airflow run that are still open."""
    try:
        with open_transaction(connect) as cursor:
            cursor.execute(
                load_sql("queries/select_running_rows_of_run"), {"dag_id": dag_id, "run_id": run_id}
            )
            return cursor.fetchall()
    except NO_SCHEMA:
        return []  # no fetch came as far as making it


def _try_lock(cursor: PgCursor, crm_source: str, sync_type: str) -> bool:
    """Take the entity's lock until the end of the transaction; False while a process works on the entity."""
    cursor.execute(
        "select pg_try_advisory_xact_lock(crm_sync.owner_lock_key(%s, %s))", (crm_source, sync_type)
    )
    return cursor.fetchone() == (True,)

"""Ends a run whose process is gone: its history rows, and what Airflow's own database says of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psycopg2

from crm_sync.exceptions import CrmSyncError
from crm_sync.storage.history.abandoned_runs import close_abandoned, list_open

if TYPE_CHECKING:
    from crm_sync.config.models import SourceConfig

_WAIT_S = 15.0
"""The warehouse notices that a process is gone when the statement that it sent has ended."""
_STEP_S = 0.25


def end_run(source: SourceConfig, run_id: str, reason: str) -> list[str]:
    """Close what a run has left open; gives what could not be done, in sentences.

    Args:
        source: the CRM.
        run_id: of the Airflow run.
        reason: why it ended, for the history rows.
    """
    from sqlalchemy.exc import SQLAlchemyError

    dag_id, problems = f"crm_sync_{source.crm_source}", []
    try:
        if left := _close_rows(source, dag_id, run_id, reason):
            names = ", ".join(left)
            problems.append(f"The warehouse still works on {names}: the next run closes the open rows.")
    except (CrmSyncError, psycopg2.Error) as error:
        why = str(error).partition("\n")[0]
        problems.append(f"Rows of the run may still be open: the next run closes them. ({why})")
    try:
        fail_in_airflow(dag_id, run_id)
    except SQLAlchemyError as error:
        why = type(error).__name__
        problems.append(f"Airflow still has the run as running: mark {run_id} of {dag_id} as failed. ({why})")
    return problems


def _close_rows(source: SourceConfig, dag_id: str, run_id: str, reason: str) -> list[str]:
    """Close the rows as soon as the warehouse lets go of them; gives the entities that it still holds."""
    from crm_sync.warehouses import open_warehouse

    connect, deadline = open_warehouse(source), time.monotonic() + _WAIT_S
    while True:
        close_abandoned(connect, dag_id, run_id, reason=reason)
        left = list_open(connect, dag_id, run_id)
        if not left or time.monotonic() > deadline:
            return [sync_type for _, _, sync_type in left]
        time.sleep(_STEP_S)


def fail_in_airflow(dag_id: str, run_id: str) -> None:
    """Let Airflow know that the run has failed: one that ran for ever would hold up the schedule."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState, TaskInstanceState
    from sqlalchemy import select

    with create_session() as session:
        asked = select(DagRun).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
        run = session.scalar(asked)
        if run is None or run.state != DagRunState.RUNNING:
            return
        for task in run.get_task_instances(session=session):
            if task.state not in {"success", "failed", "skipped", "upstream_failed"}:
                was_begun = task.start_date is not None
                state = TaskInstanceState.FAILED if was_begun else TaskInstanceState.SKIPPED
                task.set_state(state, session=session)
        run.set_state(DagRunState.FAILED)

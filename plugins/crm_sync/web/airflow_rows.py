"""What Airflow's own database knows of the CRMs' DAGs; read in the API server, which may."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from airflow.models.xcom import XComModel
from airflow.utils.session import create_session
from sqlalchemy import select

from crm_sync.constants import DRY_RUN_NOTE


@dataclass(frozen=True)
class AirflowRun:
    """One run of a DAG.

    Args:
        state: of the run.
        states: by task, its state; None: not started.
        notes: by task, what a dry run has left.
    """

    state: str
    states: Mapping[str, str | None]
    notes: Mapping[str, Mapping[str, Any]]


def read_paused(dag_ids: Collection[str]) -> dict[str, bool]:
    """Tell which DAGs are paused; one that Airflow does not know is left out."""
    with create_session() as session:
        asked = select(DagModel.dag_id, DagModel.is_paused).where(DagModel.dag_id.in_(dag_ids))
        return {dag_id: bool(is_paused) for dag_id, is_paused in session.execute(asked)}


def read_run(dag_id: str, run_id: str) -> AirflowRun | None:
    """Give a run with what its dry runs have left; None: there is no such run."""
    with create_session() as session:
        run = session.scalar(select(DagRun).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id))
        if run is None:
            return None
        tasks = select(TaskInstance.task_id, TaskInstance.state).where(
            TaskInstance.dag_id == dag_id, TaskInstance.run_id == run_id
        )
        notes = select(XComModel).where(XComModel.dag_run_id == run.id, XComModel.key == DRY_RUN_NOTE)
        return AirflowRun(
            state=str(run.state),
            states={task_id: state and str(state) for task_id, state in session.execute(tasks)},
            notes={note.task_id: XComModel.deserialize_value(note) for note in session.scalars(notes)},
        )

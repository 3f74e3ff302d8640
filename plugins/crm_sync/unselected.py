"""Skips tasks that a run leaves out, before a process is started for them: a listener of the scheduler.

It runs when a DAG run starts, inside the scheduler's own transaction. So it opens no session and asks for no
connection, which would end the scheduler's loop; and it judges no flag: an `entities` that isn't a plain list
of them is left to the fetches, which refuse it in one sentence. Without it (`airflow dags test`) an
unselected fetch starts only to skip itself: the outcome is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from airflow.listeners import hookimpl

if TYPE_CHECKING:
    from collections.abc import Sequence

_DAG_PREFIX = "crm_sync_"
STAGE_OPERATORS = frozenset(
    {"CrmFetchOperator", "CrmTransformOperator", "CrmValidateOperator", "CrmSaveOperator"}
)


class _TaskInstance(Protocol):
    task_id: str
    operator: str | None
    state: str | None


_T = TypeVar("_T", bound=_TaskInstance)


@hookimpl
def on_dag_run_running(dag_run: Any, msg: str) -> None:  # noqa: ARG001  # the listener's signature
    """Skip the tasks of the entities that the run leaves out.

    Args:
        dag_run: the scheduler's own object, bound to its session.
        msg: why the run runs.
    """
    conf = dag_run.conf or {}
    if not dag_run.dag_id.startswith(_DAG_PREFIX) or not conf.get("entities"):
        return
    from sqlalchemy.orm import object_session

    session = object_session(dag_run)
    if session is None:
        return
    for task in list_unselected(conf["entities"], dag_run.task_instances):
        task.set_state("skipped", session=session)


def list_unselected(entities: object, tasks: Sequence[_T]) -> list[_T]:
    """Find the tasks that have no work in a run.

    Args:
        entities: the run's flag as it was given.
        tasks: the run's tasks of all kinds.

    Returns:
        Stages, not started yet, of entities that the flag leaves out; none where a name in it is unknown.
    """
    stages = [task for task in tasks if task.operator in STAGE_OPERATORS]
    known = {_entity_of(task) for task in stages}
    if not isinstance(entities, list) or not all(isinstance(name, str) for name in entities):
        return []
    if not set(entities) <= known:
        return []
    return [task for task in stages if task.state is None and _entity_of(task) not in entities]


def _entity_of(task: _TaskInstance) -> str:
    return task.task_id.rpartition(".")[0]

"""Skips tasks that a run leaves out, before a process is started for them: a listener of the scheduler.

It runs when a DAG run starts, inside the scheduler's own transaction. So it opens no session and asks for no
connection, which would end the scheduler's loop; and it judges no flag: an `entities` that isn't a plain list
of them is left to the fetches, which refuse it in one sentence. Whether an entity with a rhythm of its own is
due, it reads from the notes that complete runs left with Airflow; where there is none, the fetch looks into
the history. Without the listener (`airflow dags test`) a fetch starts only to skip itself: the outcome is the
same.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from airflow.listeners import hookimpl

from crm_sync.config.durations import is_resting
from crm_sync.constants import COMPLETE_NOTE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

_DAG_PREFIX = "crm_sync_"
_FETCH, _SAVE = "fetch", "save"
STAGE_OPERATORS = frozenset(
    {"CrmFetchOperator", "CrmTransformOperator", "CrmValidateOperator", "CrmSaveOperator"}
)
log = logging.getLogger(__name__)


class _TaskInstance(Protocol):
    task_id: str
    operator: str | None
    state: str | None


_T = TypeVar("_T", bound=_TaskInstance)


@hookimpl
def on_dag_run_running(dag_run: Any) -> None:
    """Skip the tasks of the entities that the run leaves out; Airflow's listeners may take fewer arguments.

    Args:
        dag_run: the scheduler's own object, bound to its session.
    """
    conf = dag_run.conf or {}
    if not dag_run.dag_id.startswith(_DAG_PREFIX):
        return
    rhythms = {} if dag_run.run_type != "scheduled" else read_rhythms(getattr(dag_run.dag, "tasks", ()))
    if not conf.get("entities") and not rhythms:
        return
    from sqlalchemy.orm import object_session

    session = object_session(dag_run)
    if session is None:
        return
    left_out = list_unselected(conf["entities"], dag_run.task_instances) if conf.get("entities") else []
    if rhythms and (resting := find_resting(rhythms, _read_last_ticks(dag_run, rhythms), dag_run.run_after)):
        log.info("%s: not due in this run: %s.", dag_run.dag_id, ", ".join(sorted(resting)))
        left_out += list_resting(resting, dag_run.task_instances)
    for task in left_out:
        task.set_state("skipped", session=session)


def list_unselected(entities: object, tasks: Sequence[_T]) -> list[_T]:
    """Find the tasks that have no work in a run.

    Args:
        entities: the run's flag as it was given.
        tasks: the run's tasks of all kinds.

    Returns:
        Stages, not started yet, of entities that the flag leaves out; none where a name in it is unknown.
    """
    known = {_entity_of(task) for task in tasks if task.operator in STAGE_OPERATORS}
    if not isinstance(entities, list) or not all(isinstance(name, str) for name in entities):
        return []
    if not set(entities) <= known:
        return []
    return list_resting(known.difference(entities), tasks)


def list_resting(entities: Collection[str], tasks: Sequence[_T]) -> list[_T]:
    """Find the stages, not started yet, of some entities."""
    stages = [task for task in tasks if task.operator in STAGE_OPERATORS]
    return [task for task in stages if task.state is None and _entity_of(task) in entities]


def read_rhythms(tasks: Sequence[Any]) -> dict[str, int]:
    """Read from a DAG's tasks, as Airflow stores them, which entities have a rhythm: seconds by entity."""
    every = {task.task_id: getattr(task, "every_s", 0) for task in tasks}
    return {
        task_id.removesuffix(f".{_FETCH}"): seconds
        for task_id, seconds in every.items()
        if isinstance(seconds, int) and seconds > 0
    }


def find_resting(rhythms: Mapping[str, int], last: Mapping[str, datetime], tick: datetime) -> set[str]:
    """Find the entities that are not due.

    Args:
        rhythms: seconds by entity.
        last: by entity, moment for which its last complete run was made.
        tick: moment for which this run was made.
    """
    return {name for name, every in rhythms.items() if is_resting(last.get(name), tick, every)}


def _read_last_ticks(dag_run: Any, entities: Collection[str]) -> dict[str, datetime]:
    """Ask Airflow's own database, in the scheduler's session, for the moments of the last complete runs."""
    from sqlalchemy import func, select
    from sqlalchemy.orm import object_session

    session, tables = object_session(dag_run), type(dag_run).metadata.tables
    runs, notes = tables["dag_run"], tables["xcom"]
    tasks = [f"{name}.{stage}" for name in entities for stage in (_FETCH, _SAVE)]
    asked = (
        select(notes.c.task_id, func.max(runs.c.run_after))
        .join_from(runs, notes, runs.c.id == notes.c.dag_run_id)
        .where(notes.c.dag_id == dag_run.dag_id, notes.c.task_id.in_(tasks), notes.c.key == COMPLETE_NOTE)
        .group_by(notes.c.task_id)
    )
    found: dict[str, datetime] = {}
    for task_id, moment in session.execute(asked) if session is not None else ():
        name = task_id.rpartition(".")[0]
        found[name] = max(moment, found.get(name, moment))
    return found


def _entity_of(task: _TaskInstance) -> str:
    return task.task_id.rpartition(".")[0]

"""Opens, feeds and closes the sync_history row around the operators.

These run in the task's process, before its state is reported, so an exception in them fails the task; the
one exception is `close_failed`, a convenience that Airflow doesn't call after a SIGKILL.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from crm_sync.run_context import CONTEXT_KEY, airflow_errors, build_run, get_run
from crm_sync.sync.news import tell

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    Context = MutableMapping[str, Any]

log = logging.getLogger(__name__)


def open_history(context: Context) -> None:
    """Check the flags, take the entity's lock and open its history row: fetch's `pre_execute`.

    It runs again on each retry and on each resume after a deferral, and then continues the same row.

    Raises:
        AirflowFailException: a flag or a YAML file is wrong, the warehouse is unsuitable, or another live run
            works on the entity.
    """
    _tell_begin(context)
    with airflow_errors():
        run, warnings = build_run(context, is_first=True)
        for warning in warnings:
            log.warning(warning)
        if run is None:
            tell("left_out", entity=context["task"].sync_type)
        else:
            run.open()
    context[CONTEXT_KEY] = run


def attach_history(context: Context) -> None:
    """Continue with the row and the folder that fetch opened: `pre_execute` of the other stages.

    Raises:
        AirflowFailException: another run works on the entity or took its row over.
    """
    _tell_begin(context)
    with airflow_errors():
        run, _ = build_run(context)
        if run is not None:
            run.attach(context["ti"].xcom_pull(task_ids=f"{run.entity.sync_type}.fetch"))
    context[CONTEXT_KEY] = run


def record_stage(context: Context, _result: object = None) -> None:
    """Add a stage's figures to the history row and release the lock: `post_execute` of every stage."""
    run = get_run(context)
    if run is not None:
        run.end_stage()


def close_failed(context: Context) -> None:
    """Close the history row as failed: `on_failure_callback`, a convenience, not a guarantee."""
    error, run = context.get("exception"), get_run(context)
    if isinstance(error, AirflowFailException) and error.__cause__ is not None:
        error = error.__cause__  # ours; Airflow's only says that a retry is no use
    message = f"{type(error).__name__}: {error}" if error else "The task was stopped from Airflow."
    tell("failed", entity=getattr(context.get("task"), "sync_type", None), text=message)
    if run is None:
        return
    run.fail(message)
    from crm_sync.telemetry.metrics import report_run

    report_run(run)


def _tell_begin(context: Context) -> None:
    task, ti = context["task"], context["ti"]
    stage = task.task_id.rpartition(".")[2]
    tell("begin", entity=task.sync_type, stage=stage, dag_id=ti.dag_id, run_id=ti.run_id)

"""What happens around the operators: open, feed and close the sync_history row.

These run in the task's process, before its state is reported, so an exception in them fails the task; the
one exception is `close_failed`, a convenience that Airflow doesn't call after a SIGKILL.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from crm_sync.constants import SyncStatus
from crm_sync.entity_run import CONTEXT_KEY, EntityRun, build_run, get_run
from crm_sync.exceptions import (
    AlreadyRunningError,
    ConfigError,
    OptionsError,
    SchemaFaultError,
    SupersededError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from crm_sync.constants import Stage

    Context = MutableMapping[str, Any]

log = logging.getLogger(__name__)


def open_history(context: Context) -> None:
    """Check the flags, take the entity's lock and open its history row: fetch's `pre_execute`.

    It runs again on each retry and on each resume after a deferral, and then continues the same row.

    Raises:
        AirflowFailException: a flag or a YAML file is wrong, the warehouse is not in UTF-8, or another live
            run works on the entity.
    """
    try:
        run, warnings = build_run(context)
    except (OptionsError, ConfigError) as error:
        raise AirflowFailException(str(error)) from error
    for warning in warnings:
        log.warning(warning)
    if not run.options.selects(run.entity.sync_type):
        return
    _check_warehouse(run)
    if run.options.dry_run:
        run.run_key = _dry_run_key(context)
    else:
        _open_row(run, context)
    context[CONTEXT_KEY] = run


def attach_history(context: Context) -> None:
    """Go on with the row and the folder that fetch opened: `pre_execute` of the other stages.

    Raises:
        AirflowFailException: another run works on the entity or took its row over.
    """
    task, ti = context["task"], context["ti"]
    run, _ = build_run(context)
    reference = ti.xcom_pull(task_ids=f"{task.sync_type}.fetch")
    run.run_key, run.history_id = reference["run_key"], reference["history_id"]
    if run.history_id is not None:
        try:
            row = run.build_owner(_build_is_run_ended(ti)).attach(run.history_id)
        except (AlreadyRunningError, SupersededError) as error:
            raise _make_final(error) from error
        run.closed = None if row.status is SyncStatus.RUNNING else row
    context[CONTEXT_KEY] = run


def record_stage(context: Context, result: object = None) -> None:  # noqa: ARG001  # Airflow passes it
    """Add a stage's figures to the history row and let go of the lock: `post_execute` of every stage."""
    run = get_run(context)
    if run is None or run.history_id is None:
        return
    task = context["task"]
    if not task.closes_history and run.closed is None:
        _add_progress(run, task.stage)
    run.release()


def close_failed(context: Context) -> None:
    """Close the history row as failed: `on_failure_callback`, a convenience and no guarantee."""
    from crm_sync.storage.connections import open_transaction
    from crm_sync.storage.history.sync_history import close, fence

    run = get_run(context)
    if run is None or run.history_id is None:
        return
    error = context.get("exception")
    if isinstance(error, AirflowFailException) and error.__cause__ is not None:
        error = error.__cause__  # ours; Airflow's only says that a retry is no use
    message = f"{type(error).__name__}: {error}" if error else "The task was stopped from Airflow."
    try:
        with contextlib.suppress(SupersededError), open_transaction(run.connect) as cursor:
            # an orphan must not end the row that a later try of its own run works on by now
            fence(cursor, run.history_id, token=None if run.owner is None else run.owner.token)
            close(cursor, run.history_id, status=SyncStatus.FAILED, error_message=message)
    finally:
        run.release(force=True)


def _check_warehouse(run: EntityRun) -> None:
    """Refuse a warehouse that can't hold every text before anything is made in it, or asked of a CRM."""
    from crm_sync.storage.encoding import check_warehouse_encoding

    try:
        check_warehouse_encoding(run.connect)
    except SchemaFaultError as error:
        raise AirflowFailException(str(error)) from error


def _open_row(run: EntityRun, context: Context) -> None:
    from crm_sync.storage.migrations import migrate

    migrate(run.connect)
    owner = run.build_owner(_build_is_run_ended(context["ti"]))
    try:
        owner.acquire()
        opened = owner.open({"options": run.options.to_json()})
    except AlreadyRunningError as error:
        raise _make_final(error) from error
    run.history_id, run.run_key = opened.history_id, str(opened.history_id)


def _make_final(error: AlreadyRunningError | SupersededError) -> Exception:
    """Give the error to raise: a retry is of use only while an earlier try of this run holds the lock."""
    if isinstance(error, AlreadyRunningError) and error.is_own_run:
        return AirflowException(str(error))
    return AirflowFailException(str(error))


def _build_is_run_ended(ti: Any) -> Callable[[str, str], bool]:
    def is_run_ended(dag_id: str, run_id: str) -> bool:
        return str(ti.get_dagrun_state(dag_id=dag_id, run_id=run_id)) in {"success", "failed"}

    return is_run_ended


def _dry_run_key(context: Context) -> str:
    """Name a dry run's folder; the same for every try, so that a retry goes on with what is there."""
    ti = context["ti"]
    return f"dry-{hashlib.sha256(f'{ti.dag_id}/{ti.run_id}/{ti.task_id}'.encode()).hexdigest()[:8]}"


def _add_progress(run: EntityRun, stage: Stage) -> None:
    from crm_sync.storage.connections import open_transaction
    from crm_sync.storage.history.sync_history import add_progress

    if run.history_id is not None:
        with open_transaction(run.connect) as cursor:
            add_progress(cursor, run.history_id, stage=stage, metrics=run.metrics)

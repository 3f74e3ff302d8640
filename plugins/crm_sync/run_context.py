"""Turns a task's context into the run that it works on, and the run's errors into Airflow's."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from crm_sync.config.flags import build_own_flags
from crm_sync.config.loader import load_source
from crm_sync.config.run_options import parse_options
from crm_sync.exceptions import (
    AlreadyRunningError,
    ConfigError,
    CrmSyncError,
    FatalSourceError,
    OptionsError,
    SchemaFaultError,
    SupersededError,
    UnforeseenError,
)
from crm_sync.settings import configs_dir, staging_base
from crm_sync.sync.news import tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from crm_sync.config.models import EntityConfig
    from crm_sync.storage.connections import Connect
    from crm_sync.sync.run import EntityRun

CONTEXT_KEY = "crm_sync_run"
log = logging.getLogger(__name__)
_DAG_TEST_USER = "dag_test"
_NO_RETRY = (ConfigError, FatalSourceError, OptionsError, SchemaFaultError, SupersededError)
"""Errors that the same task would meet again."""
_FAULTS = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, NameError, NotImplementedError),
    *(RecursionError, TypeError, ValueError),
)
"""Python's words for a fault in the code. All other errors are left to Airflow's retries."""


def get_run(context: Mapping[str, Any]) -> EntityRun | None:
    """Give the run that `pre_execute` put into the context; None where the entity wasn't selected."""
    run: EntityRun | None = context.get(CONTEXT_KEY)
    return run


def build_run(context: Mapping[str, Any], *, is_first: bool = False) -> tuple[EntityRun | None, list[str]]:
    """Read the context of a stage's task.

    Args:
        context: Airflow's.
        is_first: the task is the run's first, which decides whether the entity is due.

    Returns:
        The run, not begun yet, or None where the flag `entities` or its own rhythm leaves its entity out; and
        warnings about renamed flags.

    Raises:
        OptionsError: a flag is wrong.
        ConfigError: a YAML file is wrong.
    """
    task, ti = context["task"], context["ti"]
    source = load_source(task.configs or configs_dir(), task.crm_source)
    options, warnings = parse_options(
        dict(context["params"]),
        known_entities=sorted(source.entities),
        own_flags=build_own_flags(source.flags),
    )
    if not options.selects(task.sync_type):
        return None, warnings
    from crm_sync.hooks.warehouse import build_connect

    entity, connect = source.entities[task.sync_type], build_connect(source.warehouse_connection_id)
    if is_first and (why := _explain_rest(context, entity, connect)) is not None:
        log.info(why)
        return None, warnings
    from crm_sync.sync.memory import return_freed_memory

    return_freed_memory()  # before Polars is imported, which the run does
    from crm_sync.hooks.crm import CrmHook
    from crm_sync.storage.history.history_rows import RunIdentity
    from crm_sync.sync.run import EntityRun

    identity = RunIdentity(
        crm_source=task.crm_source,
        sync_type=task.sync_type,
        dag_id=ti.dag_id,
        run_id=ti.run_id,
        try_number=ti.try_number,
        in_process=getattr(context["dag_run"], "triggering_user_name", None) == _DAG_TEST_USER,
        host=socket.gethostname(),
        pid=os.getpid(),
    )
    run = EntityRun(
        source=source,
        entity=entity,
        options=options,
        identity=identity,
        connect=connect,
        staging_base=staging_base(is_alone=identity.in_process),
        crm=CrmHook(source, connect=connect),
        is_run_ended=_build_is_run_ended(ti),
        tick=_get_tick(context),
    )
    return run, warnings


@contextlib.contextmanager
def airflow_errors() -> Iterator[None]:
    """Translate an error into one that Airflow retries, or does not.

    Raises:
        AirflowFailException: the same task would meet the error again.
        AirflowException: an earlier try of this run still holds the lock.
        Exception: any other, which a later try may not meet.
    """
    try:
        yield
    except AlreadyRunningError as error:
        if error.is_own_run:
            raise AirflowException(str(error)) from error
        raise AirflowFailException(str(error)) from error
    except _NO_RETRY as error:
        raise AirflowFailException(str(error)) from error
    except CrmSyncError as error:
        tell("error", text=str(error))
        raise
    except _FAULTS as error:
        if isinstance(error, OSError):
            raise  # such as an answer of the network that is no JSON
        fault = UnforeseenError(error)
        fault.__cause__ = error
        raise AirflowFailException(str(fault)) from fault


def _get_tick(context: Mapping[str, Any]) -> datetime | None:
    """Give the moment for which Airflow made the run."""
    tick: datetime | None = getattr(context["dag_run"], "run_after", None)
    return tick


def _explain_rest(context: Mapping[str, Any], entity: EntityConfig, connect: Connect) -> str | None:
    """Say why the run leaves the entity out; whoever starts a run by hand gets what they ask for."""
    tick = _get_tick(context)
    if entity.every is None or tick is None or context["dag_run"].run_type != "scheduled":
        return None
    from crm_sync.sync.rhythm import explain_rest

    return explain_rest(connect, entity, tick)


def _build_is_run_ended(ti: Any) -> Callable[[str, str], bool]:
    def is_run_ended(dag_id: str, run_id: str) -> bool:
        return str(ti.get_dagrun_state(dag_id=dag_id, run_id=run_id)) in {"success", "failed"}

    return is_run_ended

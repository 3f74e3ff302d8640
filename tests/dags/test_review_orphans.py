"""An orphan: a process that goes on although a later try of its own run has taken the row over."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from crm_sync.config.loader import load_source
from crm_sync.config.run_options import RunOptions
from crm_sync.exceptions import SupersededError
from crm_sync.storage.history.history_rows import RunIdentity
from crm_sync.storage.history.sync_history import read_history
from crm_sync.sync.run import EntityRun
from tests.dags.airflow_home import CONFIGS
from tests.warehouse import Warehouse

pytestmark = pytest.mark.postgres
HUBSPOT = load_source(CONFIGS, "hubspot")
CONTACTS = HUBSPOT.entities["contacts"]
NO_CRM: Any = None


def make_run(warehouse: Warehouse, try_number: int) -> EntityRun:
    identity = RunIdentity("hubspot", "contacts", "crm_sync_hubspot", "run", try_number, False, "host", 1)
    run = EntityRun(HUBSPOT, CONTACTS, RunOptions(), identity, warehouse.connect, Path(), NO_CRM)
    run.owner.heartbeat_s = 60
    return run


def lose_connections(warehouse: Warehouse) -> None:
    warehouse.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'crm_sync owner'"
    )


def take_over(warehouse: Warehouse, first: EntityRun) -> EntityRun:
    """Have a second try take the row of a first one that lost its lock with its connection."""
    second = make_run(warehouse, 2)
    lose_connections(warehouse)
    second.attach(first.reference())
    return second


@pytest.fixture
def tries(warehouse: Warehouse) -> Any:
    first = make_run(warehouse, 1)
    first.open()
    second = take_over(warehouse, first)
    yield first, second
    first.release(force=True)
    second.release(force=True)


def test_failed_orphan_leaves_the_row_to_the_later_try(warehouse: Warehouse, tries: Any):
    from crm_sync.callbacks import close_failed
    from crm_sync.run_context import CONTEXT_KEY

    first, second = tries
    close_failed({CONTEXT_KEY: first, "exception": RuntimeError("boom")})
    assert read_history(warehouse.connect, first.history_id).status == "running"
    close_failed({CONTEXT_KEY: second, "exception": RuntimeError("boom")})
    row = read_history(warehouse.connect, first.history_id)
    assert (row.status, row.error_message) == ("failed", "RuntimeError: boom")


def test_loops_of_a_run_whose_row_was_taken_over_are_superseded(tries: Any):
    first, _ = tries
    session = first.owner._session
    assert session is not None
    for _ in range(2):  # the first sign of life finds the connection lost, the next one the other owner
        with contextlib.suppress(psycopg2.OperationalError):
            session._beat()
    with pytest.raises(SupersededError):
        first.owner.guard(lambda: False)()


def test_loops_of_a_run_that_nobody_took_over_are_stopped_by_the_caller_alone(warehouse: Warehouse):
    run = make_run(warehouse, 1)
    run.open()
    assert not run.owner.guard(lambda: False)()
    assert run.owner.guard(lambda: True)()
    run.release(force=True)


@pytest.mark.parametrize(("run_id", "is_final"), [("run", False), ("another run", True)])
def test_taken_lock_is_final_unless_an_earlier_try_of_the_run_holds_it(
    warehouse: Warehouse, run_id: str, is_final: bool
):
    from airflow.sdk.exceptions import AirflowException, AirflowFailException

    from crm_sync.run_context import airflow_errors

    first, second = make_run(warehouse, 1), make_run(warehouse, 2)
    first.open()
    second.owner.identity = replace(second.identity, run_id=run_id)
    second.owner.patience_s = 0.05
    with pytest.raises(AirflowException) as caught, airflow_errors():
        second.open()
    assert isinstance(caught.value, AirflowFailException) is is_final
    first.release(force=True)

"""An orphan: a process that goes on although a later try of its own run has taken the row over."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import psycopg2
import pytest

from crm_sync.exceptions import AlreadyRunningError, SupersededError
from crm_sync.storage.history.sync_history import read_history
from crm_sync.storage.history.sync_owners import RunIdentity, SyncOwner
from tests.conftest import Warehouse

pytestmark = pytest.mark.postgres


def make_owner(warehouse: Warehouse, try_number: int) -> SyncOwner:
    identity = RunIdentity("hubspot", "contacts", "crm_sync_hubspot", "run", try_number, False, "host", 1)
    return SyncOwner(warehouse.connect, identity, heartbeat_s=60, patience_s=5)


def lose_connections(warehouse: Warehouse) -> None:
    warehouse.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'crm_sync owner'"
    )


@pytest.fixture
def owners(warehouse: Warehouse) -> Any:
    """A first try that lost its lock with its connection, and the second try that took the row over."""
    first, second = make_owner(warehouse, 1), make_owner(warehouse, 2)
    history_id = first.open({}).history_id
    lose_connections(warehouse)
    second.attach(history_id)
    yield first, second, history_id
    first.release(force=True)
    second.release(force=True)


def make_context(warehouse: Warehouse, owner: SyncOwner, history_id: int) -> dict[str, Any]:
    from crm_sync.entity_run import CONTEXT_KEY

    run = SimpleNamespace(
        history_id=history_id, connect=warehouse.connect, owner=owner, release=lambda *, force: None
    )
    return {CONTEXT_KEY: run, "exception": RuntimeError("boom")}


def test_failed_orphan_leaves_the_row_to_the_later_try(warehouse: Warehouse, owners: Any):
    from crm_sync.callbacks import close_failed

    first, second, history_id = owners
    close_failed(make_context(warehouse, first, history_id))
    assert read_history(warehouse.connect, history_id).status == "running"
    close_failed(make_context(warehouse, second, history_id))
    row = read_history(warehouse.connect, history_id)
    assert (row.status, row.error_message) == ("failed", "RuntimeError: boom")


def test_stop_of_an_operator_whose_row_was_taken_over_is_superseded(warehouse: Warehouse):
    from crm_sync.operators.fetch import CrmFetchOperator

    first = make_owner(warehouse, 1)
    history_id = first.open({}).history_id
    operator = CrmFetchOperator(task_id="fetch", crm_source="hubspot", sync_type="contacts")
    operator._owner = first
    assert not operator.is_stopped()
    second = make_owner(warehouse, 2)
    lose_connections(warehouse)
    second.attach(history_id)
    session = first._session
    assert session is not None
    for _ in range(2):  # the first sign of life finds the connection lost, the next one the other owner
        with contextlib.suppress(psycopg2.OperationalError):
            session._beat()
    with pytest.raises(SupersededError):
        operator.is_stopped()
    second.release(force=True)
    first.release(force=True)


@pytest.mark.parametrize(("run_id", "is_final"), [("run", False), ("another run", True)])
def test_taken_lock_is_final_unless_an_earlier_try_of_the_run_holds_it(
    warehouse: Warehouse, run_id: str, is_final: bool
):
    from airflow.sdk.exceptions import AirflowFailException

    from crm_sync.callbacks import _make_final

    first, second = make_owner(warehouse, 1), make_owner(warehouse, 2)
    first.open({})
    second.identity = replace(second.identity, run_id=run_id)
    second.patience_s = 0.05
    with pytest.raises(AlreadyRunningError) as caught:
        second.open({})
    assert isinstance(_make_final(caught.value), AirflowFailException) is is_final
    first.release(force=True)

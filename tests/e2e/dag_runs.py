"""Runs whole DAGs in this process, as `airflow dags test` does, and reads back what Airflow noted of them."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from crm_sync.storage.history.history_rows import HistoryRow
from crm_sync.storage.history.sync_history import read_history
from tests.dags.airflow_home import HOME
from tests.warehouse import Warehouse


@dataclass(frozen=True)
class DagResult:
    """What Airflow knows of a run that has ended.

    Args:
        state: of the run.
        run_id: its name.
        tasks: state of each task.
        tries: how often each task was tried.
        xcom: what each task handed on, as JSON text.
        events: extra of the asset events by asset.
    """

    state: str
    run_id: str
    tasks: dict[str, str]
    tries: dict[str, int]
    xcom: dict[str, str]
    events: dict[str, dict[str, Any]]

    def states_of(self, entity: str) -> tuple[str, ...]:
        """Give the states of an entity's four tasks."""
        return tuple(self.tasks[f"{entity}.{stage}"] for stage in ("fetch", "transform", "validate", "save"))


def run_dag(dag_id: str, conf: dict[str, Any] | None = None, **how: Any) -> DagResult:
    """Run a DAG of the DAG folder that counts at the moment."""
    from airflow.dag_processing import dagbag

    folder = Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    file = folder / f"{dag_id}.py"
    # `DAG.test` stores the DAGs of the folder, which it parses for that: those of the other files would take
    # half of a test, and this one was parsed a moment ago
    bag = dagbag.BundleDagBag(dag_folder=file, bundle_path=folder, bundle_name="dags-folder")
    assert bag.import_errors == {}
    with _short_naps(), patch.object(dagbag, "BundleDagBag", lambda **_: bag):
        run = bag.dags[dag_id].test(run_conf=conf, **how)
    return read_result(HOME / "airflow.db", dag_id, run.run_id)


@contextmanager
def _short_naps() -> Iterator[None]:
    """Let `DAG.test` look again at once where it waits a second for a task to become ready."""
    sleep = time.sleep

    def nap(seconds: float) -> None:
        caller = sys._getframe(1).f_globals["__name__"]
        sleep(0.01 if caller == "airflow.sdk.definitions.dag" else seconds)

    with patch("time.sleep", nap):
        yield


def read_result(database: Path, dag_id: str, run_id: str) -> DagResult:
    """Read a run from Airflow's metadata database."""
    key = (dag_id, run_id)
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        (state,) = connection.execute(
            "select state from dag_run where dag_id = ? and run_id = ?", key
        ).fetchone()
        tasks = connection.execute(
            "select task_id, state, try_number from task_instance where dag_id = ? and run_id = ?", key
        ).fetchall()
        xcom = connection.execute(
            "select task_id || '/' || key, value from xcom where dag_id = ? and run_id = ?", key
        ).fetchall()
        events = connection.execute(
            "select asset.name, event.extra "
            "from asset_event as event join asset on asset.id = event.asset_id "
            "where source_dag_id = ? and source_run_id = ?",
            key,
        ).fetchall()
    return DagResult(
        state=state,
        run_id=run_id,
        tasks={task: task_state for task, task_state, _ in tasks},
        tries={task: number for task, _, number in tasks},
        xcom=dict(xcom),
        events={name: json.loads(extra) for name, extra in events},
    )


def list_history(warehouse: Warehouse) -> list[HistoryRow]:
    """Give all history rows, oldest first."""
    ids = warehouse.fetch_all("select id from crm_sync.sync_history order by id")
    try:
        return [read_history(warehouse.connect, history_id) for (history_id,) in ids]
    finally:
        warehouse.close()


def latest_rows(warehouse: Warehouse) -> dict[str, HistoryRow]:
    """Give each entity's newest history row."""
    return {row.sync_type: row for row in list_history(warehouse)}


def assert_adds_up(row: HistoryRow) -> None:
    """Check what every closed row promises."""
    assert row.records_processed == row.counts.processed
    assert row.end_time is not None
    assert row.end_time >= row.start_time
    assert row.performance_metrics["duration_seconds"] >= 0

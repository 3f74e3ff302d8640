"""Under a real scheduler: an entity with a rhythm of its own rests without a process until it is due."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.dags.airflow_home import copy_one_dag, replace_text
from tests.e2e.conftest import build_hubspot_connection, build_warehouse_connection
from tests.e2e.dag_runs import list_history
from tests.e2e.processes import build_environment, list_processes, running_services, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres]
pytestmark += [pytest.mark.thorough, pytest.mark.timeout(900)]

DAG = "crm_sync_hubspot"
KEPT = {"owners.yaml", "products.yaml", "source.yaml"}


@pytest.fixture
def services(hubspot, warehouse, airflow_database, tmp_path):
    home = tmp_path / "airflow"
    environment = build_environment(
        home,
        airflow_database,
        AIRFLOW_CONN_CRM_WAREHOUSE=build_warehouse_connection(warehouse),
        AIRFLOW_CONN_HUBSPOT_DEFAULT=build_hubspot_connection(hubspot.fake),
    )
    folder = copy_one_dag(home / "dags", DAG, schedule='"* * * * *"') / "configs/hubspot"
    for file in folder.glob("*.yaml"):
        if file.name not in KEPT:
            file.unlink()
    replace_text(folder / "products.yaml", "title: Products", "title: Products\nevery: 1d")
    with running_services(home, environment) as started:
        wait_for(lambda: started.find_dag(DAG), "the DAG to be parsed", timeout_s=60)
        yield started
    assert list_processes(home) == []


def test_entity_with_a_rhythm_rests_between_its_runs(services, warehouse):
    first = _wait_for_run(services, 0)
    assert first.states_of("products") == first.states_of("owners") == ("success",) * 4
    second = _wait_for_run(services, 1)
    assert second.states_of("products") == ("skipped",) * 4
    assert {second.tries[f"products.{stage}"] for stage in ("fetch", "save")} == {0}, "no process was started"
    assert (second.state, second.states_of("owners")[0]) == ("success", "success")
    log = (services.home / "scheduler.log").read_text()
    assert "crm_sync_hubspot: not due in this run: products." in log

    manual = services.wait_for_end(DAG, services.trigger(DAG, {}))
    assert manual.states_of("products")[0] == "success", "whoever starts a run gets everything"

    # without the notes in Airflow's database, the fetch looks into the history
    with closing(sqlite3.connect(services.home / "airflow.db", timeout=30)) as connection, connection:
        connection.execute("delete from xcom where key = 'complete'")
    third = _wait_for_run(services, len(_list_runs(services)))
    assert (third.states_of("products"), third.tries["products.fetch"]) == (("skipped",) * 4, 1)
    read = [row for row in list_history(warehouse) if row.sync_type == "products"]
    assert [row.run_id for row in read] == [first.run_id, manual.run_id]


def _list_runs(services):
    runs = services.call("GET", f"dags/{DAG}/dagRuns?order_by=run_after&limit=100")["dag_runs"]
    return [run["dag_run_id"] for run in runs if run["run_type"] == "scheduled"]


def _wait_for_run(services, number):
    found = wait_for(lambda: _list_runs(services)[number:] or None, f"scheduled run {number}", timeout_s=180)
    return services.wait_for_end(DAG, found[0])

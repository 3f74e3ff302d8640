"""A real Airflow: api-server, scheduler, DAG processor and triggerer, tasks as processes of their own."""

from __future__ import annotations

import os
import signal

import pytest

from crm_sync.constants import SyncStatus
from tests.conformance.tables import assert_table
from tests.dags.airflow_home import copy_one_dag
from tests.e2e.conftest import build_hubspot_connection, build_warehouse_connection
from tests.e2e.dag_runs import assert_adds_up, latest_rows, list_history
from tests.e2e.processes import build_environment, list_processes, running_services, wait_for
from tests.e2e.real_runs import FORM, assert_made_good, list_workers, saving_held_up, sync_by_command

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres]
# tests/cluster has the same flags and kills; another scheduler with LocalExecutor is in tests/browser
pytestmark += [pytest.mark.thorough, pytest.mark.timeout(900)]

DAG = "crm_sync_hubspot"
FIRST = ["contacts", "companies", "owners"]
"""Of the first run: a task is a process of about 2 s, and `test_whole_runs` runs all entities."""


@pytest.fixture
def services(hubspot, warehouse, airflow_database, tmp_path):
    home = tmp_path / "airflow"
    environment = build_environment(
        home,
        airflow_database,
        AIRFLOW_CONN_CRM_WAREHOUSE=build_warehouse_connection(warehouse),
        AIRFLOW_CONN_HUBSPOT_DEFAULT=build_hubspot_connection(hubspot.fake),
    )
    copy_one_dag(home / "dags", DAG, schedule="null", retries=1)
    with running_services(home, environment) as started:
        wait_for(lambda: started.find_dag(DAG), "the DAG to be parsed", timeout_s=60)
        yield started
    assert list_processes(home) == []


def test_form_run_then_killed_tasks_then_a_run_that_makes_it_good(services, hubspot, warehouse):
    _check_form_run(services, hubspot, warehouse)
    _check_killed_tasks(services, hubspot, warehouse)
    _check_next_run(services, hubspot, warehouse)


def _check_form_run(services, hubspot, warehouse):
    flags = FORM | {"entities": FIRST}
    run_id = services.trigger(DAG, flags)
    result = services.wait_for_end(DAG, run_id)
    assert result.state == "success"
    for name in FIRST:
        assert set(result.states_of(name)) == {"success"}
        assert {tries for task, tries in result.tries.items() if task.startswith(f"{name}.")} == {1}
    rows = latest_rows(warehouse)
    assert set(rows) == set(FIRST)
    for name, row in rows.items():
        assert (row.dag_id, row.run_id) == (DAG, run_id)
        assert row.status is SyncStatus.SUCCESS
        assert_adds_up(row)
        entity = hubspot.source.entities[name]
        expected = hubspot.expected(entity)
        assert row.records_created == len(expected.rows)
        assert_table(warehouse, entity, expected)
        assert row.configuration["window"]["complete"] is True
        assert row.configuration["options"] == flags
    assert {name.removeprefix("crm_sync_hubspot_") for name in result.events} == set(rows)
    assert sum(map(len, result.xcom.values())) < 10_000


def _check_killed_tasks(services, hubspot, warehouse):
    """SIGKILL a fetch once, which its retry makes good, and a save twice, so that no retry is left."""
    entities = hubspot.source.entities
    hubspot.change(entities["contacts"], 5)
    hubspot.change(entities["companies"], 5)
    killed = []

    def kill_contacts():
        (pid,) = list_workers(warehouse, "contacts")
        os.kill(pid, signal.SIGKILL)
        killed.append(pid)

    hubspot.fake.hooks.before_page("*/objects/contacts", 3, kill_contacts)
    chosen = {"entities": ["contacts", "companies"], "full": True, "batch_size": 50}
    with saving_held_up(warehouse, "companies") as holder:
        run_id = services.trigger(DAG, FORM | chosen)
        for _try in (1, 2):
            holder.kill_saver()
    killed += holder.killed
    result = services.wait_for_end(DAG, run_id)
    assert len(set(killed)) == 3
    assert result.state == "failed"
    assert result.states_of("contacts") == ("success",) * 4
    assert result.tries["contacts.fetch"] == 2
    assert result.states_of("companies") == ("success", "success", "success", "failed")
    assert (result.tries["companies.save"], result.tasks["close_history"]) == (2, "success")
    rows = {row.sync_type: row for row in list_history(warehouse) if row.run_id == run_id}
    assert set(rows) == {"contacts", "companies"}
    assert (rows["contacts"].status, rows["contacts"].records_updated) == (SyncStatus.SUCCESS, 5)
    assert rows["companies"].status is SyncStatus.FAILED
    assert rows["companies"].error_message.startswith("worker lost")
    for row in rows.values():
        assert_adds_up(row)
    assert_table(warehouse, entities["contacts"], hubspot.expected(entities["contacts"]))


def _check_next_run(services, hubspot, warehouse):
    names = ["contacts", "companies"]
    run_id = sync_by_command(f"http://127.0.0.1:{services.port}", names)
    result = services.wait_for_end(DAG, run_id)
    assert result.state == "success"
    for name in hubspot.source.entities:
        started = {result.tries[f"{name}.{stage}"] for stage in ("fetch", "transform", "validate", "save")}
        # a task that no process was started for has no try
        assert (result.states_of(name)[0], started) == (
            ("success", {1}) if name in names else ("skipped", {0})
        )
    assert (result.tasks["all_saved"], result.tasks["close_history"]) == ("success", "success")
    assert_made_good(hubspot, warehouse, names)
    _check_wrong_flags(services, warehouse)
    assert warehouse.fetch_one("select count(*) from crm_sync.sync_history where status = 'running'") == (0,)


def _check_wrong_flags(services, warehouse):
    """Flags that contradict each other fail the selected fetches alone, without a history row."""
    before = len(list_history(warehouse))
    wrong = {"entities": ["owners"], "full": True, "start_date": "2020-01-01"}
    result = services.wait_for_end(DAG, services.trigger(DAG, FORM | wrong))
    assert result.state == "failed"
    assert (result.tasks["owners.fetch"], result.tries["owners.fetch"]) == ("failed", 1)
    assert (result.tasks["contacts.fetch"], result.tries["contacts.fetch"]) == ("skipped", 0)
    assert len(list_history(warehouse)) == before

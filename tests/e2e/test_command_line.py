"""`airflow dags test` as a process that is killed while it saves; test_telemetry.py has one to its end."""

from __future__ import annotations

from contextlib import closing

import psycopg2
import pytest

from crm_sync.constants import SyncStatus
from tests.conformance.tables import assert_table
from tests.dags.airflow_home import copy_dags, leave_only
from tests.e2e.conftest import build_csv_connection, build_warehouse_connection
from tests.e2e.dag_runs import assert_adds_up, list_history, run_dag
from tests.e2e.processes import build_environment, list_processes, start_dag_test, stop_group, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres]
# tests/cluster kills saves of a scheduler's tasks, tests/conformance/test_kills.py those of a process alone
pytestmark += [pytest.mark.thorough, pytest.mark.timeout(900)]

_WAITS_FOR_TABLE = """
select pid from pg_locks where not granted and relation = %s::regclass
"""


def test_killed_run_is_taken_over_by_the_next_one(csv, warehouse, airflow_database, tmp_path):
    assert run_dag("crm_sync_csv").state == "success"
    home, log = tmp_path / "airflow", tmp_path / "dags-test.log"
    environment = build_environment(
        home,
        airflow_database,
        AIRFLOW__CORE__DAGS_FOLDER=str(leave_only(copy_dags(tmp_path / "dags"), "crm_sync_csv")),
        AIRFLOW_CONN_CRM_WAREHOUSE=build_warehouse_connection(warehouse),
        AIRFLOW_CONN_CSV_DEFAULT=build_csv_connection(csv.folder),
    )
    entity = csv.source.entities["zip_codes"]
    csv.change(entity, 20)
    with closing(psycopg2.connect(warehouse.dsn)) as reader, reader, reader.cursor() as cursor:
        cursor.execute("lock table csv.zip_codes in access exclusive mode")
        process = start_dag_test(environment, "crm_sync_csv", log)
        try:
            wait_for(
                lambda: warehouse.fetch_all(_WAITS_FOR_TABLE, ("csv.zip_codes",)) or None, "the save to begin"
            )
        finally:
            stop_group(process, by_force=True)
    assert list_processes(home) == []
    _, killed = list_history(warehouse)
    assert killed.status is SyncStatus.RUNNING

    assert run_dag("crm_sync_csv").state == "success"
    _, killed, last = list_history(warehouse)
    assert killed.status is SyncStatus.FAILED
    assert killed.error_message.startswith("worker lost")
    assert (killed.records_processed, last.status) == (0, SyncStatus.SUCCESS)
    assert (last.counts.updated, last.counts.unchanged) == (20, 280)
    assert_adds_up(last)
    assert_table(warehouse, entity, csv.expected(entity))

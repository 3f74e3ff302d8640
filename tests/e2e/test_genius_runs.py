"""The legacy CRM through Airflow: its connection of type mysql, on a real MariaDB."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from crm_sync.config.loader import load_source
from crm_sync.constants import SyncStatus
from tests.conformance.account_genius import open_genius
from tests.conformance.tables import assert_table, read_rows
from tests.dags.airflow_home import HOME, KEPT
from tests.e2e.dag_runs import latest_rows, list_history, run_dag

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres, pytest.mark.timeout(900)]


def connect(monkeypatch, account, *, password=None, **extra):
    facts = account.facts
    connection = {
        "conn_type": "mysql",
        "host": facts["host"],
        "port": facts["port"],
        "schema": facts["database"],
        "login": facts["login"],
        "password": password or facts["password"],
        "extra": extra,
    }
    monkeypatch.setenv("AIRFLOW_CONN_GENIUS_DEFAULT", json.dumps(connection))


@pytest.fixture
def genius(warehouse, tmp_path):
    """A database with the tables of two entities."""
    source = load_source(HOME / "dags" / "configs", "genius")
    with open_genius(source, tmp_path, counts=dict.fromkeys(KEPT["genius"], 60)) as account:
        yield account


def test_full_then_changes_then_a_refused_login(genius, warehouse, monkeypatch):
    connect(monkeypatch, genius)
    orders, statuses = (genius.source.entities[name] for name in KEPT["genius"])
    first = run_dag("crm_sync_genius")
    assert first.state == "success"
    assert_table(warehouse, orders, genius.expected(orders))
    changed, (gone,) = genius.change(orders, 4), genius.remove(statuses, 1)
    assert run_dag("crm_sync_genius").state == "success"
    assert_table(warehouse, orders, genius.expected(orders))
    assert_table(warehouse, statuses, genius.expected(statuses), left=[gone])
    rows = latest_rows(warehouse)
    assert (rows["job_change_orders"].records_updated, rows["job_change_orders"].records_created) == (4, 0)
    assert rows["job_change_orders"].configuration["window"]["mode"] == "delta"
    assert len(changed) == 4
    connect(monkeypatch, genius, password="of-somebody-else")
    refused = run_dag("crm_sync_genius", {"entities": ["job_change_orders"]})
    assert refused.state == "failed"
    assert refused.tries["job_change_orders.fetch"] == 1, "a refused login is not tried again"
    *_, last = list_history(warehouse)
    assert last.status is SyncStatus.FAILED
    assert "genius_default" in last.error_message
    assert "of-somebody-else" not in last.error_message


def test_zone_of_the_connection_is_the_one_that_times_are_read_in(genius, warehouse, monkeypatch):
    orders = genius.source.entities["job_change_orders"]
    expected = genius.expected(orders)
    connect(monkeypatch, genius, source_time_zone="America/New_York")
    assert run_dag("crm_sync_genius", {"entities": ["job_change_orders"]}).state == "success"
    for key, row in read_rows(warehouse, orders).items():
        assert row["updated_at"] == expected.rows[key]["updated_at"] - timedelta(hours=3)

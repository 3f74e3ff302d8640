"""The DAG that fails as long as an entity is not as it should be, and the command that says the same."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace

import psycopg2
import pytest

from crm_sync import warehouses
from crm_sync.alerts import notifiers
from crm_sync.config.alert_words import AlertConfig
from crm_sync.config.loader import load_source
from crm_sync.exceptions import DatabaseUnavailableError
from crm_sync.operators.health import CrmHealthOperator
from tests.command_line import run_command
from tests.dags.airflow_home import HOME
from tests.e2e.dag_runs import run_dag

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres]

HEALTH = "crm_sync_health"


def test_health_is_good_until_a_run_fails_and_again_when_one_went_well(csv, warehouse, read_log):
    # nothing ran yet: CRMs that nobody uses are no fault
    assert run_dag(HEALTH).state == "success"
    assert run_dag("crm_sync_csv").state == "success"
    result = run_dag(HEALTH)
    assert result.state == "success"
    assert json.loads(result.xcom["look/return_value"]) == {"fresh": 1}
    # the page says when that was
    ((age,),) = warehouse.fetch_all("select now() - looked_at from crm_sync.looks where crm_source = 'csv'")
    assert age < timedelta(minutes=10)
    assert ask() == (0, "fresh")

    file = csv.folder / "zip_codes.csv"
    content = file.read_bytes()
    file.write_bytes(b"")
    assert run_dag("crm_sync_csv").state == "failed"
    result = run_dag(HEALTH)
    # what is wrong is told at once: another try would find the same
    assert (result.state, result.tries["look"]) == ("failed", 1)
    assert "1 of 1 entities need a look. csv.zip_codes is failed: The last run failed: " in read_log()
    assert ask() == (1, "failed")

    file.write_bytes(content)
    assert run_dag("crm_sync_csv").state == "success"
    # two of three runs went well: still too few
    assert run_dag(HEALTH).state == "failed"
    assert ask() == (1, "unreliable")


def test_warehouse_that_is_down_keeps_nobody_from_hearing_of_another(csv, warehouse, monkeypatch):
    (csv.folder / "zip_codes.csv").write_bytes(b"")
    assert run_dag("crm_sync_csv").state == "failed"
    way = AlertConfig(notifier="some.Notifier")
    source = load_source(HOME / "dags/configs", "csv").model_copy(update={"alerts": (way,)})
    other = load_source(HOME / "dags/configs", "github").model_copy(update={"alerts": (way,)})
    told = []
    monkeypatch.setattr(
        warehouses, "open_warehouses", lambda *_: iter([(refuse, [other]), (warehouse.connect, [source])])
    )
    monkeypatch.setattr(notifiers, "send", lambda way, message, context: told.append(message.subject))
    for number, outage in ((2, []), (3, ["The warehouse can't be reached, so nobody looks at its CRMs"])):
        told.clear()
        task = SimpleNamespace(try_number=number, max_tries=2)
        with pytest.raises(DatabaseUnavailableError, match="no route"):
            CrmHealthOperator(task_id="look", configs=HOME / "dags/configs").execute({"ti": task})
        # an outage is told by the last try alone, and what is told of the other warehouse only once
        assert told == [*outage, *(["CSV files: zip_codes failed"] if number == 2 else [])]


def refuse():
    raise psycopg2.OperationalError("no route to the warehouse")


def ask():
    """Ask the command, with Airflow's own connections; gives its exit code and the state."""
    result = run_command("status", "csv", "--json")
    (state,) = json.loads(result.output)
    return result.exit_code, state["health"]

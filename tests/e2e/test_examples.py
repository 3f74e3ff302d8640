"""What examples/ shows runs on what a sync has left: the DAG on an asset, and the dbt project."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from psycopg2.extensions import parse_dsn

from tests.dags.airflow_home import CHECKOUT, HOME
from tests.e2e.dag_runs import run_dag

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres]

EXAMPLES = CHECKOUT / "examples"
DBT_VENV = CHECKOUT / ".sandbox" / "dbt"
# later versions of dbt-core need a file that is on no package index
DBT = ("dbt-core>=1.11,<1.12", "dbt-postgres>=1.10,<1.12")


@pytest.fixture
def example():
    """The example's file among the home's DAGs: Airflow stores a DAG from its own folder alone."""
    file = HOME / "dags" / "deals_by_stage.py"
    shutil.copy(EXAMPLES / "dags" / file.name, file)
    yield file
    file.unlink()


@pytest.fixture
def synced(hubspot, warehouse):
    """A warehouse with HubSpot's deals and owners."""
    assert run_dag("crm_sync_hubspot", {"entities": ["owners", "deals"]}).state == "success"
    return warehouse


def test_dag_on_an_asset_is_started_by_our_saves_and_runs(synced, example):
    from airflow.dag_processing.dagbag import DagBag

    reports = DagBag(example).dags["deals_by_stage"]
    save = DagBag(HOME / "dags/crm_sync_hubspot.py").dags["crm_sync_hubspot"].get_task("deals.save")
    (asset,) = reports.timetable.asset_condition.objects
    assert [(one.name, one.uri) for one in save.outlets] == [(asset.name, asset.uri)]
    assert run_dag("deals_by_stage").state == "success"
    expected = synced.fetch_one(
        "select count(*), sum(amount) from hubspot.deals where sync_deleted_at is null and not archived"
    )
    assert expected[0] > 0
    assert synced.fetch_one("select sum(deals), sum(amount) from reports.deals_by_stage") == expected


def test_changes_are_read_from_the_events():
    from airflow.dag_processing.dagbag import DagBag

    count = DagBag(EXAMPLES / "dags").dags["deals_by_stage"].get_task("count_changes").python_callable
    extra = {"created": 2, "updated": 3, "deleted": 1, "sync_history_id": 7, "window": {}}
    assert count({"asset": [Event(extra), Event(extra)]}) == 12
    assert count(None) == 0


class Event:
    def __init__(self, extra):
        self.extra = extra


@pytest.fixture(scope="session")
def dbt() -> Path:
    """The command dbt, in a venv that is made once: its requirements and Airflow's do not go together."""
    command = DBT_VENV / "bin" / "dbt"
    uv = Path(sys.executable).with_name("uv")
    if not command.exists():
        shutil.rmtree(DBT_VENV, ignore_errors=True)
        for arguments in (
            ["venv", "--python", sys.executable, DBT_VENV],
            ["pip", "install", "--python", DBT_VENV / "bin/python", *DBT],
        ):
            subprocess.run([uv, *arguments], check=True, timeout=600)
    return command


@pytest.mark.thorough
@pytest.mark.timeout(1200)
def test_dbt_project_builds_its_models_and_tests_pass(synced, dbt, tmp_path):
    parts = parse_dsn(synced.dsn)
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "WAREHOUSE_HOST": parts["host"],
        "WAREHOUSE_PORT": parts.get("port", "5432"),
        "WAREHOUSE_USER": parts["user"],
        "WAREHOUSE_PASSWORD": parts.get("password", ""),
        "WAREHOUSE_DATABASE": parts["dbname"],
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
    }
    project = ["--project-dir", EXAMPLES / "dbt", "--profiles-dir", EXAMPLES / "dbt"]
    for command in (["build"], ["source", "freshness"]):
        result = subprocess.run(
            [dbt, *command, *project], env=environment, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stdout + result.stderr
    deals = synced.fetch_one(
        "select count(*) from hubspot.deals where sync_deleted_at is null and not archived"
    )
    assert synced.fetch_one("select sum(deals)::bigint from dbt_reports.deals_by_owner") == deals

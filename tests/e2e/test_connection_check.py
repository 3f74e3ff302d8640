"""The connection check as users run it: its lines and its exit code, once as a process, and the hooks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from sandbox.salesrabbit import SalesRabbitSandbox
from tests.command_line import run_command
from tests.conformance.tables import read_everything
from tests.dags.airflow_home import CHECKOUT, HOME, PLUGINS
from tests.e2e.conftest import build_warehouse_connection
from tests.e2e.processes import build_plain_environment

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres, pytest.mark.timeout(900)]


@pytest.fixture
def store_connection(airflow_database):
    """Put a connection into Airflow's own database, as `airflow connections add` does."""
    from airflow.models.connection import Connection
    from airflow.utils.session import create_session

    kept = []

    def store(name, **facts):
        kept.append(name)
        with create_session() as session:
            session.add(Connection(conn_id=name, **facts))

    yield store
    with create_session() as session:
        session.query(Connection).filter(Connection.conn_id.in_(kept)).delete()


def test_command_exits_with_0_when_all_is_well_and_writes_nothing(csv, warehouse):
    before = read_everything(warehouse)
    result = run_command("check", "csv")
    assert result.exit_code == 0, result.output
    assert [line.split("  ")[0] for line in result.stdout.splitlines()] == ["ok"] * 4
    assert "schema crm_sync: is not there yet and may be created" in result.stdout
    assert read_everything(warehouse) == before


def test_command_exits_with_1_and_names_connections_that_are_missing():
    result = run_command("check", "csv")
    assert result.exit_code == 1, result.stderr
    assert "AIRFLOW_CONN_CSV_DEFAULT" in result.stdout
    assert "AIRFLOW_CONN_CRM_WAREHOUSE" in result.stdout
    assert "Traceback" not in result.stderr


def test_command_names_staging_that_can_not_be_used(csv, warehouse, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("CRM_SYNC_STAGING", str(tmp_path / "file" / "runs"))
    result = run_command("check", "csv")
    assert result.exit_code == 1
    *others, last = result.stdout.splitlines()
    assert [line.split("  ")[0] for line in others] == ["ok"] * 4
    assert last.startswith(f"FAILED  staging {tmp_path}/file/runs: Staging folder")


def test_command_exits_with_2_for_an_unknown_crm():
    result = run_command("check", "hupspot")
    assert (result.exit_code, "expected one of" in result.stderr) == (2, True)


def test_second_copy_of_the_package_that_differs_is_a_finding(tmp_path, monkeypatch):
    other = tmp_path / "plugins" / "crm_sync"
    (tmp_path / "include").symlink_to(CHECKOUT / "include")
    shutil.copytree(PLUGINS / "crm_sync", other, ignore=shutil.ignore_patterns("__pycache__"))
    (other / "sync" / "save.py").write_text('"""Older."""\n')
    monkeypatch.syspath_prepend(other.parent)
    result = run_command("check", "csv")
    assert result.exit_code == 1
    assert result.stdout.startswith("FAILED  configuration of csv: crm_sync: expected one version where ")
    assert f"{other}, which differ in sync/save.py; remove one of them\n" in result.stdout
    assert len(result.stdout.splitlines()) == 1


def test_process_finds_a_connection_in_airflows_own_database_and_hides_its_key(warehouse, store_connection):
    key = "hidden-key-5501"
    connections = {"AIRFLOW_CONN_CRM_WAREHOUSE": build_warehouse_connection(warehouse)}
    with SalesRabbitSandbox(counts={"leads": 3}, rate_limits=False).serve() as fake:
        store_connection("salesrabbit_default", conn_type="http", host=fake.url, password=key)
        result = subprocess.run(
            [sys.executable, "-m", "crm_sync", "check", "salesrabbit"],
            env=build_plain_environment(HOME) | connections,
            cwd=CHECKOUT, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"connection salesrabbit_default ({fake.url}): GET /leadStatuses" in result.stdout
    assert "the API token (password) is missing, wrong or revoked" in result.stdout
    assert key not in result.stdout + result.stderr


def test_hooks_tell_whether_their_connection_works(csv, warehouse, monkeypatch):
    from crm_sync.hooks.crm import CrmHook
    from crm_sync.hooks.warehouse import WarehouseHook

    hook = CrmHook(csv.source, connect=warehouse.connect)
    is_good, text = hook.test_connection()
    assert (is_good, text) == (True, "ok      csv.zip_codes: 1 file(s) 'zip_codes.csv' can be opened")
    is_good, text = WarehouseHook(postgres_conn_id="crm_warehouse").test_connection()
    assert is_good, text
    (csv.folder / "zip_codes.csv").unlink()
    assert hook.test_connection()[0] is False
    monkeypatch.setenv("AIRFLOW_CONN_CRM_WAREHOUSE", "postgres://nobody:made-up@127.0.0.1:1/none")
    is_good, text = WarehouseHook(postgres_conn_id="crm_warehouse").test_connection()
    assert (is_good, "made-up" in text) == (False, False)


@pytest.mark.parametrize(
    "host",
    [None, "", "127.0.0.1:1", "api.example.com/without-scheme?", "https://"],
    ids=["none", "blank", "no scheme", "odd", "scheme alone"],
)
def test_connection_without_a_usable_host_is_a_finding_and_no_crash(monkeypatch, host):
    from crm_sync.config.loader import load_source
    from crm_sync.hooks.crm import CrmHook

    facts = {"conn_type": "http", "password": "key"} | ({} if host is None else {"host": host})
    monkeypatch.setenv("AIRFLOW_CONN_SALESRABBIT_DEFAULT", json.dumps(facts))
    source = load_source(CHECKOUT / "dags" / "configs", "salesrabbit")
    is_good, text = CrmHook(source, connect=lambda: None).test_connection()
    assert (is_good, text.count("\n")) == (False, 0)
    # no request goes out by plain http because somebody left the scheme out
    assert "expected the CRM's address with https:// in front" in text


@pytest.mark.parametrize(
    ("facts", "address"),
    [
        ({"host": "https://api.example.com"}, "https://api.example.com"),
        ({"host": "api.example.com", "schema": "https"}, "https://api.example.com"),
        ({"host": "api.example.com", "schema": "https", "port": 8443}, "https://api.example.com:8443"),
    ],
    ids=["in the host", "in its own field", "with a port"],
)
def test_scheme_is_taken_from_the_host_or_from_its_own_field(monkeypatch, facts, address):
    from crm_sync.config.loader import load_source
    from crm_sync.hooks.crm import CrmHook

    connection = json.dumps({"conn_type": "http", "password": "key", **facts})
    monkeypatch.setenv("AIRFLOW_CONN_SALESRABBIT_DEFAULT", connection)
    source = load_source(CHECKOUT / "dags" / "configs", "salesrabbit")
    client = CrmHook(source, connect=lambda: None).open_client(is_paced=False)
    assert client.transport.base_url == address

"""The connection check as users run it: a process of its own with an exit code, and through the hooks."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from sandbox.salesrabbit import SalesRabbitSandbox
from tests.conformance.tables import read_everything
from tests.dags.airflow_home import CHECKOUT
from tests.e2e.conftest import build_csv_connection, build_warehouse_connection
from tests.e2e.processes import AIRFLOW, build_environment

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres, pytest.mark.timeout(900)]


@pytest.fixture
def build_home(airflow_database, tmp_path):
    def build(**connections):
        return build_environment(tmp_path / "airflow", airflow_database, **connections)

    return build


def run_check(environment, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "crm_sync", "check", *arguments],
        env=environment,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.thorough
def test_command_exits_with_0_when_all_is_well_and_writes_nothing(build_home, csv, warehouse):
    before = read_everything(warehouse)
    environment = build_home(
        AIRFLOW_CONN_CSV_DEFAULT=build_csv_connection(csv.folder),
        AIRFLOW_CONN_CRM_WAREHOUSE=build_warehouse_connection(warehouse),
    )
    result = run_check(environment, "csv")
    assert result.returncode == 0, result.stdout + result.stderr
    assert [line.split("  ")[0] for line in result.stdout.splitlines()] == ["ok"] * 4
    assert "schema crm_sync: is not there yet and may be created" in result.stdout
    assert read_everything(warehouse) == before


def test_command_exits_with_1_and_names_connections_that_are_missing(build_home):
    result = run_check(build_home(), "csv")
    assert result.returncode == 1, result.stderr
    assert "AIRFLOW_CONN_CSV_DEFAULT" in result.stdout
    assert "AIRFLOW_CONN_CRM_WAREHOUSE" in result.stdout
    assert "Traceback" not in result.stderr


def test_command_names_staging_that_can_not_be_used(build_home, csv, warehouse, tmp_path):
    (tmp_path / "file").touch()
    environment = build_home(
        AIRFLOW_CONN_CSV_DEFAULT=build_csv_connection(csv.folder),
        AIRFLOW_CONN_CRM_WAREHOUSE=build_warehouse_connection(warehouse),
        CRM_SYNC_STAGING=str(tmp_path / "file" / "runs"),
    )
    result = run_check(environment, "csv")
    assert result.returncode == 1
    *others, last = result.stdout.splitlines()
    assert [line.split("  ")[0] for line in others] == ["ok"] * 4
    assert last.startswith(f"FAILED  staging {tmp_path}/file/runs: Staging folder")


def test_command_exits_with_2_for_an_unknown_crm(build_home):
    result = run_check(build_home(), "hupspot")
    assert (result.returncode, "expected one of" in result.stderr) == (2, True)


def test_command_finds_a_connection_in_airflows_own_database_and_hides_its_key(build_home, warehouse):
    with SalesRabbitSandbox(counts={"leads": 3}, rate_limits=False).serve() as fake:
        environment = build_home(AIRFLOW_CONN_CRM_WAREHOUSE=build_warehouse_connection(warehouse))
        key = "hidden-key-5501"
        connection = json.dumps({"conn_type": "http", "host": fake.url, "password": key})
        subprocess.run(
            [AIRFLOW, "connections", "add", "salesrabbit_default", "--conn-json", connection],
            env=environment, cwd=CHECKOUT, capture_output=True, check=True,
        )  # fmt: skip
        result = run_check(environment, "salesrabbit")
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

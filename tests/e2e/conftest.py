"""Fixtures of the end-to-end tests: Airflow's database, a warehouse, and fake accounts behind connections."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extensions import parse_dsn

from crm_sync.config.loader import load_source
from tests.conformance.account_csv import CsvAccount
from tests.conformance.account_hubspot import HubSpotAccount
from tests.dags.airflow_home import HOME, dags_folder, filter_warnings, initialise_database
from tests.warehouse import Warehouse


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let Airflow's own warnings pass in this folder's tests: its conftest.py is asked for them alone."""
    filter_warnings(item)


@pytest.fixture(scope="package", autouse=True)
def airflow_database() -> Iterator[Path]:
    """A metadata database, and the DAG folder of the session's Airflow."""
    with dags_folder(HOME / "dags"):
        yield initialise_database()


@pytest.fixture
def airflow_environment(empty_warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Connection to an empty warehouse, and a staging folder of the test's own, which it gives."""
    monkeypatch.setenv("AIRFLOW_CONN_CRM_WAREHOUSE", build_warehouse_connection(empty_warehouse))
    monkeypatch.setenv("CRM_SYNC_STAGING", str(tmp_path / "staging"))
    return tmp_path / "staging"


@pytest.fixture
def warehouse(airflow_environment: Path, empty_warehouse: Warehouse) -> Warehouse:
    """The database that the connection crm_warehouse names; the first run makes the crm_sync schema."""
    return empty_warehouse


@pytest.fixture
def open_hubspot(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Start a fake HubSpot account and name it in its Airflow connection."""
    from sandbox.hubspot import HubSpotSandbox

    with ExitStack() as stack:

        def start(crm_source: str = "hubspot", **settings: Any) -> HubSpotAccount:
            fake = HubSpotSandbox(**{"rate_limits": False, "counts": COUNTS, **settings})
            stack.enter_context(fake.serve())
            monkeypatch.setenv(f"AIRFLOW_CONN_{crm_source.upper()}_DEFAULT", build_hubspot_connection(fake))
            source = load_source(HOME / "dags" / "configs", crm_source)
            return HubSpotAccount(fake, source, {"rate_limits": False})

        yield start


@pytest.fixture
def hubspot(open_hubspot: Callable[..., HubSpotAccount]) -> HubSpotAccount:
    """A small account behind hubspot_default."""
    return open_hubspot()


@pytest.fixture
def csv(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CsvAccount:
    """A folder with a small CSV file behind csv_default."""
    folder = tmp_path / "files"
    folder.mkdir()
    monkeypatch.setenv("AIRFLOW_CONN_CSV_DEFAULT", build_csv_connection(folder))
    return CsvAccount(load_source(HOME / "dags" / "configs", "csv"), folder, 300)


@pytest.fixture
def read_log(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Give everything that was logged or printed so far; Airflow's own lines do not all go the same way."""
    return lambda: caplog.text + "".join(capfd.readouterr())


COUNTS = {
    "contacts": 250,
    "companies": 120,
    "deals": 120,
    "tickets": 60,
    "products": 40,
    "line_items": 60,
    "calls": 60,
    "owners": 30,
}


def build_warehouse_connection(warehouse: Warehouse) -> str:
    """Give the Airflow connection of a database."""
    parts = parse_dsn(warehouse.dsn)
    return json.dumps(
        {
            "conn_type": "postgres",
            "host": parts["host"],
            "port": int(parts.get("port", 5432)),
            "login": parts.get("user"),
            "password": parts.get("password"),
            "schema": parts["dbname"],
        }
    )


def build_hubspot_connection(fake: Any, **extra: Any) -> str:
    """Give the Airflow connection of a fake account."""
    extra = {"auth": "private_app", "rate_limits": False, **extra}
    return json.dumps({"conn_type": "http", "host": fake.url, "password": fake.access_token, "extra": extra})


def build_csv_connection(folder: Path) -> str:
    """Give the Airflow connection of a folder."""
    return json.dumps({"conn_type": "fs", "extra": {"path": str(folder)}})

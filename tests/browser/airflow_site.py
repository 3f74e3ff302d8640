"""An Airflow with a history of three CRMs, whose runs went well, were partial, and failed."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import pytest
import requests
from psycopg2.extensions import make_dsn, parse_dsn

from crm_sync.config.loader import load_source
from sandbox.hubspot import HubSpotSandbox
from sandbox.salesrabbit import SalesRabbitSandbox
from tests.chromium import GIVEN_PREFIX
from tests.conformance.account_csv import CsvAccount
from tests.conformance.account_hubspot import HubSpotAccount
from tests.dags.airflow_home import HOME, dags_folder, initialise_database, replace_text
from tests.e2e.conftest import build_csv_connection, build_hubspot_connection, build_warehouse_connection
from tests.e2e.dag_runs import run_dag
from tests.e2e.processes import AirflowServices, build_environment, running_services
from tests.warehouse import Warehouse

HUBSPOT, SALESRABBIT, CSV = "crm_sync_hubspot", "crm_sync_salesrabbit", "crm_sync_csv"
VERIFY = "crm_sync_verify"
ENTITIES = ["contacts", "companies"]
PREFIX = os.environ.get(GIVEN_PREFIX, "")
_USERS = {"admin": "admin", "viewer": "viewer"}
"""Role by name; a user's password is the name."""
_BAD_CODES = ("501", "1420", "99")
_COUNTS = {"contacts": 240, "companies": 120, "deals": 20, "owners": 10, "products": 20}


@dataclass
class Site:
    """What the tests look at, and turn."""

    services: AirflowServices
    hubspot: HubSpotSandbox
    salesrabbit: SalesRabbitSandbox
    warehouse: Warehouse
    run_id: str
    """Of HubSpot's first run."""
    dry_run_id: str
    """Of a run that would have changed two companies."""
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where Airflow's UI is, without a slash at the end."""
        return self.services.url

    def log_in(self, user: str) -> str:
        """Give the token of a user, which is also what the UI's cookie holds."""
        if user not in self.tokens:
            answer = requests.post(
                f"{self.url}/auth/token", json={"username": user, "password": user}, timeout=30
            )
            self.tokens[user] = str(answer.json()["access_token"])
        return self.tokens[user]

    @contextmanager
    def without_warehouse(self) -> Iterator[None]:
        """Let the warehouse take no sessions for a while, and end those that are open."""
        name = parse_dsn(self.warehouse.dsn)["dbname"]
        self.warehouse.close()
        with closing(psycopg2.connect(make_dsn(self.warehouse.dsn, dbname="template1"))) as server:
            server.autocommit = True
            with server.cursor() as cursor:
                cursor.execute(f'alter database "{name}" allow_connections false')
                cursor.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,)
                )
                try:
                    yield
                finally:
                    cursor.execute(f'alter database "{name}" allow_connections true')

    @contextmanager
    def working(self) -> Iterator[None]:
        """Let runs begin; a scheduler costs as much as many tests, so it runs only where one is needed."""
        with self.services.running_beside("scheduler"):
            yield

    def unpause(self, dag_id: str) -> None:
        """Switch a DAG on."""
        self.services.call("PATCH", f"dags/{dag_id}", is_paused=False)


def open_account(fake: HubSpotSandbox) -> HubSpotAccount:
    """Give the account of a fake, with its own ways to change records."""
    return HubSpotAccount(fake, load_source(HOME / "dags" / "configs", "hubspot"), {})


@contextmanager
def running_site(
    folder: Path, warehouse: Warehouse, run_more: Callable[[HubSpotSandbox], None] = lambda _: None
) -> Iterator[Site]:
    """Make a history by real runs, then serve it.

    Args:
        folder: for Airflow's home and the files of a CRM.
        warehouse: an empty database.
        run_more: makes further runs before Airflow starts.
    """
    with ExitStack() as stack:
        hubspot = HubSpotSandbox(rate_limits=False, counts=_COUNTS)
        salesrabbit = SalesRabbitSandbox(rate_limits=False, counts={"leads": 90, "users": 12})
        for fake in (hubspot, salesrabbit):
            stack.enter_context(fake.serve())
        files = folder / "files"
        files.mkdir(parents=True)
        _write_codes(files)
        connections = {
            "AIRFLOW_CONN_HUBSPOT_DEFAULT": build_hubspot_connection(hubspot, rate_limits=True),
            "AIRFLOW_CONN_SALESRABBIT_DEFAULT": json.dumps(
                {"conn_type": "http", "host": salesrabbit.url, "password": salesrabbit.config.access_token}
            ),
            "AIRFLOW_CONN_CSV_DEFAULT": build_csv_connection(files),
            "AIRFLOW_CONN_CRM_WAREHOUSE": build_warehouse_connection(warehouse),
        }
        dags = _copy_dags(folder / "airflow" / "dags")
        with pytest.MonkeyPatch.context() as patch:
            for name, text in connections.items():
                patch.setenv(name, text)
            patch.setenv("CRM_SYNC_STAGING", str(folder / "staging"))
            with dags_folder(dags):
                run_ids = _make_history(hubspot, salesrabbit)
                run_more(hubspot)
        environment = _build_environment(folder / "airflow", connections)
        home, names = folder / "airflow", ("api-server",)
        services = stack.enter_context(
            running_services(home, environment, names=names, users=_USERS, prefix=PREFIX)
        )
        yield Site(services, hubspot, salesrabbit, warehouse, *run_ids)


def _make_history(hubspot: HubSpotSandbox, salesrabbit: SalesRabbitSandbox) -> tuple[str, str]:
    """Run whole DAGs in this process, as `airflow dags test` does; gives HubSpot's run and its dry run."""
    initialise_database()
    first = run_dag(HUBSPOT, {"entities": ENTITIES})
    assert first.state == "success"
    account = open_account(hubspot)
    account.change(account.source.entities["companies"], 2)
    dry = run_dag(HUBSPOT, {"entities": ["companies"], "full": True, "dry_run": True})
    assert dry.state == "success"
    assert run_dag(CSV).state == "success"
    salesrabbit.faults.add("unauthorized", "*/users", times=None)
    assert run_dag(SALESRABBIT, {"entities": ["leads", "users"]}).state == "failed"
    salesrabbit.faults.clear()
    return first.run_id, dry.run_id


def _write_codes(folder: Path) -> None:
    """A file of ZIP codes, three of which a spreadsheet has shortened."""
    account = CsvAccount(load_source(HOME / "dags" / "configs", "csv"), folder, 60)
    for row, code in zip(account.rows, _BAD_CODES, strict=False):
        row[account.header.index("zip_code")] = code
    account.write()


def _copy_dags(target: Path) -> Path:
    """Three CRMs, and what compares them; they run only when a test starts them, whatever the hour."""
    import shutil

    shutil.copytree(HOME / "dags", target, ignore=shutil.ignore_patterns("__pycache__"))
    for stub in target.glob("crm_sync_*.py"):
        if stub.stem not in {HUBSPOT, SALESRABBIT, CSV, VERIFY}:
            stub.unlink()
    for name in ("hubspot", "csv"):
        replace_text(target / "configs" / name / "source.yaml", 'schedule: "0 * * * *"', "schedule: null")
    replace_text(target / f"{VERIFY}.py", 'schedule="40 4 * * *"', "schedule=None")
    return target


def _build_environment(home: Path, connections: dict[str, str]) -> dict[str, str]:
    copy = home / "with_history.db"
    with closing(sqlite3.connect(HOME / "airflow.db")) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return build_environment(home, copy, **connections)

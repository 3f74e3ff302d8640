"""The page's API over a scratch warehouse, asked by people with different rights."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.dags.airflow_home import CONFIGS, filter_warnings, initialise_database

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from tests.warehouse import Warehouse

SHOWN = ("salesrabbit", "csv")
"""CRMs that the scratch folder of YAML has."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let Airflow's own warnings pass in this folder's tests: its conftest.py is asked for them alone."""
    filter_warnings(item)


@pytest.fixture(scope="package")
def airflow_database() -> Iterator[None]:
    """Airflow's database with the DAGs of the CRMs; what is added goes again."""
    initialise_database()
    from airflow.models.dag import DagModel
    from airflow.models.dagbundle import DagBundleModel
    from airflow.utils.session import create_session

    paused: dict[str, bool] = {}
    with create_session() as session:
        session.add(DagBundleModel(name="web-tests"))
        session.flush()
        for dag_id in (f"crm_sync_{name}" for name in SHOWN):
            # other tests of this process may have left it there
            if (dag := session.get(DagModel, dag_id)) is not None:
                paused[dag_id], dag.is_paused = bool(dag.is_paused), False
            else:
                session.add(DagModel(dag_id=dag_id, bundle_name="web-tests", fileloc="x", is_paused=False))
    yield
    with create_session() as session:
        for dag_id in (f"crm_sync_{name}" for name in SHOWN):
            if dag_id in paused:
                session.get(DagModel, dag_id).is_paused = paused[dag_id]
            else:
                session.delete(session.get(DagModel, dag_id))
        session.flush()
        session.delete(session.get(DagBundleModel, "web-tests"))


@pytest.fixture(scope="package")
def auth_manager(airflow_database: None) -> Iterator[Any]:
    """Airflow's simple auth manager, which here heeds the name of the DAG: `other` may see csv alone."""
    from airflow.api_fastapi.app import init_auth_manager, purge_cached_app

    with pytest.MonkeyPatch.context() as patch:
        manager = init_auth_manager()
        authorise = manager.is_authorized_dag

        def by_dag(*, method: str, user: Any, details: Any = None, access_entity: Any = None) -> bool:
            if user.username == "other" and (details is None or details.id != "crm_sync_csv"):
                return False
            if user.username == "reader" and access_entity is not None:
                return False
            return authorise(method=method, user=user, details=details, access_entity=access_entity)

        patch.setattr(manager, "is_authorized_dag", by_dag)
        yield manager
    purge_cached_app()


@pytest.fixture(scope="package")
def tokens(auth_manager: Any) -> dict[str, str]:
    """A token for each of the people."""
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    roles = {"other": "viewer", "reader": "viewer", "viewer": "viewer", "editor": "op"}
    return {
        name: auth_manager.generate_jwt(SimpleAuthManagerUser(username=name, role=role))
        for name, role in roles.items()
    }


@pytest.fixture
def configs(tmp_path: Path) -> Path:
    """A folder of YAML with two CRMs."""
    folder = tmp_path / "configs"
    folder.mkdir()
    shutil.copy(CONFIGS / "defaults.yaml", folder)
    for name in SHOWN:
        shutil.copytree(CONFIGS / name, folder / name)
    return folder


@pytest.fixture(scope="package")
def shared_warehouse(make_warehouse: Callable[..., Warehouse]) -> Warehouse:
    """A migrated database for all tests, emptied before each."""
    return make_warehouse(migrated=True)


@pytest.fixture
def warehouse(shared_warehouse: Warehouse) -> Iterator[Warehouse]:
    """A migrated database without history."""
    shared_warehouse.empty()
    yield shared_warehouse
    shared_warehouse.close()


@pytest.fixture
def make_app(auth_manager: Any, configs: Path) -> Callable[..., Any]:
    """Builds the app over any warehouse."""
    from crm_sync.web.app import build_app
    from crm_sync.web.configured import ConfiguredReader
    from crm_sync.web.reach import Reach

    def make(open_warehouse: Callable[..., Any]) -> Any:
        reader = ConfiguredReader(lambda: configs, pause_s=0)
        return build_app(Reach(configs=reader, open_warehouse=open_warehouse))

    return make


@pytest.fixture
def make_client(make_app: Callable[..., Any], tokens: dict[str, str]) -> Callable[..., TestClient]:
    """Builds a client of one of the people: `make_client("viewer", connect)`."""
    from fastapi.testclient import TestClient

    def make(who: str, connect: Callable[[], Any]) -> TestClient:
        headers = {"Authorization": f"Bearer {tokens[who]}"}
        return TestClient(make_app(lambda _: connect), headers=headers, raise_server_exceptions=False)

    return make


@pytest.fixture
def viewer(make_client: Callable[..., TestClient], warehouse: Warehouse) -> TestClient:
    """Somebody who may see all DAGs."""
    return make_client("viewer", warehouse.connect)


@pytest.fixture
def editor(make_client: Callable[..., TestClient], warehouse: Warehouse) -> TestClient:
    """Somebody who may edit all DAGs."""
    return make_client("editor", warehouse.connect)


@pytest.fixture
def add_run(warehouse: Warehouse) -> Callable[..., int]:
    """Writes a run that ended some minutes ago; gives its number."""

    def add(
        sync_type: str = "leads",
        *,
        ago: int = 60,
        status: str = "success",
        metrics: dict[str, Any] | None = None,
        error: str | None = None,
        crm_source: str = "salesrabbit",
        **configuration: Any,
    ) -> int:
        # not when the tests were collected: that may be half an hour ago
        end = datetime.now(UTC) - timedelta(minutes=ago)
        window = {
            "until": (end - timedelta(minutes=1)).isoformat(),
            "since": (end - timedelta(hours=1)).isoformat(),
            "complete": status in {"success", "partial"},
            "mode": "delta",
        }
        noted = {"window": window, "table": f"{crm_source}.{sync_type}", **configuration}
        told = {"records_unchanged": 4, "api_calls": 3, **(metrics or {})}
        (number,) = warehouse.fetch_one(
            """
            insert into crm_sync.sync_history (
                crm_source, sync_type, status, start_time, end_time, error_message, records_processed,
                records_created, performance_metrics, configuration
            )
            values (%s, %s, %s, %s, %s, %s, 10, 6, %s, %s)
            returning id
            """,
            (
                *(crm_source, sync_type, status, end - timedelta(seconds=20)),
                *(None if status == "running" else end, error, json.dumps(told), json.dumps(noted)),
            ),
        )
        warehouse.execute(
            """
            insert into crm_sync.sync_owners (
                sync_history_id, dag_id, run_id, try_number, in_process, host, pid, token
            )
            values (%s, %s, 'manual__2026-11-30T10:00:00+00:00', 1, false, 'h', 1, gen_random_uuid())
            """,
            (number, f"crm_sync_{crm_source}"),
        )
        return number

    return add


@pytest.fixture
def add_reject(warehouse: Warehouse) -> Callable[..., int]:
    """Writes an open reject; gives its number."""

    def add(
        record_id: str,
        *,
        rule: str = "type",
        field: str = "email",
        run: int | None = None,
        error: str = "not a valid email: odd@",
        value: str | None = "odd@",
        crm_source: str = "salesrabbit",
        sync_type: str = "leads",
    ) -> int:
        (number,) = warehouse.fetch_one(
            """
            insert into crm_sync.rejected_records (
                sync_history_id, crm_source, sync_type, record_id, field, rule, error, value, record
            )
            values (%s, %s, %s, %s, %s, %s, %s, %s, '{"id": 7, "email": "odd@"}')
            returning id
            """,
            (run, crm_source, sync_type, record_id, field, rule, error, value),
        )
        return number

    return add


@pytest.fixture
def add_proof(warehouse: Warehouse) -> Callable[..., None]:
    """Writes a comparison of all leads with their source, an hour after the one before."""
    hours = itertools.count(10)

    def add(verdict: str, *, source: int | None = None, table: int | None = None) -> None:
        example = {"kind": "stale", "record_id": "7", "column": "name", "source": "Ada", "table": None}
        is_different = verdict == "different"
        hour = next(hours)
        warehouse.execute(
            """
            insert into crm_sync.proofs (
                crm_source, sync_type, method, started_at, ended_at, source_count, table_count, compared,
                differences, examples, verdict, reason
            )
            values ('salesrabbit', 'leads', 'full', '2026-11-30 09:00Z', %s, %s, %s, 5, %s, %s, %s, 'why')
            """,
            (
                *(f"2026-11-30 {hour}:00Z", source, table, int(is_different)),
                *(json.dumps([example] if is_different else []), verdict),
            ),
        )

    return add

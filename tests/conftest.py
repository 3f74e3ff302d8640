"""Fixtures shared by all tests: one PostgreSQL per session, one fresh database per test."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import psycopg2
import pytest
from psycopg2.extensions import make_dsn, parse_dsn

from sandbox.frame.sandbox import Sandbox
from tests import workers
from tests.mariadb_server import mariadb, mariadb_database
from tests.remembered_stores import copy_or_generate
from tests.warehouse import Warehouse

__all__ = ["Warehouse", "mariadb", "mariadb_database"]

_PREFIX = "crm-sync-pg-"
# a busy machine is no fault: no example has a time limit
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")
Sandbox.make_store = staticmethod(copy_or_generate)  # type: ignore[method-assign]


def pytest_xdist_auto_num_workers() -> int:
    """Say how many workers `--numprocesses auto` means."""
    return workers.count_workers()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each worker begin with its share of the long tests."""
    if count := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")):
        items[:] = workers.deal_long_ones(items, count, lambda item: workers.find_whole_run(item.path))


def pytest_collection_finish() -> None:
    """Have what lives as long as the tests looked through once, and what they make not every 700 objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _admin(dsn: str, *statements: str) -> None:
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def _remove_left_servers(parent: Path) -> None:
    """Stop the servers of test sessions that were killed; in memory they would stay until the next boot."""
    from sandbox.postgres import EmbeddedPostgres

    for owner in parent.glob(f"{_PREFIX}*/owner"):
        with contextlib.suppress(OSError, ValueError):
            pid = int(owner.read_text())
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                EmbeddedPostgres(owner.parent, 0, "", 18).stop()
                shutil.rmtree(owner.parent, ignore_errors=True)


def _find_fast_folder() -> str | None:
    """Prefer memory: a fresh database is 300 small files, which many disks take a third of a second for."""
    shared_memory = Path("/dev/shm")
    if not shared_memory.is_dir() or not os.access(shared_memory, os.W_OK):
        return None
    return str(shared_memory) if shutil.disk_usage(shared_memory).free > 2 * 2**30 else None


def _make_logins_cheap(dsn: str) -> None:
    """Hash the password in one round: tests open tens of thousands of sessions, 4,096 rounds each."""
    _admin(dsn, "set scram_iterations = 1", f"alter role postgres password '{parse_dsn(dsn)['password']}'")


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """DSN of a server where the tests may create databases: CRM_SYNC_TEST_DSN, else an embedded one."""
    given = os.environ.get("CRM_SYNC_TEST_DSN")
    if given:
        yield given
        return
    from sandbox.postgres import start_postgres

    parent = _find_fast_folder() or tempfile.gettempdir()
    _remove_left_servers(Path(parent))
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    (folder / "owner").write_text(str(os.getpid()))
    try:
        server = start_postgres(folder, durable=False)
    except RuntimeError as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.fail(str(error), pytrace=False)
    _make_logins_cheap(server.dsn)
    yield server.dsn
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def make_warehouse(
    postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Warehouse]]:
    """Factory of fresh databases; `migrated=True` copies one that already has the crm_sync schema."""
    template = f"crm_sync_template_{uuid.uuid4().hex[:8]}"
    state = {"template": False}
    names: list[str] = []

    def make(*, migrated: bool = False) -> Warehouse:
        name = f"crm_sync_test_{uuid.uuid4().hex[:8]}"
        if migrated and not state["template"]:
            from crm_sync.storage.migrations import migrate

            _admin(postgres_dsn, f"create database {template}")
            migrate(lambda: psycopg2.connect(make_dsn(postgres_dsn, dbname=template)))
            state["template"] = True
        source = template if migrated else "template0"
        _admin(postgres_dsn, f"create database {name} template {source} strategy file_copy")
        names.append(name)
        return Warehouse(make_dsn(postgres_dsn, dbname=name))

    yield make
    for name in [*names, template]:
        _admin(postgres_dsn, f"drop database if exists {name} with (force)")


@pytest.fixture
def empty_warehouse(make_warehouse: Callable[..., Warehouse]) -> Iterator[Warehouse]:
    """A fresh database without anything in it."""
    warehouse = make_warehouse()
    yield warehouse
    warehouse.close()


@pytest.fixture
def warehouse(make_warehouse: Callable[..., Warehouse]) -> Iterator[Warehouse]:
    """A fresh database with the crm_sync schema migrated."""
    warehouse = make_warehouse(migrated=True)
    yield warehouse
    warehouse.close()

"""Fixtures for the legacy MySQL CRM: one MariaDB per session, one fresh database per test that wants one."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from sandbox.mariadb import MariaDBServer, parse_url, start_mariadb
from sandbox.mariadb_program import NoMariaDBError

_PREFIX = "crm-sync-mariadb-"
GIVEN = "CRM_SYNC_TEST_MARIADB"
"""Environment variable with the address of a running server; its user may create databases and users."""


@dataclass(frozen=True)
class MariaDBDatabase:
    """A database of its own on the session's server."""

    server: MariaDBServer
    name: str

    def fetch_all(self, sql: str, values: object = None) -> list[tuple]:
        """Run one statement and return its rows."""
        connection = self.server.connect(self.name)
        try:
            cursor = connection.cursor()
            cursor.execute(sql, values)
            return list(cursor.fetchall())
        finally:
            connection.close()

    def execute(self, *statements: str) -> None:
        """Run statements, one after the other."""
        self.server.run(*statements, database=self.name)


def _remove_left_servers(parent: Path) -> None:
    """Stop the servers of test sessions that were killed."""
    for owner in parent.glob(f"{_PREFIX}*/owner"):
        try:
            os.kill(int(owner.read_text()), 0)
        except ProcessLookupError:
            MariaDBServer("", 0, "", "", owner.parent).stop()
            shutil.rmtree(owner.parent, ignore_errors=True)
        except (OSError, ValueError):
            continue


@cache
def share_mariadb() -> MariaDBServer:
    """Give the session's server, started when it is first asked for and stopped at the end of the process.

    It is the one that CRM_SYNC_TEST_MARIADB names, else our own. A machine without one skips the test, or
    fails it where CI says that there must be one.
    """
    if given := os.environ.get(GIVEN):
        return parse_url(given)
    # not in memory: its log and table files are 100 MB, and it never waits for the disk
    parent = Path(tempfile.gettempdir())
    _remove_left_servers(parent)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    (folder / "owner").write_text(str(os.getpid()))
    try:
        server = start_mariadb(folder, durable=False)
    except NoMariaDBError as error:
        shutil.rmtree(folder, ignore_errors=True)
        if os.environ.get("CI") == "true":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))

    def stop() -> None:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    return server


@pytest.fixture(scope="session")
def mariadb() -> MariaDBServer:
    """A server whose user may create databases."""
    return share_mariadb()


@pytest.fixture
def mariadb_database(mariadb: MariaDBServer) -> Iterator[MariaDBDatabase]:
    """A fresh database without a table."""
    name = f"crm_sync_test_{uuid.uuid4().hex[:8]}"
    mariadb.run(f"create database `{name}`")
    yield MariaDBDatabase(mariadb, name)
    mariadb.run(f"drop database `{name}`")

"""A warehouse of its own for a fuzz run that no test session gives one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg2.extensions import make_dsn

from crm_sync.storage.migrations import migrate
from sandbox.postgres import start_postgres
from tests.conftest import Warehouse, _admin, _find_fast_folder


@contextmanager
def opened_warehouse() -> Iterator[Warehouse]:
    """Start an embedded PostgreSQL with a migrated database; it goes with the block."""
    folder = Path(tempfile.mkdtemp(prefix="crm-sync-pg-", dir=_find_fast_folder()))
    (folder / "owner").write_text(str(os.getpid()))
    server = start_postgres(folder, durable=False)
    try:
        _admin(server.dsn, "create database fuzz")
        warehouse = Warehouse(make_dsn(server.dsn, dbname="fuzz"))
        migrate(warehouse.connect)
        yield warehouse
        warehouse.close()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

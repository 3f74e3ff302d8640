"""The product's stages over a table in MariaDB, called in process as its tasks call them."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import mysql.connector

from bench.product import Run, make_connect
from bench.sql_tables import CRM_SOURCE, SYNC_TYPE, load_orders
from crm_sync.constants import Stage
from crm_sync.sources.base import Source
from crm_sync.sources.registry import create_source
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.mysql import MySqlDialect
from crm_sync.storage.history.sync_owners import RunIdentity, SyncOwner
from crm_sync.storage.history.watermark import read_watermark
from crm_sync.storage.staging import Staging, open_staging
from crm_sync.sync.fetch import fetch_entity
from crm_sync.sync.fetch_job import FetchJob
from crm_sync.sync.validate import check_rules


def connect_source(url: str) -> mysql.connector.MySQLConnection:
    """Connect as the hook does; `url` is mysql://user:password@host:port/database."""
    parts = urlsplit(url)
    return mysql.connector.connect(  # type: ignore[return-value]  # no pool was asked for
        host=parts.hostname,
        port=parts.port,
        user=parts.username,
        password=parts.password,
        database=parts.path.lstrip("/"),
        charset="utf8mb4",
        collation="utf8mb4_general_ci",
        autocommit=True,
        read_timeout=330,
    )


@dataclass
class SqlRun(Run):
    """One run of the table; `url` names its database."""

    def __post_init__(self) -> None:
        self.source, self.entity = load_orders()
        self.connect = make_connect(self.dsn)
        identity = RunIdentity(
            CRM_SOURCE, SYNC_TYPE, "bench", self.run_id, 1, False, socket.gethostname(), os.getpid()
        )
        self.owner = SyncOwner(self.connect, identity, is_run_ended=lambda _dag_id, _run_id: True)

    def fetch(self) -> None:
        """From the table into raw chunks."""
        check_rules(self.entity)
        watermark = read_watermark(self.connect, CRM_SOURCE, SYNC_TYPE)
        source = self.open_source()
        try:
            job = FetchJob(self.entity, self.options, self._open_staging(), source, watermark)
            self._record(Stage.FETCH, fetch_entity(job).metrics)
        finally:
            source.close()

    def open_source(self) -> Source:
        """Give what the CRM hook gives."""
        database = SqlDatabase(MySqlDialect(), lambda: connect_source(self.url), "bench")
        return create_source(self.source, self.entity, database=database)

    def _open_staging(self) -> Staging:
        base = self.folder / CRM_SOURCE / SYNC_TYPE / str(self.history_id)
        return open_staging(base, crm_source=CRM_SOURCE, sync_type=SYNC_TYPE)

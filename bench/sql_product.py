"""The product's own run over a table in MariaDB, stage by stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import mysql.connector

from bench.product import Run, make_connect
from bench.sql_tables import load_orders
from crm_sync.config.models import EntityConfig
from crm_sync.sources.base import Source
from crm_sync.sources.registry import create_source
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.mysql import MySqlDialect


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

    def open_source(self, entity: EntityConfig, *, stop: Callable[[], bool]) -> Source:
        """Give what the CRM hook gives."""
        database = SqlDatabase(MySqlDialect(), lambda: connect_source(self.url), "bench", stop=stop)
        return create_source(self.source, entity, database=database)

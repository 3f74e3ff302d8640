"""Opens the legacy CRM's database as the hook does, here and in the processes that tests start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mysql.connector

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.sources.base import Source
from crm_sync.sources.registry import create_source
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.kinds import Statement
from crm_sync.sources.sql.mysql import MySqlDialect


class WatchedDialect(MySqlDialect):
    """Tells before each read of rows.

    Args:
        tell: called with the connection and the statement.
    """

    def __init__(self, tell: Callable[[Any, Statement], None]) -> None:
        self._tell = tell

    def fetch(self, connection: Any, statement: Statement, kinds: Any) -> Any:
        self._tell(connection, statement)
        return super().fetch(connection, statement, kinds)


def open_database(facts: Mapping[str, Any], dialect: MySqlDialect, stop: Callable[[], bool]) -> SqlDatabase:
    """Give the database that an account's facts name; its clock runs ahead by what they say."""

    def connect() -> Any:
        connection = mysql.connector.connect(
            host=facts["host"],
            port=facts["port"],
            user=facts["login"],
            password=facts["password"],
            database=facts["database"],
            charset="utf8mb4",
            collation="utf8mb4_general_ci",
            autocommit=True,
            connection_timeout=10,
        )
        if offset_s := facts["clock_offset_s"]:
            cursor = connection.cursor()
            cursor.execute("SET SESSION timestamp = UNIX_TIMESTAMP(NOW(6)) + %s", (offset_s,))
            cursor.close()
        return connection

    return SqlDatabase(dialect, connect, "genius_default", stop)


def open_sql_source(
    source: SourceConfig,
    entity: EntityConfig,
    facts: Mapping[str, Any],
    _connect: Callable[[], Any],
    *,
    stop: Callable[[], bool] = lambda: False,
) -> Source:
    """Build the source of a database that another process made."""
    return create_source(source, entity, database=open_database(facts, MySqlDialect(), stop))

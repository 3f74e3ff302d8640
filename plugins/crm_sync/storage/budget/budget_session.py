"""The connection on which a process asks the warehouse for its turns; what is asked is the budget's."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg2

from crm_sync.storage.connections import Connect, translate_outage
from crm_sync.storage.sql_files import load_sql

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgConnection


@dataclass(frozen=True)
class Way:
    """When the warehouse was asked, and when its answer was there, by the monotonic clock."""

    asked_at: float
    answered_at: float


class BudgetSession:
    """One connection in autocommit, on which the threads of a process take turns.

    Args:
        connect: makes the connection; called again when it was lost, and in a process that was forked.
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._mutex = threading.Lock()
        self._connection: PgConnection | None = None
        self._pid = os.getpid()

    def ask(self, query: str, parameters: Mapping[str, object]) -> tuple[tuple[Any, ...] | None, Way]:
        """Run one query; return its row, and when it was asked and answered."""
        with self._mutex, translate_outage():
            try:
                return self._execute(query, parameters)
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                # Once more on a new connection: the old one may have died while nobody used it.
                self._drop_connection()
                return self._execute(query, parameters)

    def _execute(self, query: str, parameters: Mapping[str, object]) -> tuple[tuple[Any, ...] | None, Way]:
        if self._connection is None or self._connection.closed or self._pid != os.getpid():
            self._connection = self._open()
            self._pid = os.getpid()
        with self._connection.cursor() as cursor:
            asked_at = time.monotonic()
            cursor.execute(load_sql(query), parameters)
            way = Way(asked_at, time.monotonic())
            return (cursor.fetchone() if cursor.description else None), way

    def _open(self) -> PgConnection:
        connection = self._connect()
        connection.rollback()
        connection.autocommit = True
        with connection.cursor() as cursor:
            # No flush per call: after a crash of the server the promises of its last moment are forgotten, no
            # more.
            cursor.execute("set synchronous_commit = off; set statement_timeout = '30s'")
            cursor.execute("select set_config('application_name', 'crm_sync rate budget', false)")
        return connection

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        # A connection made before a fork belongs to the parent process.
        if connection is not None and self._pid == os.getpid():
            with contextlib.suppress(psycopg2.Error):
                connection.close()

    def close(self) -> None:
        """Close the connection; a later question opens another."""
        with self._mutex:
            self._drop_connection()

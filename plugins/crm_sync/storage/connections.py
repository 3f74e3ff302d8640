"""Opens short transactions and names outages; what is done in them is left to others."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import psycopg2
from psycopg2 import errors

from crm_sync.exceptions import DatabaseUnavailableError

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgConnection, PgCursor

Connect = Callable[[], "PgConnection"]
"""Makes a fresh connection with autocommit off; the caller closes it."""

NO_SCHEMA = (errors.UndefinedFunction, errors.UndefinedTable, errors.InvalidSchemaName)
"""What a dry run meets in a warehouse that no real run has touched yet."""

_KEPT_S = 30
"""Longest idle time of a kept connection: firewalls and poolers drop some in silence, after minutes."""

_NOT_THE_SERVER = (
    errors.QueryCanceled,
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
)
"""Operational errors of a single statement, which say nothing about the server."""


@contextlib.contextmanager
def translate_outage() -> Iterator[None]:
    """Turn a lost or refused connection into an error of ours; any other database error passes through.

    Raises:
        DatabaseUnavailableError: the server can't be reached, went away, or is read-only.
    """
    try:
        yield
    except _NOT_THE_SERVER:
        raise
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        raise DatabaseUnavailableError(f"the warehouse can't be used: {_first_line(error)}") from error
    except errors.ReadOnlySqlTransaction as error:
        raise DatabaseUnavailableError(f"the warehouse is read-only: {_first_line(error)}") from error


class KeptConnection:
    """Makes connections, and keeps one for the next short transaction: a run has a dozen of them.

    A login costs more than what is done after it: 8 ms of the server's work and 1 ms of ours against 0.1 ms
    (PostgreSQL 18 on the same machine, 2026-11-29), and over TLS several round trips.

    Args:
        connect: makes them.
        clock: seconds that only grow.
    """

    def __init__(self, connect: Connect, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._connect, self._clock = connect, clock
        self._mutex = threading.Lock()
        self._kept: tuple[PgConnection, float] | None = None

    def __call__(self) -> PgConnection:
        """Make a fresh connection for the caller, who closes it."""
        return self._connect()

    def take(self) -> PgConnection | None:
        """Give the kept connection, if it was used a moment ago: a longer idle one may be cut on its way."""
        with self._mutex:
            kept, self._kept = self._kept, None
        if kept is not None and self._clock() - kept[1] > _KEPT_S:
            kept[0].close()
            return None
        return None if kept is None else kept[0]

    def keep(self, connection: PgConnection) -> None:
        """Keep a connection that has no open transaction; one too many is closed."""
        with self._mutex:
            former, self._kept = self._kept, (connection, self._clock())
        if former is not None:
            former[0].close()

    def close(self) -> None:
        """Close what is kept; another transaction may follow."""
        if (connection := self.take()) is not None:
            connection.close()


@contextlib.contextmanager
def open_transaction(connect: Connect, *, timeout_s: int = 60) -> Iterator[PgCursor]:
    """Give a cursor in a transaction of its own: committed at the end, rolled back on an exception.

    Args:
        connect: makes the connection, which is closed afterwards, or kept by a `KeptConnection`.
        timeout_s: longest time for one statement, waiting for locks included.

    Raises:
        DatabaseUnavailableError: the server can't be reached or went away.
    """
    with translate_outage():
        connection = _begin(connect, timeout_s)
        try:
            with connection, connection.cursor() as cursor:
                yield cursor
        except BaseException:
            connection.close()
            raise
        if isinstance(connect, KeptConnection):
            connect.keep(connection)
        else:
            connection.close()


def _begin(connect: Connect, timeout_s: int) -> PgConnection:
    """Begin a transaction; a kept connection that turns out to be lost is replaced: nothing was done yet."""
    kept = connect.take() if isinstance(connect, KeptConnection) else None
    if kept is not None:
        with contextlib.suppress(psycopg2.OperationalError, psycopg2.InterfaceError):
            return _set_timeout(kept, timeout_s)
    return _set_timeout(connect(), timeout_s)


def _set_timeout(connection: PgConnection, timeout_s: int) -> PgConnection:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select set_config('statement_timeout', %s, true)", (f"{timeout_s}s",))
    except BaseException:
        connection.close()
        raise
    return connection


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__

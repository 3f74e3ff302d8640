"""Opens short transactions on fresh connections and names outages; what is done in them is left to others."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import psycopg2
from psycopg2 import errors

from crm_sync.exceptions import DatabaseUnavailableError

if TYPE_CHECKING:
    from psycopg2.extensions import connection as PgConnection  # noqa: N812 - a class, under its role
    from psycopg2.extensions import cursor as PgCursor  # noqa: N812

Connect = Callable[[], "PgConnection"]
"""Makes a fresh connection with autocommit off; the caller closes it."""

NO_SCHEMA = (errors.UndefinedFunction, errors.UndefinedTable, errors.InvalidSchemaName)
"""What a dry run meets in a warehouse that no real run has touched yet."""

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


@contextlib.contextmanager
def open_transaction(connect: Connect, *, timeout_s: int = 60) -> Iterator[PgCursor]:
    """Give a cursor in a transaction of its own: committed at the end, rolled back on an exception.

    Args:
        connect: makes the connection, which is closed afterwards.
        timeout_s: longest time for one statement, waiting for locks included.

    Raises:
        DatabaseUnavailableError: the server can't be reached or went away.
    """
    with (
        translate_outage(),
        contextlib.closing(connect()) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("select set_config('statement_timeout', %s, true)", (f"{timeout_s}s",))
        yield cursor


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__

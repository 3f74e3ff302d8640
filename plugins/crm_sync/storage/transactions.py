"""Runs whole transactions again after a deadlock, a serialization error or a lost connection.

What is done in them has to be safe to repeat: a commit whose answer was lost may have happened.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

import psycopg2
import tenacity

from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import DatabaseUnavailableError
from crm_sync.storage.connections import Connect
from crm_sync.storage.database_errors import ErrorKind, classify, get_message, translate

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgConnection, PgCursor

Result = TypeVar("Result")

_ATTEMPTS = 6
_LONGEST_WAIT_S = 20
_SETTINGS = "set timezone = 'UTC'; set datestyle = 'ISO'; set client_encoding = 'UTF8'"

logger = logging.getLogger(__name__)


class TransactionRunner:
    """One warehouse connection for the transactions of a save; use it as a context manager.

    Args:
        connect: makes a connection.
        entity: names the table in errors.
        sleep: waits some seconds between attempts.

    Raises:
        DatabaseUnavailableError: on entering, when the server can't be reached at all.
    """

    def __init__(
        self, connect: Connect, entity: EntityConfig, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._connect = connect
        self._entity = entity
        self._sleep = sleep
        self._connection: PgConnection | None = None

    def __enter__(self) -> Self:
        try:
            self._open()
        except psycopg2.Error as error:
            raise DatabaseUnavailableError(
                f"The warehouse can't be reached: {get_message(error)}."
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop()

    def run(self, work: Callable[[PgCursor], Result]) -> Result:
        """Do some work in a transaction and commit it.

        Args:
            work: called with a cursor, once more after each transient failure.

        Returns:
            What the work returned.

        Raises:
            StorageError: the database refused for good; which kind says what to do.
        """
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_is_transient),
            stop=tenacity.stop_after_attempt(_ATTEMPTS),
            wait=tenacity.wait_exponential_jitter(multiplier=0.2, max=_LONGEST_WAIT_S),
            before_sleep=self._log_retry,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            result: Result = retrying(self._run_once, work)
        except psycopg2.Error as error:
            raise translate(error, self._entity) from error
        return result

    def roll_back(self, work: Callable[[PgCursor], Result]) -> Result:
        """Do some work in a transaction that is never committed."""
        connection = self._open()
        try:
            with connection.cursor() as cursor:
                return work(cursor)
        except psycopg2.Error as error:
            raise translate(error, self._entity) from error
        finally:
            self._drop()

    def _run_once(self, work: Callable[[PgCursor], Result]) -> Result:
        connection = self._open()
        try:
            with connection.cursor() as cursor:
                result = work(cursor)
            connection.commit()
        except BaseException:
            with contextlib.suppress(psycopg2.Error):
                connection.rollback()
            if connection.closed:
                self._drop()
            raise
        return result

    def _open(self) -> PgConnection:
        if self._connection is None or self._connection.closed:
            connection = self._connect()
            with connection.cursor() as cursor:
                cursor.execute(_SETTINGS)
            connection.commit()
            self._connection = connection
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg2.Error):
                connection.close()

    def _log_retry(self, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        wait_s = state.next_action.sleep if state.next_action else 0
        logger.warning(
            "Table %s: %s; trying again in %.1f s.", self._entity.target_table, str(error).strip(), wait_s
        )


def _is_transient(error: BaseException) -> bool:
    return isinstance(error, psycopg2.Error) and classify(error) is ErrorKind.TRANSIENT

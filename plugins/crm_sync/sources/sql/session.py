"""One database connection of a read: opened when needed, opened again when lost, its errors named."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from crm_sync.exceptions import AuthenticationError, FatalSourceError, SourceError, SourceUnavailableError
from crm_sync.rest.waits import Waiter
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.kinds import ColumnKind, Fault, FaultKind, RowBlock, Statement
from crm_sync.untyped import DbConnection

T = TypeVar("T")
log = logging.getLogger(__name__)

_WAITS_S = {
    FaultKind.BUSY: (0.5, 1, 2, 4, 8),
    FaultKind.LOST: (1, 2, 4, 8, 15),
    FaultKind.CROWDED: (15, 30, 60, 60, 60),
}
"""Pauses before each repetition, by what went wrong; after the last one the read fails."""


class SlowStatementError(SourceError):
    """A statement met its time limit: ask for less."""


class SqlSession:
    """Runs statements on one connection; not for two threads at a time.

    Args:
        database: to connect to.
        limit_s: longest time for one statement; 0: none.
        waiter: pauses between repetitions.
    """

    def __init__(self, database: SqlDatabase, *, limit_s: int, waiter: Waiter | None = None) -> None:
        self.queries = 0
        self.retries = 0
        self._database = database
        self._dialect = database.dialect
        self._limit_s = limit_s
        self._waiter = waiter or Waiter(stop=database.stop)
        self._connection: Any = None

    def fetch(self, statement: Statement, kinds: Sequence[ColumnKind]) -> RowBlock:
        """Read a statement's rows.

        Raises:
            SlowStatementError: it met the time limit.
            SourceError: the database refused, or can't be reached.
        """
        return self._run(lambda connection: self._dialect.fetch(connection, statement, kinds))

    def fetch_rows(self, statement: Statement) -> list[tuple[Any, ...]]:
        """Read a few rows as the driver gives them; raises as `fetch` does."""
        return self._run(lambda connection: self._dialect.fetch_rows(connection, statement))

    def describe(
        self, statement: Statement, *, explain: Callable[[str], str] = lambda message: message
    ) -> list[ColumnKind]:
        """Give the kinds of a statement's columns; raises as `fetch` does, with what `explain` adds."""
        return self._run(lambda connection: self._dialect.describe(connection, statement), explain)

    def list_columns(self, table: Sequence[str], own: str) -> dict[str, bool] | None:
        """Give the columns of a table, as `Dialect.list_columns` does; raises as `fetch` does."""
        return self._run(lambda connection: self._dialect.list_columns(connection, table, own))

    def close(self) -> None:
        """Close the connection; a call after it opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # the server may have closed it already
            with contextlib.suppress(Exception):
                connection.close()

    def _run(self, work: Callable[[Any], T], explain: Callable[[str], str] = str) -> T:
        repeated = dict.fromkeys(_WAITS_S, 0)
        while True:
            try:
                result = work(self._open())
            except SourceError:
                raise
            except Exception as error:  # noqa: BLE001  # every driver has its own tree; classify judges
                fault = self._dialect.classify(error)
                if fault.kind is FaultKind.WRONG:
                    fault = replace(fault, message=explain(fault.message))
                self._pause(fault, repeated, error)
            else:
                self.queries += 1
                return result

    def _pause(self, fault: Fault, repeated: dict[FaultKind, int], error: Exception) -> None:
        """Wait before the next try, or raise what the caller has to know."""
        waits = _WAITS_S.get(fault.kind)
        if waits is None:
            raise self._name(fault) from error
        # a lost session can't be told from a refused one: both begin with a fresh connection
        if fault.kind is not FaultKind.BUSY:
            self.close()
        done = repeated[fault.kind]
        if done == len(waits):
            raise SourceUnavailableError(
                f"Connection {self._database.name}: {fault.message} ({fault.code}), after {done} retries."
            ) from error
        log.warning(
            "Connection %s: %s (%s); next try in %s s.",
            *(self._database.name, fault.message, fault.code, waits[done]),
        )
        repeated[fault.kind] += 1
        self.retries += 1
        self._waiter.wait(waits[done])

    def _name(self, fault: Fault) -> SourceError:
        where, what = f"Connection {self._database.name}", f"{fault.message} ({fault.code})"
        if fault.kind is FaultKind.DENIED:
            return AuthenticationError(f"{where}: the user may not log in or read here: {what}.")
        if fault.kind is FaultKind.WRONG:
            return FatalSourceError(f"{where}: the YAML does not fit the database: {what}.")
        if fault.kind is FaultKind.SLOW:
            return SlowStatementError(f"{where}: a statement took longer than {self._limit_s} s: {what}.")
        return FatalSourceError(f"{where}: {what}.")

    def _open(self) -> DbConnection:
        if self._connection is None:
            connection = self._database.connect()
            try:
                self._dialect.set_up(connection, limit_s=self._limit_s)
            except BaseException:
                with contextlib.suppress(Exception):
                    connection.close()
                raise
            self._connection = connection
        return self._connection

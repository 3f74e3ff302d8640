"""A database of PostgreSQL as tests and their workers use it; workers start sooner without pytest."""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg2
from psycopg2.extensions import connection as PgConnection  # noqa: N812 - a class, under its role

_EMPTY = """
do $$
declare
    name text;
begin
    for name in
        select nspname from pg_namespace where nspname !~ '^(pg_|information_schema$|crm_sync$|public$)'
    loop
        execute format('drop schema %I cascade', name);
    end loop;
    truncate crm_sync.sync_history, crm_sync.rejected_records, crm_sync.sync_owners, crm_sync.rate_budget,
        crm_sync.alerts, crm_sync.looks restart identity cascade;
end
$$
"""


@dataclass
class Warehouse:
    """A database; `connect` hands out connections (autocommit off) that are closed with the test."""

    dsn: str
    _open: list[PgConnection] = field(default_factory=list)
    _own: PgConnection | None = None

    def connect(self) -> PgConnection:
        """Open a fresh connection, as the product's `Connect` does."""
        connection = psycopg2.connect(self.dsn, connect_timeout=10)
        self._open.append(connection)
        return connection

    def fetch_all(self, sql: str, values: object = None) -> list[tuple]:
        """Run one statement in its own committed transaction and return its rows."""
        try:
            return self._fetch_all(sql, values)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            if self._own is not None and not self._own.closed:
                raise
        # tests kill servers and sessions
        return self._fetch_all(sql, values)

    def _fetch_all(self, sql: str, values: object) -> list[tuple]:
        if self._own is None or self._own.closed:
            # one for all: a login costs many times what a statement does
            self._own = psycopg2.connect(self.dsn, connect_timeout=10)
            self._own.autocommit = True
        with self._own.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def fetch_one(self, sql: str, values: object = None) -> tuple:
        """Return the single row of a statement."""
        (row,) = self.fetch_all(sql, values)
        return row

    def empty(self) -> None:
        """Drop all target tables and clear the package's own; several times faster than a fresh database."""
        self.execute(_EMPTY)

    def execute(self, sql: str, values: object = None) -> None:
        """Run one statement in its own committed transaction."""
        self.fetch_all(sql, values)

    def close_handed_out(self) -> None:
        """Close every connection that was handed out, and keep the own one for the next test."""
        while self._open:
            self._open.pop().close()

    def close(self) -> None:
        """Close every connection."""
        self.close_handed_out()
        if self._own is not None:
            self._own.close()

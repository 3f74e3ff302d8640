"""PostgreSQL through psycopg2: pages come by COPY as CSV, text for every type, and are read in columns."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import ClassVar

import polars as pl
from typing_extensions import override

from crm_sync.sources.sql.dialects import Dialect, block_of, first_line
from crm_sync.sources.sql.kinds import ColumnKind, Fault, FaultKind, Key, RowBlock, Statement
from crm_sync.sources.sql.postgres_types import KINDS, SETTINGS, write_column
from crm_sync.sources.sql.undecoded import read_undecoded
from crm_sync.untyped import Cell, DbConnection

_FAULTS = {
    "28000": FaultKind.DENIED,
    "28P01": FaultKind.DENIED,
    "42501": FaultKind.DENIED,
    "3D000": FaultKind.WRONG,
    "3F000": FaultKind.WRONG,
    "42P01": FaultKind.WRONG,
    "42703": FaultKind.WRONG,
    "42702": FaultKind.WRONG,
    "42601": FaultKind.WRONG,
    "42883": FaultKind.WRONG,
    "42804": FaultKind.WRONG,
    "40001": FaultKind.BUSY,
    "40P01": FaultKind.BUSY,
    "55P03": FaultKind.BUSY,
    "53300": FaultKind.CROWDED,
    "57014": FaultKind.SLOW,
    "57P01": FaultKind.LOST,
    "57P02": FaultKind.LOST,
    "57P03": FaultKind.LOST,
    "57P05": FaultKind.LOST,
    "25P03": FaultKind.LOST,
}
_LOST_CLASS = "08"
_CONNECT_FAULTS = (
    ("authentication failed", FaultKind.DENIED),
    ("pg_hba.conf", FaultKind.DENIED),
    ("permission denied", FaultKind.DENIED),
    ("no password supplied", FaultKind.DENIED),
    ("does not exist", FaultKind.WRONG),
    ("too many", FaultKind.CROWDED),
    ("remaining connection slots", FaultKind.CROWDED),
)
"""A refused connection has no code in psycopg2, only the server's words."""


class PostgresDialect(Dialect):
    """PostgreSQL."""

    name: ClassVar[str] = "postgres"
    has_row_values: ClassVar[bool] = True

    @override
    def quote(self, name: str) -> str:
        """Quote as the standard does."""
        return '"' + name.replace('"', '""') + '"'

    @override
    def set_up(self, connection: DbConnection, *, limit_s: int) -> None:
        """See `Dialect.set_up`."""
        connection.autocommit = True
        # the driver writes values in the encoding that it was told, not in the session's
        connection.set_client_encoding("UTF8")
        settings = "; ".join(f"SET {name} = '{value}'" for name, value in SETTINGS.items())
        with connection.cursor() as cursor:
            cursor.execute(
                f"SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; {settings}; "
                f"SET statement_timeout = '{limit_s:d}s'"
            )

    @override
    def clock(self) -> Statement:
        """Ask for the moment, not for the transaction's start."""
        return Statement("SELECT clock_timestamp()")

    @override
    def wall_clock(self) -> Statement:
        """Ask for the clock in the zone that server, database or role set for a session."""
        return Statement(
            "SELECT CAST(clock_timestamp() AT TIME ZONE reset_val AS text) "
            "FROM pg_settings WHERE name = 'TimeZone'"
        )

    @override
    def newest(self, column: str) -> str:
        """See `Dialect.newest`: infinity and the year 10000 are texts, too."""
        return f"CAST(MAX({column}) AS text)"

    @override
    def list_columns(
        self, connection: DbConnection, table: Sequence[str], own: str
    ) -> dict[str, bool] | None:
        """Ask the catalogue for the columns that the user may select."""
        statement = Statement(
            "SELECT CAST(attname AS text), NOT attnotnull FROM pg_attribute "
            "WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            (".".join(self.quote(part) for part in table),),
        )
        return dict(self.fetch_rows(connection, statement))

    @override
    def is_unique(self, table: Sequence[str], columns: Sequence[str]) -> Statement:
        """Ask for unique indexes on nothing but these columns."""
        return Statement(
            "SELECT count(*) FROM pg_index i WHERE i.indrelid = to_regclass(%s) AND i.indisunique "
            "AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND NOT EXISTS (SELECT FROM "
            "unnest(i.indkey) WITH ORDINALITY AS k (number, place) JOIN pg_attribute a ON "
            "a.attrelid = i.indrelid AND a.attnum = k.number "
            "WHERE k.place <= i.indnkeyatts AND NOT a.attname = ANY (%s))",
            (".".join(self.quote(part) for part in table), list(columns)),
        )

    @override
    def sort(self, column: str, kind: ColumnKind) -> str:
        """Compare money as the number that it is written as."""
        return write_column(column, kind) if kind is ColumnKind.MONEY else column

    @override
    def advise(self, kind: ColumnKind) -> str:
        """Take the number: which name it has depends on search_path."""
        return "CAST({} AS oid)"

    @override
    def select(self, columns: Sequence[str], kinds: Sequence[ColumnKind]) -> str:
        """See `Dialect.select`."""
        return ", ".join(map(write_column, columns, kinds))

    @override
    def find_index(self, table: Sequence[str], column: str) -> Statement:
        """Ask the catalogue for whole, valid indexes."""
        name = ".".join(self.quote(part) for part in table)
        return Statement(
            "SELECT count(*) FROM pg_index i "
            "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] "
            "WHERE i.indrelid = to_regclass(%s) AND i.indisvalid AND i.indpred IS NULL AND a.attname = %s",
            (name, column),
        )

    @override
    def to_key(self, value: Cell, kind: ColumnKind) -> Key:
        """Keep the text that the server wrote; it reads it back as the column's own type."""
        return int(value) if kind is ColumnKind.INTEGER else str(value)

    @override
    def from_key(self, key: Key, kind: ColumnKind) -> Cell:
        """Bind an untyped literal: the server takes it for the column's type."""
        return str(key)

    @override
    def describe(self, connection: DbConnection, statement: Statement) -> list[ColumnKind]:
        """Read the result's head."""
        with connection.cursor() as cursor:
            cursor.execute(*self.arguments(statement))
            return [KINDS.get(column.type_code, ColumnKind.OTHER) for column in cursor.description]

    @override
    def fetch(self, connection: DbConnection, statement: Statement, kinds: Sequence[ColumnKind]) -> RowBlock:
        """Copy the rows; quotes around every value tell an empty text from null."""
        buffer = io.BytesIO()
        with connection.cursor() as cursor:
            query = cursor.mogrify(*self.arguments(statement)).decode()
            cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv, FORCE_QUOTE *)", buffer)
        names = [str(number) for number in range(len(kinds))]
        if not buffer.tell():
            return block_of([pl.Series(name, dtype=pl.String) for name in names])
        buffer.seek(0)
        schema = dict.fromkeys(names, pl.String)
        try:
            frame = pl.read_csv(buffer, has_header=False, schema=schema)
        except pl.exceptions.PolarsError:
            # a database in SQL_ASCII gives its bytes as they are
            return block_of(read_undecoded(buffer.getvalue(), schema))
        return block_of(frame.get_columns())

    @override
    def classify(self, error: Exception) -> Fault:
        """Judge by SQLSTATE, or by the words of a refused connection."""
        code, message = getattr(error, "pgcode", None), first_line(error)
        if code is not None:
            kind = FaultKind.LOST if code.startswith(_LOST_CLASS) else _FAULTS.get(code, FaultKind.FATAL)
            return Fault(kind, code, message)
        if type(error).__name__ not in ("OperationalError", "InterfaceError"):
            return Fault(FaultKind.FATAL, type(error).__name__, message)
        for words, kind in _CONNECT_FAULTS:
            if words in str(error):
                return Fault(kind, type(error).__name__, message)
        return Fault(FaultKind.LOST, type(error).__name__, message)

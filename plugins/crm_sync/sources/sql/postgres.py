"""PostgreSQL through psycopg2: pages come by COPY as CSV, text for every type, and are read in columns."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, ClassVar

import polars as pl

from crm_sync.sources.sql.dialects import Dialect, block_of, first_line
from crm_sync.sources.sql.kinds import ColumnKind, Fault, FaultKind, Key, RowBlock, Statement

_KINDS = {
    **dict.fromkeys((20, 21, 23, 26), ColumnKind.INTEGER),
    1700: ColumnKind.DECIMAL,
    **dict.fromkeys((700, 701), ColumnKind.FLOAT),
    16: ColumnKind.BOOLEAN,
    17: ColumnKind.BINARY,
    1082: ColumnKind.DATE,
    1114: ColumnKind.WALL_TIME,
    1184: ColumnKind.MOMENT,
    **dict.fromkeys((25, 1042, 1043, 2950, 114, 3802), ColumnKind.TEXT),
}
"""Type id to kind. Source: PostgreSQL's pg_type.dat, read 2026-11."""

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

    def quote(self, name: str) -> str:
        """Quote as the standard does."""
        return '"' + name.replace('"', '""') + '"'

    def set_up(self, connection: Any, *, limit_s: int) -> None:  # noqa: ANN401
        """See `Dialect.set_up`; the formats are those that `sql_values` reads."""
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; SET TimeZone = 'UTC'; "
                "SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'; "
                f"SET client_encoding = 'UTF8'; SET statement_timeout = '{limit_s:d}s'"
            )

    def clock(self) -> Statement:
        """Ask for the moment, not for the transaction's start."""
        return Statement("SELECT clock_timestamp()")

    def wall_clock(self) -> Statement:
        """Ask for the clock in the zone that server, database or role set for a session."""
        return Statement(
            "SELECT CAST(clock_timestamp() AT TIME ZONE reset_val AS text) "
            "FROM pg_settings WHERE name = 'TimeZone'"
        )

    def newest(self, column: str) -> str:
        """See `Dialect.newest`: infinity and the year 10000 are texts, too."""
        return f"CAST(MAX({column}) AS text)"

    def find_index(self, table: Sequence[str], column: str) -> Statement:
        """Ask the catalogue for whole, valid indexes."""
        name = ".".join(self.quote(part) for part in table)
        return Statement(
            "SELECT count(*) FROM pg_index i "
            "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] "
            "WHERE i.indrelid = to_regclass(%s) AND i.indisvalid AND i.indpred IS NULL AND a.attname = %s",
            (name, column),
        )

    def to_key(self, value: Any, kind: ColumnKind) -> Key:  # noqa: ANN401
        """Keep the text that the server wrote; it reads it back as the column's own type."""
        return int(value) if kind is ColumnKind.INTEGER else str(value)

    def from_key(self, key: Key, kind: ColumnKind) -> Any:  # noqa: ANN401, ARG002
        """Bind an untyped literal: the server takes it for the column's type."""
        return str(key)

    def describe(self, connection: Any, statement: Statement) -> list[ColumnKind]:  # noqa: ANN401
        """Read the result's head."""
        with connection.cursor() as cursor:
            cursor.execute(*self.arguments(statement))
            return [_KINDS.get(column.type_code, ColumnKind.OTHER) for column in cursor.description]

    def fetch(self, connection: Any, statement: Statement, kinds: Sequence[ColumnKind]) -> RowBlock:  # noqa: ANN401
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
        return block_of(pl.read_csv(buffer, has_header=False, schema=schema).get_columns())

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

"""MySQL and MariaDB through mysql-connector-python: all values as the bytes of the text protocol.

Objects per cell are a fifth as fast, and can't hold zero dates or a TIME beyond 24 hours.
Source: measured on MariaDB 10.11 with 20 columns, 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

import polars as pl

from crm_sync.sources.sql.dialects import Dialect, first_line
from crm_sync.sources.sql.kinds import ColumnKind, Fault, FaultKind, Key, RowBlock, Statement

_BINARY_CHARSET = 63
_SEPARATOR = "\x1f"
_SAMPLED = 50
"""Rows that are looked at for their width."""
_PACKED = frozenset(
    {ColumnKind.INTEGER, ColumnKind.DECIMAL, ColumnKind.DATE, ColumnKind.WALL_TIME, ColumnKind.MOMENT}
)
_KINDS = {
    **dict.fromkeys((1, 2, 3, 8, 9, 13), ColumnKind.INTEGER),
    **dict.fromkeys((0, 246), ColumnKind.DECIMAL),
    **dict.fromkeys((4, 5), ColumnKind.FLOAT),
    **dict.fromkeys((10, 14), ColumnKind.DATE),
    **dict.fromkeys((12, 18), ColumnKind.WALL_TIME),
    **dict.fromkeys((7, 17), ColumnKind.MOMENT),
    **dict.fromkeys((11, 19, 245), ColumnKind.TEXT),
    16: ColumnKind.BIT,
    255: ColumnKind.BINARY,
}
"""Type code of the protocol to kind; the others are texts or bytes, which their character set tells."""

_FAULTS = {
    **dict.fromkeys(
        (1044, 1045, 1130, 1141, 1142, 1143, 1227, 1370, 1396, 1698, 1820, 1862, 3118, 4151), FaultKind.DENIED
    ),
    **dict.fromkeys((1046, 1049, 1051, 1052, 1054, 1064, 1109, 1146, 1305, 1356, 1630), FaultKind.WRONG),
    **dict.fromkeys((1020, 1205, 1213), FaultKind.BUSY),
    **dict.fromkeys((1040, 1203, 1226), FaultKind.CROWDED),
    **dict.fromkeys((1969, 3024), FaultKind.SLOW),
    **dict.fromkeys((1053, 1077, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1317, 1927, 4031), FaultKind.LOST),
    **dict.fromkeys((-1, 2000, 2002, 2003, 2005, 2006, 2012, 2013, 2026, 2048, 2055), FaultKind.LOST),
}
"""Source: MySQL and MariaDB error references, read 2026-11; -1 and 2xxx come from the client."""


class MySqlDialect(Dialect):
    """MySQL and MariaDB."""

    name: ClassVar[str] = "mysql"
    doubles_percent = False

    def quote(self, name: str) -> str:
        """Quote with backticks, which no SQL mode changes."""
        return "`" + name.replace("`", "``") + "`"

    def keep_text(self, text: str) -> str:
        """Leave percent signs alone: the driver only looks for %s, which a format has as %S, too.

        Raises:
            ValueError: the text has a %s.
        """
        if "%s" in text:
            msg = (
                "SQL without %s, which the driver takes for a value; the seconds of a time format are %S, too"
            )
            raise ValueError(msg)
        return text

    def set_up(self, connection: Any, *, limit_s: int) -> None:  # noqa: ANN401
        """See `Dialect.set_up`; TIMESTAMP columns come in the session's zone, DATETIME columns don't."""
        statements = [
            "SET SESSION TRANSACTION READ ONLY",
            "SET SESSION time_zone = '+00:00'",
            "SET SESSION sql_mode = ''",
        ]
        is_mariadb = (
            "mariadb" in str(self.fetch_rows(connection, Statement("SELECT VERSION()"))[0][0]).lower()
        )
        # MariaDB counts seconds, MySQL milliseconds
        statements.append(
            f"SET SESSION max_statement_time = {limit_s:d}"
            if is_mariadb
            else f"SET SESSION max_execution_time = {limit_s * 1000:d}"
        )
        cursor = connection.cursor()
        try:
            for text in statements:
                cursor.execute(text)
        finally:
            cursor.close()

    def clock(self) -> Statement:
        """Ask in the session's zone, which is UTC."""
        return Statement("SELECT CAST(NOW(6) AS CHAR)")

    def wall_clock(self) -> Statement:
        """Ask for UTC in the server's zone; a named one whose tables are not loaded gives null."""
        return Statement("SELECT CAST(CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', @@global.time_zone) AS CHAR)")

    def find_index(self, table: Sequence[str], column: str) -> Statement:
        """Ask information_schema, which shows what the user may read."""
        schema = table[0] if len(table) > 1 else None
        return Statement(
            "SELECT COUNT(*) FROM information_schema.statistics "
            "WHERE table_schema = COALESCE(%s, DATABASE()) "
            "AND table_name = %s AND column_name = %s AND seq_in_index = 1",
            (schema, table[-1], column),
        )

    def is_null(self, column: str) -> str:
        """Take a zero date for null: it says no more."""
        return f"({column} IS NULL OR {column} = 0)"

    def bind(self, value: Any) -> tuple[str, Any]:  # noqa: ANN401
        """Send bytes in hex, which no character set can touch."""
        return ("UNHEX(%s)", value.hex()) if isinstance(value, bytes) else ("%s", value)

    def bound(self, moment: datetime, kind: ColumnKind) -> str:
        """Give the text that an index on the column is compared with; the zone is UTC or the wall's."""
        return f"{moment:%Y-%m-%d}" if kind is ColumnKind.DATE else f"{moment:%Y-%m-%d %H:%M:%S.%f}"

    def to_key(self, value: Any, kind: ColumnKind) -> Key:  # noqa: ANN401
        """Keep numbers as numbers, bytes in hex."""
        if kind is ColumnKind.INTEGER:
            return int(value)
        return {"hex": bytes(value).hex()} if kind in (ColumnKind.BINARY, ColumnKind.BIT) else _to_text(value)

    def from_key(self, key: Key, kind: ColumnKind) -> Any:  # noqa: ANN401
        """Bind a number as one: a text beside a bigint would be compared as a float."""
        if isinstance(key, dict):
            return bytes.fromhex(key["hex"])
        return Decimal(str(key)) if kind is ColumnKind.DECIMAL else key

    def describe(self, connection: Any, statement: Statement) -> list[ColumnKind]:  # noqa: ANN401
        """Read the result's head."""
        cursor = connection.cursor(raw=True)
        try:
            cursor.execute(*self.arguments(statement))
            cursor.fetchall()
            return [_find_kind(column[1], column[8]) for column in cursor.description]
        finally:
            cursor.close()

    def select(self, columns: Sequence[str], kinds: Sequence[ColumnKind]) -> str:
        """Let the server write numbers and times into one text: a cell less is a Python object less."""
        packed = _find_packed(kinds)
        if not packed:
            return ", ".join(columns)
        texts = ", ".join(f"IFNULL({columns[at]}, '')" for at in packed)
        others = [column for at, column in enumerate(columns) if at not in packed]
        return ", ".join([f"CONCAT_WS(CHAR(31), {texts})", *others])

    def fetch(self, connection: Any, statement: Statement, kinds: Sequence[ColumnKind]) -> RowBlock:  # noqa: ANN401
        """Read the raw rows."""
        cursor = connection.cursor(raw=True)
        try:
            cursor.execute(*self.arguments(statement))
            rows: list[Any] = cursor.fetchall()
        finally:
            cursor.close()
        last = _read_last(rows[-1], kinds) if rows else []
        sample = rows[:: max(1, len(rows) // _SAMPLED)]
        # each cell is an object of about 60 bytes for a moment
        widths = [60 * len(row) + sum(len(cell) for cell in row if cell is not None) for row in sample]
        return RowBlock(
            len(rows), last, sum(widths) / max(len(widths), 1), partial(_build_columns, rows, kinds)
        )

    def classify(self, error: Exception) -> Fault:
        """Judge by the server's number, or the client's."""
        code = getattr(error, "errno", None)
        message = getattr(error, "msg", None) or first_line(error)
        kind = _FAULTS.get(code, FaultKind.FATAL) if isinstance(code, int) else FaultKind.FATAL
        if code is None and isinstance(error, (ConnectionError, TimeoutError)):
            kind = FaultKind.LOST
        return Fault(kind, str(code or type(error).__name__), str(message)[:300])


def _find_packed(kinds: Sequence[ColumnKind]) -> list[int]:
    """Say which columns come in one text: those that can hold neither the separator nor an empty text."""
    packed = [at for at, kind in enumerate(kinds) if kind in _PACKED]
    return packed if len(packed) > 1 else []


def _read_last(row: Sequence[Any], kinds: Sequence[ColumnKind]) -> list[Any]:
    """Give one row's values in the columns' order."""
    packed = _find_packed(kinds)
    if not packed:
        return list(row)
    found = dict(zip(packed, bytes(row[0]).decode().split(_SEPARATOR), strict=True))
    others = iter(row[1:])
    return [found[at] or None if at in found else next(others) for at in range(len(kinds))]


def _build_columns(rows: list[Any], kinds: Sequence[ColumnKind]) -> list[pl.Series]:
    if not rows:
        return [pl.Series(dtype=pl.Binary) for _ in kinds]
    columns = list(zip(*rows, strict=True))
    rows.clear()
    sample = next((value for column in columns for value in column if value is not None), b"")
    if isinstance(sample, bytearray):  # what the client in pure Python gives
        columns = [tuple(None if v is None else bytes(v) for v in column) for column in columns]
    packed = _find_packed(kinds)
    if not packed:
        return [pl.Series(column, dtype=pl.Binary) for column in columns]
    # none of these values can be an empty text, so that one is a null
    schema = {str(at): pl.String() for at in packed}
    text = b"\n".join(columns[0])
    frame = pl.read_csv(text, separator=_SEPARATOR, has_header=False, quote_char=None, schema=schema)
    others = (pl.Series(column, dtype=pl.Binary) for column in columns[1:])
    return [frame[str(at)] if at in packed else next(others) for at in range(len(kinds))]


def _find_kind(code: int, charset: int) -> ColumnKind:
    if code in _KINDS:
        return _KINDS[code]
    return ColumnKind.BINARY if charset == _BINARY_CHARSET else ColumnKind.TEXT


def _to_text(value: Any) -> str:  # noqa: ANN401
    return value.decode() if isinstance(value, (bytes, bytearray)) else str(value)

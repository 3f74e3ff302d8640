"""MySQL and MariaDB through mysql-connector-python: all values as the bytes of the text protocol.

Objects per cell are a fifth as fast, and can't hold zero dates or a TIME beyond 24 hours.
Source: measured on MariaDB 10.11 with 20 columns, 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from typing_extensions import override

from crm_sync.sources.sql.dialects import Dialect, first_line
from crm_sync.sources.sql.kinds import ColumnKind, Fault, FaultKind, Key, RowBlock, Statement, join_clauses
from crm_sync.sources.sql.mysql_rows import build_block, find_packed
from crm_sync.sources.sql.mysql_session import pin_session
from crm_sync.untyped import Cell, DbConnection

_BINARY_CHARSET = 63
_ENUM_FLAG, _SET_FLAG = 0x100, 0x800
_KINDS = {
    1: ColumnKind.TINY,
    **dict.fromkeys((2, 3, 8, 9, 13), ColumnKind.INTEGER),
    **dict.fromkeys((0, 246), ColumnKind.DECIMAL),
    4: ColumnKind.SINGLE,
    5: ColumnKind.FLOAT,
    **dict.fromkeys((10, 14), ColumnKind.DATE),
    **dict.fromkeys((12, 18), ColumnKind.WALL_TIME),
    **dict.fromkeys((7, 17), ColumnKind.MOMENT),
    **dict.fromkeys((11, 19, 245), ColumnKind.TEXT),
    16: ColumnKind.BIT,
    242: ColumnKind.VECTOR,
    255: ColumnKind.SPATIAL,
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
    is_case_blind: ClassVar[bool] = True

    @override
    def quote(self, name: str) -> str:
        """Quote with backticks, which no SQL mode changes."""
        return "`" + name.replace("`", "``") + "`"

    @override
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

    @override
    def set_up(self, connection: DbConnection, *, limit_s: int) -> None:
        """See `Dialect.set_up`."""
        version = str(self.fetch_rows(connection, Statement("SELECT VERSION()"))[0][0])
        pin_session(connection, limit_s=limit_s, is_mariadb="mariadb" in version.lower())

    @override
    def clock(self) -> Statement:
        """Ask in the session's zone, which is UTC."""
        return Statement("SELECT CAST(NOW(6) AS CHAR)")

    @override
    def wall_clock(self) -> Statement:
        """Ask for UTC in the server's zone; a named one whose tables are not loaded gives null."""
        return Statement("SELECT CAST(CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', @@global.time_zone) AS CHAR)")

    @override
    def list_columns(
        self, connection: DbConnection, table: Sequence[str], own: str
    ) -> dict[str, bool] | None:
        """Ask information_schema, which shows what the user may read."""
        schema = table[0] if len(table) > 1 else None
        statement = Statement(
            "SELECT CAST(column_name AS CHAR), CAST(is_nullable AS CHAR) FROM information_schema.columns "
            "WHERE table_schema = COALESCE(%s, DATABASE()) AND table_name = %s ORDER BY ordinal_position",
            (schema, table[-1]),
        )
        rows = self.fetch_rows(connection, statement)
        return {str(name): str(nullable) != "NO" for name, nullable in rows}

    @override
    def is_unique(self, table: Sequence[str], columns: Sequence[str]) -> Statement:
        """Ask for unique indexes on nothing but these columns."""
        schema = table[0] if len(table) > 1 else None
        places = ", ".join("%s" for _ in columns)
        fitting = join_clauses(
            "SELECT index_name",
            "FROM information_schema.statistics",
            "WHERE table_schema = COALESCE(%s, DATABASE()) AND table_name = %s AND non_unique = 0",
            f"GROUP BY index_name HAVING SUM(column_name IN ({places})) = COUNT(*)",
        )
        text = join_clauses("SELECT COUNT(*)", f"FROM ({fitting}) AS fitting")
        return Statement(text, (schema, table[-1], *columns))

    @override
    def sort(self, column: str, kind: ColumnKind) -> str:
        """Sort an ENUM by its letters, as it is compared; by itself it is sorted by its place."""
        return f"CAST({column} AS CHAR)" if kind is ColumnKind.CHOICE else column

    @override
    def advise(self, kind: ColumnKind) -> str:
        """See `Dialect.advise`."""
        return "ST_AsText({})" if kind is ColumnKind.SPATIAL else "VECTOR_TO_STRING({})"

    @override
    def find_index(self, table: Sequence[str], column: str) -> Statement:
        """Ask information_schema, which shows what the user may read."""
        schema = table[0] if len(table) > 1 else None
        return Statement(
            "SELECT COUNT(*) FROM information_schema.statistics "
            "WHERE table_schema = COALESCE(%s, DATABASE()) "
            "AND table_name = %s AND column_name = %s AND seq_in_index = 1",
            (schema, table[-1], column),
        )

    @override
    def is_null(self, column: str) -> str:
        """Take a zero date for null: it says no more."""
        return f"({column} IS NULL OR {column} = 0)"

    @override
    def bind(self, value: Cell) -> tuple[str, Cell]:
        """Send bytes in hex, which no character set can touch."""
        return ("UNHEX(%s)", value.hex()) if isinstance(value, bytes) else ("%s", value)

    @override
    def bound(self, moment: datetime, kind: ColumnKind) -> str:
        """Give the text that an index on the column is compared with; the zone is UTC or the wall's."""
        return f"{moment:%Y-%m-%d}" if kind is ColumnKind.DATE else f"{moment:%Y-%m-%d %H:%M:%S.%f}"

    @override
    def to_key(self, value: Cell, kind: ColumnKind) -> Key:
        """Keep numbers as numbers, bytes in hex."""
        if kind in (ColumnKind.INTEGER, ColumnKind.TINY):
            return int(value)
        if kind is ColumnKind.BIT:
            # beside a text, a BIT column would be compared as a text
            return int.from_bytes(value)
        return {"hex": bytes(value).hex()} if kind is ColumnKind.BINARY else _to_text(value)

    @override
    def from_key(self, key: Key, kind: ColumnKind) -> Cell:
        """Bind a number as one: a text beside a bigint would be compared as a float."""
        if isinstance(key, dict):
            return bytes.fromhex(key["hex"])
        return Decimal(str(key)) if kind is ColumnKind.DECIMAL else key

    @override
    def describe(self, connection: DbConnection, statement: Statement) -> list[ColumnKind]:
        """Read the result's head."""
        cursor = connection.cursor(raw=True)
        try:
            cursor.execute(*self.arguments(statement))
            cursor.fetchall()
            return [_find_kind(column[1], column[7], column[8]) for column in cursor.description]
        finally:
            cursor.close()

    @override
    def select(self, columns: Sequence[str], kinds: Sequence[ColumnKind]) -> str:
        """Let the server write numbers and times into one text: a cell less is a Python object less."""
        columns = [_write(column, kind) for column, kind in zip(columns, kinds, strict=True)]
        packed = find_packed(kinds)
        if not packed:
            return ", ".join(columns)
        texts = ", ".join(f"IFNULL({columns[at]}, '')" for at in packed)
        others = [column for at, column in enumerate(columns) if at not in packed]
        return ", ".join([f"CONCAT_WS(CHAR(31), {texts})", *others])

    @override
    def fetch(self, connection: DbConnection, statement: Statement, kinds: Sequence[ColumnKind]) -> RowBlock:
        """Read the raw rows."""
        cursor = connection.cursor(raw=True)
        try:
            cursor.execute(*self.arguments(statement))
            rows: list[Any] = cursor.fetchall()
        finally:
            cursor.close()
        return build_block(rows, kinds)

    @override
    def classify(self, error: Exception) -> Fault:
        """Judge by the server's number, or the client's."""
        code = getattr(error, "errno", None)
        message = getattr(error, "msg", None) or first_line(error)
        kind = _FAULTS.get(code, FaultKind.FATAL) if isinstance(code, int) else FaultKind.FATAL
        if code is None and isinstance(error, (ConnectionError, TimeoutError)):
            kind = FaultKind.LOST
        return Fault(kind, str(code or type(error).__name__), str(message)[:300])


def _write(column: str, kind: ColumnKind) -> str:
    """Have a FLOAT written as the double that it is: the server writes the six first digits of a FLOAT."""
    return f"{column} + 0e0" if kind is ColumnKind.SINGLE else column


def _find_kind(code: int, flags: int, charset: int) -> ColumnKind:
    if flags & (_ENUM_FLAG | _SET_FLAG):
        return ColumnKind.CHOICE
    if code in _KINDS:
        return _KINDS[code]
    return ColumnKind.BINARY if charset == _BINARY_CHARSET else ColumnKind.TEXT


def _to_text(value: Cell) -> str:
    return value.decode() if isinstance(value, (bytes, bytearray)) else str(value)

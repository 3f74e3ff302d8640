"""Any other database that Airflow has a hook for: standard SQL, values as the driver's Python objects."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar, Literal

import polars as pl
from typing_extensions import override

from crm_sync.sources.sql.dialects import Dialect, block_of, first_line
from crm_sync.sources.sql.kinds import ColumnKind, Fault, FaultKind, Key, RowBlock, Statement, join_clauses
from crm_sync.untyped import Cell, DbConnection

LimitStyle = Literal["limit", "top", "fetch"]
LIMIT_BY_CONN_TYPE: dict[str, LimitStyle] = {"mssql": "top", "oracle": "fetch", "db2": "fetch"}
_FAULTS = {
    "OperationalError": FaultKind.LOST,
    "InterfaceError": FaultKind.LOST,
    "InternalError": FaultKind.LOST,
    "ProgrammingError": FaultKind.WRONG,
}
"""PEP 249's classes, by name: the driver's module isn't known here."""
_PASSING = (FaultKind.BUSY, FaultKind.CROWDED, FaultKind.LOST, FaultKind.SLOW)
"""What says nothing about the database, only about this moment."""
_UNDECODED = "Could not decode to UTF-8"
"""What Python's sqlite3 says of a text that is none."""
_WRONG_WORDS = ("no such table", "no such column", "syntax error", _UNDECODED)
"""Sqlite's operational errors for which a retry is no use."""


class GenericDialect(Dialect):
    """Standard SQL over any DB-API driver.

    Args:
        placeholder: how the driver marks a bound value, `%s` or `?`.
        limit_style: how the first rows are asked for.
        times_as_text: times are texts in the database (sqlite).
    """

    name: ClassVar[str] = "generic"
    knows_kinds: ClassVar[bool] = False
    is_case_blind: ClassVar[bool] = True

    def __init__(
        self, placeholder: str = "%s", *, limit_style: LimitStyle = "limit", times_as_text: bool = False
    ) -> None:
        self.placeholder = placeholder
        self.doubles_percent = placeholder == "%s"
        self._limit_style = limit_style
        self._times_as_text = times_as_text

    @override
    def quote(self, name: str) -> str:
        """Quote as the standard does."""
        return '"' + name.replace('"', '""') + '"'

    @override
    def set_up(self, connection: DbConnection, *, limit_s: int) -> None:
        """Leave the session as the connection's settings make it: databases share no statement for this."""

    @override
    def limit(self, select: str, rest: str, rows: int) -> str:
        """See `Dialect.limit`."""
        if self._limit_style == "top":
            return f"SELECT TOP ({rows:d}) {select} {rest}"
        if self._limit_style == "fetch":
            return f"SELECT {select} {rest} FETCH FIRST {rows:d} ROWS ONLY"
        return super().limit(select, rest, rows)

    @override
    def bound(self, moment: datetime, kind: ColumnKind) -> Cell:
        """Give a datetime, or the text that sqlite keeps in its place."""
        if not self._times_as_text:
            return super().bound(moment, kind)
        return f"{moment:%Y-%m-%d}" if kind is ColumnKind.DATE else f"{moment:%Y-%m-%d %H:%M:%S}"

    @override
    def to_key(self, value: Cell, kind: ColumnKind) -> Key:
        """Keep the type beside the text where JSON has none for it."""
        if isinstance(value, (bytes, bytearray, memoryview)):
            return {"hex": bytes(value).hex()}
        if isinstance(value, datetime):
            return {"datetime": value.isoformat()}
        if isinstance(value, date):
            return {"date": value.isoformat()}
        if isinstance(value, Decimal):
            return {"decimal": str(value)}
        if isinstance(value, float):
            # a text is greater than any number in sqlite
            return value if math.isfinite(value) else {"float": str(value)}
        return value if isinstance(value, int) else str(value)

    @override
    def from_key(self, key: Key, kind: ColumnKind) -> Cell:
        """Undo `to_key`."""
        if not isinstance(key, dict):
            return key
        ((name, text),) = key.items()
        read = {
            "hex": bytes.fromhex,
            "datetime": datetime.fromisoformat,
            "date": date.fromisoformat,
            "decimal": Decimal,
            "float": float,
        }
        return read[name](text)

    @override
    def fetch_rows(self, connection: DbConnection, statement: Statement) -> list[tuple[Cell, ...]]:
        """Read rows, and hold no transaction open after them."""
        try:
            return super().fetch_rows(connection, statement)
        finally:
            _end_transaction(connection)

    @override
    def list_columns(
        self, connection: DbConnection, table: Sequence[str], own: str
    ) -> dict[str, bool] | None:
        """Ask sqlite's pragma, any other database for no row of everything, where the user may do that."""
        if self._times_as_text:
            places = ", ".join("?" for _ in table)
            text = join_clauses('SELECT name, "notnull", type, pk', f"FROM pragma_table_xinfo({places})")
            statement = Statement(text, tuple(reversed(table)))
            rows = self.fetch_rows(connection, statement)
            return {name: not (fixed or (pk and kind.upper() == "INTEGER")) for name, fixed, kind, pk in rows}
        cursor = connection.cursor()
        try:
            cursor.execute(join_clauses("SELECT *", f"FROM {own}", "WHERE 1 = 0"))
            return {column[0]: column[6] is not False for column in cursor.description}
        except Exception as error:
            if self.classify(error).kind in _PASSING:
                raise  # a key that may be null would not be known as one
            return None  # no right to all columns, or no table: reading says which
        finally:
            cursor.close()
            _end_transaction(connection)

    @override
    def describe(self, connection: DbConnection, statement: Statement) -> list[ColumnKind]:
        """Count the columns: what they hold is seen in the values."""
        cursor = connection.cursor()
        try:
            cursor.execute(*self.arguments(statement))
            return [ColumnKind.OTHER for _ in cursor.description]
        finally:
            cursor.close()
            _end_transaction(connection)

    @override
    def fetch(self, connection: DbConnection, statement: Statement, kinds: Sequence[ColumnKind]) -> RowBlock:
        """Read objects; `values.py` writes them as text, since keys need them as they are."""
        try:
            rows = self.fetch_rows(connection, statement)
        except Exception as error:
            if _UNDECODED not in str(error) or not hasattr(connection, "text_factory"):
                raise
            connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
            rows = self.fetch_rows(connection, statement)
        columns = zip(*rows, strict=True) if rows else ([] for _ in kinds)
        return block_of([pl.Series(values=list(column), dtype=pl.Object) for column in columns])

    @override
    def classify(self, error: Exception) -> Fault:
        """Judge by the class's name."""
        names = [cls.__name__ for cls in type(error).__mro__]
        kind = next((_FAULTS[name] for name in names if name in _FAULTS), FaultKind.FATAL)
        message = first_line(error)
        if any(words in message for words in _WRONG_WORDS):
            kind = FaultKind.WRONG
        return Fault(kind, type(error).__name__, message)


def write_text(value: Cell) -> str | None:
    """Write a driver's object as the text that field types read; bytes in hex.

    Raises:
        TypeError: the driver gave a handle on the value in its place.
    """
    if value is None or isinstance(value, str):
        return value
    for types, write in _WRITERS:
        if isinstance(value, types):
            return write(value)
    text = str(value)
    if text == object.__repr__(value):
        raise TypeError(type(value).__name__)
    return text


def _write_span(value: timedelta) -> str:
    sign = "-" if value < timedelta() else ""
    seconds, micros = divmod(abs(value) // timedelta(microseconds=1), 1_000_000)
    text = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{micros:06d}" if micros else text


_WRITERS: tuple[tuple[tuple[type, ...], Callable[[Any], str]], ...] = (
    ((bool,), lambda value: "true" if value else "false"),
    ((timedelta,), _write_span),
    ((datetime, date, time), lambda value: value.isoformat()),
    ((bytes, bytearray, memoryview), lambda value: bytes(value).hex()),
    ((dict, list), lambda value: json.dumps(value, ensure_ascii=False, default=str)),
    ((Decimal,), lambda value: format(value, "f")),
)


def _end_transaction(connection: DbConnection) -> None:
    """Let go of what a driver without autocommit holds between two pages."""
    if not getattr(connection, "autocommit", False):
        connection.rollback()

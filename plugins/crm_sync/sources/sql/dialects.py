"""The differences between databases: quoting, limits, binding, sessions, errors; one subclass each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import polars as pl
from typing_extensions import override

from crm_sync.sources.sql.differences import Differences
from crm_sync.sources.sql.kinds import ColumnKind, Fault, Key, RowBlock, Statement
from crm_sync.untyped import Cell, DbConnection


class Dialect(Differences, ABC):
    """One kind of database.

    A driver gives every value as text where it can; `values.py` turns columns of them into what is staged.
    """

    name: ClassVar[str]
    placeholder: str = "%s"
    doubles_percent: bool = True
    """The driver reads `%%` as `%` in a statement with values."""
    has_row_values: ClassVar[bool] = False
    """`(a, b) > (1, 2)` uses an index; elsewhere the same is spelled out."""
    knows_kinds: ClassVar[bool] = True
    """`describe` tells what a column holds; elsewhere only its values do."""
    is_case_blind: ClassVar[bool] = False
    """Quoted names of columns are found in any case."""

    @abstractmethod
    def quote(self, name: str) -> str:
        """Quote one identifier."""

    @abstractmethod
    def classify(self, error: Exception) -> Fault:
        """Explain an error of the driver."""

    @abstractmethod
    def describe(self, connection: DbConnection, statement: Statement) -> list[ColumnKind]:
        """Give the kinds of a statement's columns; it returns no rows."""

    @abstractmethod
    def fetch(self, connection: DbConnection, statement: Statement, kinds: Sequence[ColumnKind]) -> RowBlock:
        """Read all rows of a statement that `select` was used for."""

    @abstractmethod
    def set_up(self, connection: DbConnection, *, limit_s: int) -> None:
        """Make a fresh session read-only, in UTC, with a time limit for statements, where it can be."""

    def fetch_rows(self, connection: DbConnection, statement: Statement) -> list[tuple[Cell, ...]]:
        """Read a few rows as the driver gives them."""
        cursor = connection.cursor()
        try:
            cursor.execute(*self.arguments(statement))
            return list(cursor.fetchall())
        finally:
            cursor.close()

    def clock(self) -> Statement | None:
        """Ask for the source's clock; None where its zone isn't known."""
        return None

    def read_clock(self, value: Cell) -> datetime:
        """Turn the clock's answer into aware UTC."""
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    def wall_clock(self) -> Statement | None:
        """Ask what time it is for a session that sets no zone; None where that can't be asked."""
        return None

    def newest(self, column: str) -> str:
        """Write the greatest value of a time column; as text where the driver can't hold every value."""
        return f"MAX({column})"

    @override
    def list_columns(
        self, connection: DbConnection, table: Sequence[str], own: str
    ) -> dict[str, bool] | None:
        """Say that it can't be asked."""
        return None

    @override
    def is_unique(self, table: Sequence[str], columns: Sequence[str]) -> Statement | None:
        """Say that it can't be asked."""
        return None

    @override
    def find_index(self, table: Sequence[str], column: str) -> Statement | None:
        """Say that it can't be asked."""
        return None

    @override
    def sort(self, column: str, kind: ColumnKind) -> str:
        """Leave the column as it is."""
        return column

    @override
    def advise(self, kind: ColumnKind) -> str:
        """Cast as the standard does."""
        return "CAST({} AS text)"

    @override
    def select(self, columns: Sequence[str], kinds: Sequence[ColumnKind]) -> str:
        """Select the columns as they are."""
        return ", ".join(columns)

    def limit(self, select: str, rest: str, rows: int) -> str:
        """Put a statement together that gives its first rows."""
        return f"SELECT {select} {rest} LIMIT {rows:d}"

    def is_null(self, column: str) -> str:
        """Say that a time column holds none."""
        return f"{column} IS NULL"

    def keep_text(self, text: str) -> str:
        """Write SQL text from YAML so that the driver binds nothing inside it."""
        return text.replace("%", "%%") if self.doubles_percent else text

    def arguments(self, statement: Statement) -> tuple[Any, ...]:
        """Give what the driver's `execute` takes; without values it leaves percent signs alone."""
        if statement.values:
            return statement.text, statement.values
        return (statement.text.replace("%%", "%") if self.doubles_percent else statement.text,)

    def bind(self, value: Cell) -> tuple[str, Cell]:
        """Give the placeholder of a value and the value as the driver takes it."""
        return self.placeholder, value

    def bound(self, moment: datetime, kind: ColumnKind) -> Cell:
        """Give a window's bound as the driver takes it.

        Args:
            moment: on the wall clock of the source, or aware for a column that knows its zone.
            kind: of the column.
        """
        return moment.date() if kind is ColumnKind.DATE else moment

    @override
    def to_key(self, value: Cell, kind: ColumnKind) -> Key:
        """Keep a value's text."""
        return str(value)

    @override
    def from_key(self, key: Key, kind: ColumnKind) -> Cell:
        """Bind what was kept."""
        return key


def block_of(columns: Sequence[pl.Series]) -> RowBlock:
    """Give columns that are there already as a block."""
    rows = len(columns[0])
    # objects don't tell their size
    sizes = [64 * rows if column.dtype == pl.Object else column.estimated_size() for column in columns]
    last = [column[-1] for column in columns] if rows else []
    return RowBlock(rows, last, sum(sizes) / max(rows, 1), lambda: list(columns))


def first_line(error: Exception) -> str:
    """Give the first line of an error's text, cut: it goes into our own messages."""
    text = str(error).strip()
    return (text.splitlines()[0] if text else type(error).__name__)[:300]

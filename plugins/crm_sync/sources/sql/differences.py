"""What is asked of a dialect about one table or one kind of column; `dialects.py` has the usual answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from crm_sync.sources.sql.kinds import ColumnKind, Key, Statement
from crm_sync.untyped import Cell, DbConnection


class Differences(Protocol):
    """Questions that a dialect need not answer itself."""

    def list_columns(
        self, connection: DbConnection, table: Sequence[str], own: str
    ) -> dict[str, bool] | None:
        """Give the columns of a table that may be selected, and whether each may hold null.

        Args:
            connection: to ask over.
            table: the parts of its name.
            own: the same as SQL with its alias.

        Returns:
            Nothing for a table that is not there; None where that can't be asked.
        """
        ...

    def is_unique(self, table: Sequence[str], columns: Sequence[str]) -> Statement | None:
        """Ask how many unique indexes have nothing but these columns; None where that can't be asked."""
        ...

    def find_index(self, table: Sequence[str], column: str) -> Statement | None:
        """Ask how many indexes start with a column; None where that can't be asked."""
        ...

    def sort(self, column: str, kind: ColumnKind) -> str:
        """Write a column of a position so that it is sorted as it is compared."""
        ...

    def advise(self, kind: ColumnKind) -> str:
        """Give the SQL, with `{}` for the column, that makes a text of a refused kind."""
        ...

    def select(self, columns: Sequence[str], kinds: Sequence[ColumnKind]) -> str:
        """Write what a page selects; `fetch` gives the columns of these kinds whatever it looks like."""
        ...

    def to_key(self, value: Cell, kind: ColumnKind) -> Key:
        """Give one part of a position as JSON."""
        ...

    def from_key(self, key: Key, kind: ColumnKind) -> Cell:
        """Give one part of a position as the driver takes it."""
        ...

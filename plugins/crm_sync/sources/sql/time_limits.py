"""A window as conditions on the cursor columns, in each column's notation; other columns are refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.sql.kinds import TEMPORAL, ColumnKind
from crm_sync.sources.sql.notations import TimeNotation, find_notation
from crm_sync.sources.sql.session import SqlSession
from crm_sync.sources.sql.statements import Condition, TableQuery
from crm_sync.sources.sql.window import DeltaBounds


class TimeLimits:
    """The cursor columns of one read.

    Args:
        session: to look with, where only the values tell what a column holds.
        query: of the entity.
        read: the same in its YAML.
        kinds: of the query's columns.
    """

    def __init__(
        self, session: SqlSession, query: TableQuery, read: SqlTableRead, kinds: Sequence[ColumnKind]
    ) -> None:
        self._query = query
        self._notations: dict[str, TimeNotation] = {}
        named = ((query.cursor, read.cursor), (query.null_cursor, read.null_cursor))
        for column, name in named:
            if column is None or name is None:
                continue
            kind = kinds[query.position_of([column])[0]]
            if kind in TEMPORAL:
                self._notations[column] = self._of_kind(kind)
            elif query.dialect.knows_kinds:
                raise FatalSourceError(f"{read.table}: column {name} holds {kind}, expected a date or time.")
            else:
                found = find_notation(session, query, column, name)
                self._notations[column] = found or self._of_kind(ColumnKind.WALL_TIME)

    def limit(self, column: str, window: DeltaBounds) -> Condition:
        """Give the condition that a row lies in a window."""
        notation = self._notations[column]
        low, high = window.bounds(notation.kind)
        return self._query.between(column, notation.write(low, False), notation.write(high, True))

    def _of_kind(self, kind: ColumnKind) -> TimeNotation:
        def write(moment: datetime, _: bool) -> object:
            bound: object = self._query.dialect.bound(moment, kind)
            return bound

        return TimeNotation(kind, write)

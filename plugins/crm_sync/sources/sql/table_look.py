"""Examines a table before its first row is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_sync.config.models import EntityConfig
from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.sources.sql.dialects import Dialect
from crm_sync.sources.sql.kinds import ColumnKind, Statement
from crm_sync.sources.sql.session import SqlSession
from crm_sync.sources.sql.statements import Condition, TableQuery, build_query
from crm_sync.sources.sql.table_columns import GoneColumns, TableColumns, check_kinds, key_names
from crm_sync.sources.sql.time_limits import TimeLimits


@dataclass(frozen=True)
class TableLook:
    """A table, looked at.

    Args:
        query: for the columns that are there.
        kinds: of the query's columns.
        gone: mapped columns that are not there.
        nullable: SQL of the key's columns that may be null.
        limits: of its cursor columns.
        is_unique: an index of the database keeps the key different in every row that is read.
    """

    query: TableQuery
    kinds: list[ColumnKind]
    gone: GoneColumns
    nullable: tuple[str, ...]
    limits: TimeLimits
    is_unique: bool

    def has_index(self, session: SqlSession, column: str) -> bool:
        """Ask whether an index begins with a column; no, where that can't be asked."""
        statement = self.query.dialect.find_index(self.query.table, column)
        return statement is not None and int(session.fetch_rows(statement)[0][0]) > 0

    def keyed(self) -> list[Condition]:
        """Give what holds for rows that a walk by the key can pass."""
        return [Condition(f"{column} IS NOT NULL") for column in self.nullable]

    def unkeyed(self, conditions: Sequence[Condition], rows: int) -> Statement | None:
        """Ask for the other rows; None where there can be none."""
        if not self.nullable:
            return None
        nulls = Condition(f"({' OR '.join(f'{column} IS NULL' for column in self.nullable)})")
        return self.query.page([*conditions, nulls], self.query.keys, rows, self.kinds)


def look_at(session: SqlSession, entity: EntityConfig, read: SqlTableRead, dialect: Dialect) -> TableLook:
    """Find out what a table's columns are, and that they can be read.

    Raises:
        FatalSourceError: one that is needed is gone, has no single text, or is no time.
        SourceError: the database refused, or can't be reached.
    """
    whole = build_query(entity, read, dialect)
    columns = TableColumns(read, dialect, session.list_columns(whole.table, whole.own))
    gone = columns.find_gone(entity)
    query = build_query(entity, read, dialect, gone=gone.paths, spelled=columns.find_spelling(entity))
    kinds = session.describe(query.describe(), explain=columns.explain)
    check_kinds(query, kinds)
    nullable = tuple(query.keys[at] for at in columns.find_nullable(entity))
    limits = TimeLimits(session, query, read, kinds)
    return TableLook(query, kinds, gone, nullable, limits, _is_unique(session, query, entity, read))


def _is_unique(session: SqlSession, query: TableQuery, entity: EntityConfig, read: SqlTableRead) -> bool:
    names = key_names(entity)
    statement = query.dialect.is_unique(query.table, names)
    if statement is None or read.joins or any("." in name for name in names):
        return False
    ((indexes,),) = session.fetch_rows(statement)
    return int(indexes) > 0

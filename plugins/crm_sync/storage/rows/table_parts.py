"""Parts of a table: the rows that a comparison is about, and which of them a read did not show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.storage.rows.sweep import GONE
from crm_sync.storage.rows.sweep_keys import SEEN, load_keys
from crm_sync.storage.statements import get_identifier, match, names

if TYPE_CHECKING:
    import polars as pl

    from crm_sync.storage.pg_types import PgCursor

_FIND_ABSENT = """
create temporary table {gone} on commit drop as
select {key}
from {table} as t
where t.sync_deleted_at is null and {part} and not exists (select from {seen} as s where {match})
"""


class TablePart(Protocol):
    """Some rows of a table."""

    def compose(self) -> sql.Composable:
        """Give the condition on rows of `t`."""
        ...


@dataclass(frozen=True)
class Span:
    """Rows of the table from one moment of a column to another.

    Args:
        column: with the moment.
        since: the first one, aware UTC.
        until: the one after the last, aware UTC.
    """

    column: str
    since: datetime
    until: datetime

    def compose(self) -> sql.Composable:
        """Give the condition on rows of `t`."""
        column = sql.SQL("t.{}::timestamptz").format(sql.Identifier(self.column))
        bounds = (column, sql.Literal(self.since), column, sql.Literal(self.until))
        return sql.SQL("{} >= {} and {} < {}").format(*bounds)


def load_absent(
    cursor: PgCursor, entity: EntityConfig, part: TablePart, keys: Iterable[pl.DataFrame]
) -> tuple[int, str | None]:
    """Find the live rows of a part whose keys were not read; `find_ghosts` gives them.

    Returns:
        How many, and why the keys can't be relied on; None: they can.
    """
    table = get_identifier(entity)
    if (reason := load_keys(cursor, table, entity.primary_key, keys)) is not None:
        return 0, reason
    statement = sql.SQL(_FIND_ABSENT).format(
        gone=GONE,
        key=names(entity.primary_key),
        table=table,
        part=part.compose(),
        seen=SEEN,
        match=match(entity.primary_key),
    )
    cursor.execute(statement)
    return int(cursor.rowcount), None

"""A temporary table that stands in for the target in a dry run: same columns, key, checks and indexes.

It holds the rows that the run touches. The real table is only read: no lock but a reader's, no dead tuples,
nothing in its statistics. What depends on other rows is not foreseen: a unique index and a foreign key of the
user's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.storage.copy import copy_rows
from crm_sync.storage.statements import compose_keys, get_identifier, match, names
from crm_sync.storage.tables.column_fill import fill_columns
from crm_sync.storage.tables.table_indexes import list_missing_indexes
from crm_sync.storage.tables.table_plan import TablePlan, compose_create, plan_changes
from crm_sync.storage.tables.table_shape import read_shape

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

_SHADOW = sql.Identifier("pg_temp", "crm_sync_shadow")
_WANTED = sql.Identifier("pg_temp", "crm_sync_wanted")
_BOOKKEEPING_DEFAULTS = ("sync_created_at", "sync_updated_at")
_LIKE = (
    "create temporary table {} (like {} including constraints including indexes including generated) "
    "on commit drop"
)
_LOAD = """
insert into {shadow} ({columns})
select {own_columns}
from {wanted} as s
join {table} as t on {is_wanted}
where not exists (select from {shadow} as h where {is_loaded})
"""


@dataclass
class ShadowTable:
    """The stand-in of one entity's table, inside a transaction that is going to be rolled back.

    Args:
        cursor: in that transaction.
        entity: configuration.
    """

    cursor: PgCursor
    entity: EntityConfig

    def __post_init__(self) -> None:
        shape = read_shape(self.cursor, self.entity)
        self._to_index = list_missing_indexes(self.entity, shape)
        self.plan: TablePlan = plan_changes(self.entity, shape)
        self.identifier: sql.Composable = _SHADOW
        self.exists = shape.exists
        self.can_sweep = "sync_deleted_at" in shape.columns
        self._columns = [name for name, column in shape.columns.items() if not column.is_generated]
        self._can_fill = "extra" in shape.columns
        if self.exists:
            self._copy_shape()
        else:
            self.cursor.execute(compose_create(self.entity, _SHADOW, temporary=True))

    def load(self, frame: pl.DataFrame, columns: tuple[str, ...] | None = None) -> None:
        """Bring in the rows that a chunk may touch.

        Args:
            frame: rows whose keys are looked up.
            columns: columns that are compared; None: the primary key.
        """
        if not self.exists:
            return
        key = columns or self.entity.primary_key
        table = get_identifier(self.entity)
        self.cursor.execute(compose_keys(_SHADOW, key, _WANTED))
        copy_rows(self.cursor, _WANTED, frame.select(key).drop_nulls().unique().with_row_index("_position"))
        self.cursor.execute(sql.SQL("analyze {}").format(_WANTED))
        statement = sql.SQL(_LOAD).format(
            shadow=_SHADOW,
            table=table,
            columns=names(self._columns),
            own_columns=sql.SQL(", ").join(sql.Identifier("t", name) for name in self._columns),
            wanted=_WANTED,
            is_wanted=match(key),
            is_loaded=match(self.entity.primary_key, "t", "h"),
        )
        self.cursor.execute(statement)
        self.cursor.execute(sql.SQL("drop table {}").format(_WANTED))
        if self.plan.added and self._can_fill:
            fill_columns(self.cursor, self.entity, self.plan.added, table=_SHADOW)

    def describe_plan(self) -> list[str]:
        """Say in sentences how the table itself would change."""
        if self.plan.create:
            return [f"table {self.entity.table} would be created"]
        sentences = [sentence for _, sentence in self.plan.changes]
        sentences += [f"index on {', '.join(columns)} made" for columns in self._to_index]
        return [f"table {self.entity.table}: {sentence}" for sentence in sentences]

    def _copy_shape(self) -> None:
        table = get_identifier(self.entity)
        self.cursor.execute(sql.SQL(_LIKE).format(_SHADOW, table))
        if self.plan.changes:
            self.cursor.execute(self.plan.alter(_SHADOW))
        ours = {*self.entity.fields, "extra", *_BOOKKEEPING_DEFAULTS, "sync_deleted_at", "sync_history_id"}
        parts = [
            sql.SQL("alter column {} set default now()").format(sql.Identifier(name))
            for name in _BOOKKEEPING_DEFAULTS
        ]
        # defaults are not copied: drawing from the user's own sequence is not undone by a rollback
        parts += [
            sql.SQL("alter column {} drop not null").format(sql.Identifier(name))
            for name in self._columns
            if name not in ours
        ]
        self.cursor.execute(sql.SQL("alter table {} {}").format(_SHADOW, sql.SQL(", ").join(parts)))

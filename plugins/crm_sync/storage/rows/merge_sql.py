"""Composes the statements of a merge: which rows are known, and which of those are overwritten."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType
from crm_sync.storage.statements import match, names

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as PgCursor  # noqa: N812 - a class, under its role

KEYS = sql.Identifier("pg_temp", "crm_sync_keys")
STAGE = sql.Identifier("pg_temp", "crm_sync_stage")
ROW_COLUMN, PIECE_COLUMN, POSITION_COLUMN = "_row", "_piece", "_position"
GONE_COLUMN, GONE_AT_COLUMN, NOT_AFTER_COLUMN = "_gone", "_gone_at", "_not_after"
_PLANNER = {
    "jit": "off",  # compiling a comparison of 50 columns costs more than it saves on one chunk
    "work_mem": "64MB",
    "enable_hashjoin": "off",  # a chunk looks its rows up by key: reading the whole table for each chunk
    "enable_mergejoin": "off",  # would make every chunk of a large table slower than the one before
}


@dataclass(frozen=True)
class MergeTarget:
    """Where and how the rows of one entity are written.

    Args:
        entity: configuration with key, modified and deleted column.
        table: target table, or the temporary one of a dry run.
        columns: columns that are written, key included, bookkeeping left out.
        history_id: run that writes.
        force: every row overwrites once, whatever the timestamps.
    """

    entity: EntityConfig
    table: sql.Composable
    columns: tuple[str, ...]
    history_id: int
    force: bool

    @property
    def key(self) -> tuple[str, ...]:
        """Key columns."""
        return self.entity.primary_key


def set_planner(cursor: PgCursor, *, by_key: bool) -> None:
    """Fit the planner to the transaction's next statements: look rows up by key, or compare whole tables."""
    for name, value in _PLANNER.items():
        wanted = "on" if name.startswith("enable_") and not by_key else value
        cursor.execute("select set_config(%s, %s, true)", (name, wanted))


def compose_stage(target: MergeTarget) -> sql.Composable:
    """Compose the temporary table of the rows that are known, typed as the target's columns."""
    statement = (
        "create temporary table {} on commit drop as "
        "select null::integer as _piece, {}, null::boolean as _gone, null::timestamptz as _gone_at, "
        "null::timestamptz as _not_after from {} with no data"
    )
    return sql.SQL(statement).format(STAGE, names(target.columns), target.table)


def compose_probe(target: MergeTarget) -> sql.Composable:
    """Compose the query for the positions of a piece's keys that the table has; parameter: the piece."""
    statement = "select s._position from {} as s join {} as t on {} where s._piece = {{piece}}"
    return sql.SQL(statement).format(KEYS, target.table, match(target.key))


def compose_range_probe(target: MergeTarget) -> sql.Composable:
    """Compose the question whether the table has a key between two; parameters: the least, the greatest."""
    statement = "select exists (select from {} where {} between %s and %s)"
    return sql.SQL(statement).format(target.table, sql.Identifier(target.key[0]))


def compose_update(target: MergeTarget, missing: Collection[str] = ()) -> sql.Composable:
    """Compose the update of one piece's known rows; parameter: the piece.

    Equal rows are left alone, so their tuples stay where they are.

    Args:
        target: where and how rows are written.
        missing: columns that are left as they are, since the source no longer has them.
    """
    values = [column for column in target.columns if column not in target.key and column not in missing]
    deleted_at = _compose_deleted_at(target.entity, missing)
    wanted = {column: _compose_wanted(target.entity, column) for column in values}
    assignments = [
        sql.SQL("{} = {}").format(sql.Identifier(column), value) for column, value in wanted.items()
    ]
    assigned: list[sql.Composable] = [
        *assignments,
        sql.SQL("sync_updated_at = now()"),
        sql.SQL("sync_history_id = {}").format(sql.Literal(target.history_id)),
        sql.SQL("sync_deleted_at = {}").format(deleted_at),
    ]
    differs = [
        sql.SQL("t.{} is distinct from {}").format(sql.Identifier(column), value)
        for column, value in wanted.items()
    ]
    differs.append(sql.SQL("t.sync_deleted_at is distinct from {}").format(deleted_at))
    guard = sql.SQL("({} and ({}))").format(
        _compose_newer(target.entity.modified_column), sql.SQL(" or ").join(differs)
    )
    if target.force:
        # once: a second version of a row in the same run meets the usual guard
        guard = sql.SQL("(t.sync_history_id is distinct from {} or {})").format(
            sql.Literal(target.history_id), guard
        )
    statement = (
        "update {} as t set {} from {} as s "
        "where s._piece = %s and {} and {} and (s._not_after is null or t.sync_updated_at <= s._not_after)"
    )
    return sql.SQL(statement).format(
        target.table, sql.SQL(", ").join(assigned), STAGE, match(target.key), guard
    )


def _compose_wanted(entity: EntityConfig, column: str) -> sql.Composable:
    field = entity.fields.get(column)
    if field is not None and field.keep_when_missing:
        return sql.SQL("coalesce(s.{0}, t.{0})").format(sql.Identifier(column))
    return sql.SQL("s.{}").format(sql.Identifier(column))


def _compose_deleted_at(entity: EntityConfig, missing: Collection[str]) -> sql.Composable:
    """Compose since when a row is gone, null for one that is not.

    A record that says it is gone without saying since when keeps the moment that was noted first. Where the
    source no longer says whether a record is gone, what the row says of itself counts on.
    """
    gone: sql.Composable = sql.SQL("s._gone")
    if entity.deleted and entity.deleted.column in missing:
        column = sql.Identifier("t", entity.deleted.column)
        is_flag = entity.fields[entity.deleted.column].type is FieldType.BOOLEAN
        gone = column if is_flag else sql.SQL("{} is not null").format(column)
    statement = "case when {} then coalesce(s._gone_at, t.sync_deleted_at, now()) end"
    return sql.SQL(statement).format(gone)


def _compose_newer(modified_column: str | None) -> sql.Composable:
    if modified_column is None:
        return sql.SQL("true")
    column = sql.Identifier(modified_column)
    return sql.SQL("(s.{0} >= t.{0} or s.{0} is null or t.{0} is null)").format(column)

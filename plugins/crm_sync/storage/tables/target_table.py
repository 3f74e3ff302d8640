"""Brings a target table in line with its entity: create, add, widen, grant; `table_plan.py` decides what.

No table is ever dropped, and nothing that users added is touched: views, grants, keys, comments, indexes or
columns.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg2
from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import DatabaseUnavailableError, SchemaFaultError
from crm_sync.storage.database_errors import ErrorKind, classify, get_message
from crm_sync.storage.statements import get_identifier
from crm_sync.storage.tables.column_fill import fill_columns
from crm_sync.storage.tables.table_indexes import Columns, compose_index, list_missing_indexes
from crm_sync.storage.tables.table_plan import (
    TablePlan,
    compose_comments,
    compose_create,
    plan_changes,
    render,
)
from crm_sync.storage.tables.table_shape import read_shape

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

_LOCK_TIMEOUT = "10s"
"""An ALTER waits behind long reads, and every new read waits behind the ALTER: rather try again later."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TableChanges:
    """What was done to a target table.

    Args:
        created: the table was made.
        sentences: one for each change, for the log.
        to_index: indexes that a table with rows lacks: `build_indexes` makes them, outside of a transaction.
        to_fill: columns that a table with rows has got: `fill_table` gives them what `extra` has.
    """

    created: bool = False
    sentences: tuple[str, ...] = ()
    to_fill: tuple[str, ...] = ()
    to_index: tuple[Columns, ...] = ()


def ensure_table(cursor: PgCursor, entity: EntityConfig) -> TableChanges:
    """Make the entity's table fit; one catalog query when it already does.

    Safe to call from many processes at once and again. The caller commits, soon: an ALTER locks readers out.

    Raises:
        SchemaFaultError: something can't be changed safely; the message holds the statement to run.
        psycopg2.Error: a transient failure, a lock that was not granted among them.
    """
    shape = read_shape(cursor, entity)
    if plan_changes(entity, shape).is_empty:
        return TableChanges(to_index=list_missing_indexes(entity, shape))
    # tasks of one CRM start together and share a schema: one at a time, then look again
    cursor.execute(
        "select pg_advisory_xact_lock(hashtextextended('crm_sync table ' || %s, 0))", (entity.table_schema,)
    )
    shape = read_shape(cursor, entity)
    plan = plan_changes(entity, shape)
    table = get_identifier(entity)
    if plan.create:
        _create(cursor, entity, plan, table)
    if plan.changes:
        _alter(cursor, entity, plan, table)
    if plan.grant_to:
        _grant(cursor, entity, plan.grant_to)
    sentences = ("created",) if plan.create else tuple(sentence for _, sentence in plan.changes)
    for sentence in sentences:
        logger.info("Table %s: %s", entity.table, sentence)
    to_index = () if plan.create else list_missing_indexes(entity, shape)
    return TableChanges(plan.create, sentences, _find_unfilled(cursor, plan, table), to_index)


def fill_table(cursor: PgCursor, entity: EntityConfig, columns: Sequence[str]) -> int:
    """Give added columns what `extra` has of them, and warn where rows stay without.

    It only locks the rows that it writes, so it belongs in another transaction than the ALTER, which locks
    readers out until its end. Safe to call again.

    Args:
        cursor: in a transaction of its own.
        entity: configuration.
        columns: names of the columns; those that the configuration no longer has are passed over.

    Returns:
        How many values were filled in.
    """
    added = [name for name in columns if name in entity.fields]
    has_extra = "extra" in read_shape(cursor, entity).columns
    filled = fill_columns(cursor, entity, added, table=get_identifier(entity)) if added and has_extra else {}
    for name in added:
        if rows := filled.get(name):
            logger.info("Table %s: column %s filled from extra in %d rows", entity.table, name, rows)
        else:
            logger.warning(
                "Table %s: new column %s stays empty in existing rows, since extra does not have it; "
                "a run of %s %s with full: true fills it.",
                entity.table,
                name,
                entity.crm_source,
                entity.sync_type,
            )
    return sum(filled.values())


def _create(cursor: PgCursor, entity: EntityConfig, plan: TablePlan, table: sql.Composable) -> None:
    if plan.create_schema:
        schema = sql.Identifier(entity.table_schema)
        _run(cursor, entity, sql.SQL("create schema if not exists {}").format(schema))
    _run(cursor, entity, compose_create(entity, table))
    for columns in entity.indexes:
        _run(cursor, entity, compose_index(entity, columns, concurrently=False))
    for comment in compose_comments(entity, list(entity.fields)):
        _run(cursor, entity, comment)
    if entity.title:
        _run(cursor, entity, sql.SQL("comment on table {} is {}").format(table, sql.Literal(entity.title)))


def _alter(cursor: PgCursor, entity: EntityConfig, plan: TablePlan, table: sql.Composable) -> None:
    cursor.execute("select current_setting('lock_timeout')")
    (before,) = cursor.fetchone() or ("0",)
    cursor.execute("select set_config('lock_timeout', %s, true)", (_LOCK_TIMEOUT,))
    _run(cursor, entity, plan.alter(table))
    cursor.execute("select set_config('lock_timeout', %s, true)", (before,))
    for comment in compose_comments(entity, plan.added):
        _run(cursor, entity, comment)


def _find_unfilled(cursor: PgCursor, plan: TablePlan, table: sql.Composable) -> tuple[str, ...]:
    if not plan.added:
        return ()
    cursor.execute(sql.SQL("select exists (select from {})").format(table))
    return tuple(plan.added) if (cursor.fetchone() or (False,))[0] else ()


def _grant(cursor: PgCursor, entity: EntityConfig, roles: tuple[str, ...]) -> None:
    schema, readers = sql.Identifier(entity.table_schema), sql.SQL(", ").join(map(sql.Identifier, roles))
    statements = [
        sql.SQL("grant usage on schema {} to {}").format(schema, readers),
        sql.SQL("grant select on {} to {}").format(get_identifier(entity), readers),
        sql.SQL("alter default privileges in schema {} grant select on tables to {}").format(schema, readers),
    ]
    for statement in statements:
        _run(cursor, entity, statement)
    # PostgreSQL only warns when the grantor has no grant option
    if denied := read_shape(cursor, entity).readers_denied:
        logger.warning(
            "Table %s: the warehouse user may not grant reading to %s; the owner has to run: %s;",
            entity.table,
            ", ".join(denied),
            "; ".join(map(render, statements[:2])),
        )


def _run(cursor: PgCursor, entity: EntityConfig, statement: sql.Composable) -> None:
    try:
        cursor.execute(statement)
    except psycopg2.Error as error:
        if classify(error) is ErrorKind.TRANSIENT:
            raise
        text = statement.as_string(cursor)
        message = get_message(error)
        if error.pgcode and error.pgcode.startswith("53"):
            raise DatabaseUnavailableError(
                f"The warehouse failed on table {entity.table}: {message}."
            ) from error
        hint = f" ({error.diag.message_detail})" if error.diag.message_detail else ""
        raise SchemaFaultError(
            f"Table {entity.table}: {message}{hint}. "
            f"Run as its owner, after removing what stands in the way: {text};"
        ) from error

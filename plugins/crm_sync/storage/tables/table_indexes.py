"""Makes the indexes that an entity's YAML asks for; an index is never dropped, except one that is half made.

A new table gets them at once. One with rows gets them after a save, concurrently: neither readers nor
writers wait. An index is a help and no promise, so a failure is a warning that names the statement.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from contextlib import closing
from typing import TYPE_CHECKING

import psycopg2
from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.storage.connections import Connect
from crm_sync.storage.database_errors import get_message
from crm_sync.storage.statements import get_identifier, names
from crm_sync.storage.tables.table_plan import render
from crm_sync.storage.tables.table_shape import TableShape, read_shape

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

_LOCK_TIMEOUT = "60s"
"""Making one concurrently waits for the transactions that write to the table: rather try again later."""
_NAME_CHARS = 63
Columns = tuple[str, ...]

logger = logging.getLogger(__name__)


def name_index(entity: EntityConfig, columns: Columns) -> str:
    """Name an index: table and columns, cut to what PostgreSQL takes, and a digest that tells all apart."""
    told = "_".join((entity.table_name, *columns))
    end = f"_{hashlib.sha256(repr((entity.table_name, columns)).encode()).hexdigest()[:8]}_idx"
    return told[: _NAME_CHARS - len(end)] + end


def compose_index(entity: EntityConfig, columns: Columns, *, concurrently: bool) -> sql.Composable:
    """Compose CREATE INDEX."""
    how = "concurrently " if concurrently else ""
    return sql.SQL(f"create index {how}if not exists {{}} on {{}} ({{}})").format(
        sql.Identifier(name_index(entity, columns)), get_identifier(entity), names(columns)
    )


def list_missing_indexes(entity: EntityConfig, shape: TableShape) -> tuple[Columns, ...]:
    """List the indexes that are not there; one with the same columns counts, whatever its name."""
    return tuple(columns for columns in entity.indexes if columns not in shape.indexes)


def build_indexes(connect: Connect, entity: EntityConfig, missing: Iterable[Columns]) -> None:
    """Make indexes on a table with rows, each in a statement that lets readers and writers work.

    May be called again at any time. What can't be made is a warning, and the next save tries again.

    Args:
        connect: makes a connection; no transaction of this process may be open on the table.
        entity: configuration.
        missing: columns of the indexes.
    """
    if not (wanted := list(missing)):
        return
    try:
        with closing(connect()) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                for columns in wanted:
                    _build(cursor, entity, columns)
    except psycopg2.Error as error:
        # the rows are saved and the run is closed: it is no failure
        logger.warning("Table %s: no index was made: %s.", entity.table, get_message(error))


def _build(cursor: PgCursor, entity: EntityConfig, columns: Columns) -> None:
    shape = read_shape(cursor, entity)
    if columns in shape.indexes:
        return
    statement = compose_index(entity, columns, concurrently=shape.kind == "r")
    if shape.kind != "r" or not shape.is_owner:
        why = "it is partitioned" if shape.kind == "p" else f"the warehouse user {shape.user} does not own it"
        _warn(entity, columns, why, statement)
        return
    try:
        cursor.execute("select set_config('lock_timeout', %s, false)", (_LOCK_TIMEOUT,))
        if name_index(entity, columns) in shape.broken_indexes:
            _drop(cursor, entity, columns)
        cursor.execute(statement)
    except psycopg2.Error as error:
        _warn(entity, columns, get_message(error), statement)
        return
    logger.info("Table %s: index on %s made", entity.table, ", ".join(columns))


def _drop(cursor: PgCursor, entity: EntityConfig, columns: Columns) -> None:
    """Drop an index that an earlier try left half made: it costs every write and serves no read."""
    index = sql.Identifier(entity.table_schema, name_index(entity, columns))
    cursor.execute(sql.SQL("drop index concurrently if exists {}").format(index))


def _warn(entity: EntityConfig, columns: Columns, why: str, statement: sql.Composable) -> None:
    logger.warning(
        "Table %s: the index on %s was not made: %s. The next save tries again; by hand: %s;",
        *(entity.table, ", ".join(columns), why, render(statement)),
    )

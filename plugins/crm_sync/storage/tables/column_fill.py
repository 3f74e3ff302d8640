"""Fills columns that a table has just got from its `extra`, reading the values there as transform would.

Which columns are new is decided in `table_plan.py`; a value that can't be converted stays in `extra`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl
import psycopg2
from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.fields.convert import convert
from crm_sync.fields.paths import build_plan, path_keys, source_paths
from crm_sync.fields.reading import read_lines
from crm_sync.storage.copy import copy_rows
from crm_sync.storage.database_errors import ErrorKind, classify, get_message
from crm_sync.storage.statements import match, names

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

_BATCH_ROWS = 10_000
_FILL = sql.Identifier("pg_temp", "crm_sync_fill")
_EXTRA = "extra"

logger = logging.getLogger(__name__)


def fill_columns(
    cursor: PgCursor, entity: EntityConfig, added: list[str], *, table: sql.Composable
) -> dict[str, int]:
    """Move values from `extra` into new columns, in the caller's transaction.

    Args:
        cursor: in the transaction that added the columns.
        entity: their configuration.
        added: the new columns; a default of the configuration is filled in too.
        table: target table.

    Returns:
        Column to the number of rows that got a value.
    """
    cursor.execute("savepoint crm_sync_fill")
    try:
        counts = _fill(cursor, entity, added, table)
    except psycopg2.Error as error:
        if classify(error) is not ErrorKind.DATA:
            raise
        cursor.execute("rollback to savepoint crm_sync_fill")
        logger.warning(
            "Table %s: extra could not fill new columns: %s.", entity.target_table, get_message(error)
        )
        return {}
    cursor.execute("release savepoint crm_sync_fill")
    return counts


def _fill(cursor: PgCursor, entity: EntityConfig, added: list[str], table: sql.Composable) -> dict[str, int]:
    key = entity.primary_key
    statement = "create temporary table {} on commit drop as select {} from {} with no data"
    cursor.execute(sql.SQL(statement).format(_FILL, names([*key, *added, _EXTRA]), table))
    part = entity.model_copy(update={"fields": {name: entity.fields[name] for name in added}})
    for batch in _read_batches(cursor, part, table):
        converted = convert(read_lines(_join_lines(batch), build_plan(part), ()).columns, part).columns
        found = batch.hstack(converted)
        if not _masked(part):  # else rows without a value, too: what a mask takes away must leave `extra`
            found = found.filter(pl.any_horizontal(pl.col(added).is_not_null()))
        copy_rows(cursor, _FILL, found)
    _strip_extra(cursor, part)
    cursor.execute(sql.SQL("analyze {}").format(_FILL))
    columns = sql.SQL(", ").join(sql.SQL("{0} = s.{0}").format(sql.Identifier(name)) for name in added)
    update = (
        "update {} as t set {}, extra = nullif(s.extra, '{{}}'), sync_updated_at = now() "
        "from {} as s where {}"
    )
    cursor.execute(sql.SQL(update).format(table, columns, _FILL, match(key)))
    counted = sql.SQL(", ").join(sql.SQL("count({})").format(sql.Identifier(name)) for name in added)
    cursor.execute(sql.SQL("select {} from {}").format(counted, _FILL))
    counts = dict(zip(added, cursor.fetchone() or (), strict=True))
    cursor.execute(sql.SQL("drop table {}").format(_FILL))
    return counts


def _read_batches(cursor: PgCursor, part: EntityConfig, table: sql.Composable) -> Iterator[pl.DataFrame]:
    """Walk over the rows whose `extra` has one of the new columns; keys and `extra` come as text."""
    key = part.primary_key
    has_any = sql.SQL(" or ").join(
        sql.SQL("extra #> {} is not null").format(sql.Literal(list(path))) for path in _paths(part)
    )
    texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in [*key, _EXTRA])
    query = sql.SQL("select {} from {} where {}").format(texts, table, has_any)
    schema = pl.Schema(dict.fromkeys([*key, _EXTRA], pl.String()))
    with cursor.connection.cursor(name="crm_sync_fill") as walk:
        walk.itersize = _BATCH_ROWS
        walk.execute(query)
        while rows := walk.fetchmany(_BATCH_ROWS):
            yield pl.DataFrame(rows, schema=schema, orient="row")


def _join_lines(batch: pl.DataFrame) -> bytes:
    """Write `extra` as NDJSON; jsonb prints without line breaks."""
    return "\n".join(batch[_EXTRA].to_list()).encode()


def _strip_extra(cursor: PgCursor, part: EntityConfig) -> None:
    """Take out of `extra` what moved or is masked now, and objects that are empty then, as transform does."""
    masked = _masked(part)
    for name, config in part.fields.items():
        condition = sql.SQL("true" if name in masked else "{} is not null").format(sql.Identifier(name))
        for path in source_paths(name, config.source):
            statement = sql.SQL("update {} set extra = extra #- {} where {}")
            cursor.execute(statement.format(_FILL, sql.Literal(list(path_keys(path, part))), condition))
    parents = {path[:length] for path in _paths(part) for length in range(1, len(path))}
    for parent in sorted(parents, key=len, reverse=True):
        place = sql.Literal(list(parent))
        statement = sql.SQL("update {0} set extra = extra #- {1} where extra #> {1} = '{{}}'")
        cursor.execute(statement.format(_FILL, place))


def _masked(part: EntityConfig) -> set[str]:
    return {name for name, config in part.fields.items() if config.mask is not None}


def _paths(part: EntityConfig) -> list[tuple[str, ...]]:
    return [
        path_keys(path, part)
        for name, config in part.fields.items()
        for path in source_paths(name, config.source)
    ]

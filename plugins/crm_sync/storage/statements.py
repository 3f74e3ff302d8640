"""Pieces that statements about target tables share: quoted names, conditions on keys, a table of keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from psycopg2 import sql

from crm_sync.config.models import EntityConfig


def get_identifier(entity: EntityConfig) -> sql.Identifier:
    """Give the target table's quoted name."""
    return sql.Identifier(entity.table_schema, entity.table_name)


def names(columns: Iterable[str]) -> sql.Composable:
    """Compose a list of quoted column names."""
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def match(columns: Sequence[str], left: str = "t", right: str = "s") -> sql.Composable:
    """Compose the equality of two aliases in some columns; key columns are never null."""
    pairs = [
        sql.SQL("{} = {}").format(sql.Identifier(left, column), sql.Identifier(right, column))
        for column in columns
    ]
    return sql.SQL(" and ").join(pairs)


def compose_keys(table: sql.Composable, key: Sequence[str], name: sql.Composable) -> sql.Composable:
    """Compose a temporary table of keys, typed as the target's, with each row's piece and position there."""
    statement = (
        "create temporary table {} on commit drop as "
        "select null::integer as _piece, null::integer as _position, {} from {} with no data"
    )
    return sql.SQL(statement).format(name, names(key), table)

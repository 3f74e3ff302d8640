"""Pieces that statements about target tables share: quoted names, conditions on keys, a table of keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.constants import FieldType
from crm_sync.fields.record_ids import MARK, MARKED, PLAIN_TYPES, SEPARATOR

_SPELLED = {
    FieldType.DATE: "{}::date::text",
    FieldType.DATETIME: "to_char({}::timestamptz at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US\"+00:00\"')",
}
"""How record ids spell a value; the column may have a wider type than the YAML's."""


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


def compose_record_id(entity: EntityConfig, alias: str) -> sql.Composable:
    """Compose the id of an alias's row as `fields/record_ids.py` makes it of the record."""
    parts = []
    for name in entity.primary_key:
        type_ = entity.fields[name].type
        text = sql.SQL(_SPELLED.get(type_, "{}::text")).format(sql.Identifier(alias, name))
        if len(entity.primary_key) > 1 and type_ not in PLAIN_TYPES:
            for character in MARKED:
                marked = sql.Literal(character), sql.Literal(MARK + character)
                text = sql.SQL("replace({}, {}, {})").format(text, *marked)
        parts.append(text)
    return sql.SQL("concat_ws({}, {})").format(sql.Literal(SEPARATOR), sql.SQL(", ").join(parts))


def compose_keys(table: sql.Composable, key: Sequence[str], name: sql.Composable) -> sql.Composable:
    """Compose a temporary table of keys, typed as the target's, with each row's piece and position there."""
    statement = (
        "create temporary table {} on commit drop as "
        "select null::integer as _piece, null::integer as _position, {} from {} with no data"
    )
    return sql.SQL(statement).format(name, names(key), table)

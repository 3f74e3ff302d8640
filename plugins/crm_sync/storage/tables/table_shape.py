"""What the catalog says about one target table; what ought to change is left to `table_plan.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_sync.config.models import EntityConfig
from crm_sync.storage.sql_files import load_sql

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor


@dataclass(frozen=True)
class StoredColumn:
    """One column of an existing table.

    Args:
        name: its name.
        type: as `format_type` prints it.
        category: `pg_type.typcategory`.
        has_default: a default or an identity fills it.
        is_generated: it can't be written.
        is_loose: texts that differ may count as equal there, as in another case.
    """

    name: str
    type: str
    category: str
    has_default: bool
    is_generated: bool
    is_loose: bool


@dataclass(frozen=True)
class TableShape:
    """One target table and the rights on it.

    Args:
        schema_exists: whether its schema is there.
        kind: `pg_class.relkind`, None where there is no relation of that name.
        owner: role that owns it, empty where it is missing.
        is_owner: whether the connection's role may alter it.
        can_write: whether the role may select, insert and update.
        has_policies: row level security applies to the role, so rows may be hidden from it.
        columns: name to column, in table order.
        indexes: columns of its valid, whole B-tree indexes over plain columns.
        broken_indexes: names of its indexes that are half made.
        unique_keys: column sets of its valid, whole unique indexes.
        readers_missing: roles of `readers` that don't exist.
        readers_denied: roles of `readers` that lack a grant.
        user: role of the connection.
    """

    schema_exists: bool
    kind: str | None
    owner: str
    is_owner: bool
    can_write: bool
    has_policies: bool
    columns: dict[str, StoredColumn]
    indexes: frozenset[tuple[str, ...]]
    broken_indexes: frozenset[str]
    unique_keys: tuple[frozenset[str], ...]
    readers_missing: tuple[str, ...]
    readers_denied: tuple[str, ...]
    user: str

    @property
    def exists(self) -> bool:
        """Whether there is a relation of that name."""
        return self.kind is not None


def read_shape(cursor: PgCursor, entity: EntityConfig) -> TableShape:
    """Read the table of an entity from the catalog, in one query."""
    cursor.execute(
        load_sql("queries/read_target_table"),
        {"schema": entity.table_schema, "table": entity.table_name, "readers": list(entity.readers)},
    )
    schema_exists, relation, columns, indexes, unique_keys, missing, denied, user = (
        cursor.fetchone() or (None,) * 8
    )
    relation = relation or {}
    return TableShape(
        schema_exists=bool(schema_exists),
        kind=relation.get("kind"),
        owner=relation.get("owner", ""),
        is_owner=relation.get("is_owner", True),
        can_write=relation.get("can_write", True),
        has_policies=relation.get("has_policies", False),
        columns={column["name"]: StoredColumn(**column) for column in columns or ()},
        indexes=frozenset(tuple(one["columns"]) for one in indexes or () if one["is_valid"]),
        broken_indexes=frozenset(one["name"] for one in indexes or () if not one["is_valid"]),
        unique_keys=tuple(frozenset(key) for key in unique_keys or () if key),
        readers_missing=tuple(missing or ()),
        readers_denied=tuple(denied or ()),
        user=user or "",
    )

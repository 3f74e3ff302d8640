"""What has to change so that a target table fits its entity, as composed statements; nothing is run here.

Safe changes only: create, add columns, widen types, grant. Anything else is an error that prints the
statement to run by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from psycopg2 import sql

from crm_sync.config.field_config import FieldConfig
from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import SchemaFaultError
from crm_sync.fields.types import get_field_type
from crm_sync.storage.statements import get_identifier
from crm_sync.storage.tables.column_types import Change, compare_types, get_conversion
from crm_sync.storage.tables.table_shape import StoredColumn, TableShape

_BOOKKEEPING = {
    "sync_created_at": "timestamptz not null default now()",
    "sync_updated_at": "timestamptz not null default now()",
    "sync_deleted_at": "timestamptz",
    "sync_history_id": "bigint",
}
_WITH_DEFAULT = ("sync_created_at", "sync_updated_at")
"""COPY leaves these to the table, so their default has to be there."""
_KINDS = {"v": "a view", "m": "a materialized view", "f": "a foreign table"}


@dataclass
class TablePlan:
    """Statements that make the table fit, in order.

    Args:
        create_schema: the schema is missing.
        create: the table is missing.
        changes: parts of one ALTER TABLE, each with the sentence for the log.
        added: mapped columns that an existing table gets.
        grant_to: roles of `readers` that lack a grant.
    """

    create_schema: bool = False
    create: bool = False
    changes: list[tuple[sql.Composable, str]] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    grant_to: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the table fits as it is."""
        return not (self.create_schema or self.create or self.changes or self.grant_to)

    def alter(self, table: sql.Composable) -> sql.Composable:
        """Compose the one ALTER TABLE, so that a large table is rewritten at most once."""
        return sql.SQL("alter table {} {}").format(
            table, sql.SQL(", ").join(part for part, _ in self.changes)
        )


def get_column_types(entity: EntityConfig) -> dict[str, str]:
    """Give the written columns and their wanted types, in YAML order, `extra` last."""
    types = {name: get_field_type(config.type).pg_type for name, config in entity.fields.items()}
    return {**types, "extra": "jsonb"} if entity.extra else types


def compose_create(entity: EntityConfig, table: sql.Composable, *, temporary: bool = False) -> sql.Composable:
    """Compose CREATE TABLE with key and bookkeeping columns."""
    definitions = {**get_column_types(entity), **_BOOKKEEPING}
    columns = [sql.SQL("{} " + kind).format(sql.Identifier(name)) for name, kind in definitions.items()]
    key = sql.SQL("primary key ({})").format(sql.SQL(", ").join(map(sql.Identifier, entity.primary_key)))
    kind = sql.SQL("temporary table" if temporary else "table")
    end = sql.SQL(" on commit drop" if temporary else "")
    return sql.SQL("create {} {} ({}){}").format(kind, table, sql.SQL(", ").join([*columns, key]), end)


def compose_comments(entity: EntityConfig, columns: list[str]) -> list[sql.Composable]:
    """Compose the comments of new columns; a comment that the user wrote later is never touched."""
    table = get_identifier(entity)
    statement = sql.SQL("comment on column {}.{} is {}")
    texts = {name: _describe(entity.fields[name], name) for name in columns if name in entity.fields}
    return [statement.format(table, sql.Identifier(name), sql.Literal(text)) for name, text in texts.items()]


def plan_changes(entity: EntityConfig, shape: TableShape) -> TablePlan:
    """Compare a table with its entity.

    Raises:
        SchemaFaultError: something is missing that can't be added safely; the message holds the statement.
    """
    if shape.readers_missing:
        role = sql.Identifier(shape.readers_missing[0])
        raise _fault(
            entity, "readers names a role that does not exist", sql.SQL("create role {}").format(role)
        )
    if not shape.exists:
        return TablePlan(create_schema=not shape.schema_exists, create=True, grant_to=entity.readers)
    _check_relation(entity, shape)
    plan = TablePlan(grant_to=shape.readers_denied)
    for name, wanted in get_column_types(entity).items():
        _plan_column(plan, entity, name, wanted, shape.columns.get(name))
    for name, definition in _BOOKKEEPING.items():
        _plan_bookkeeping(plan, entity, name, definition, shape.columns.get(name))
    if not shape.is_owner and plan.changes:
        problem = f"columns have to change, and the warehouse user {shape.user} does not own it"
        raise _fault(entity, problem, plan.alter(get_identifier(entity)), who=shape.owner)
    return plan


def _check_relation(entity: EntityConfig, shape: TableShape) -> None:
    table = get_identifier(entity)
    if shape.kind not in {"r", "p"}:
        rename = sql.SQL("alter table {} rename to {}").format(
            table, sql.Identifier(f"{entity.table_name[:58]}_old")
        )
        raise _fault(entity, f"it is {_KINDS.get(str(shape.kind), 'no table')}, not a table", rename)
    if not shape.can_write:
        grant = sql.SQL("grant select, insert, update, delete on {} to {}").format(
            table, sql.Identifier(shape.user)
        )
        raise _fault(entity, f"the warehouse user {shape.user} may not write to it", grant, who=shape.owner)
    if shape.has_policies:
        problem = f"row level security may hide rows from the warehouse user {shape.user}"
        bypass = sql.SQL("alter role {} bypassrls").format(sql.Identifier(shape.user))
        raise _fault(entity, problem, bypass, who="a superuser")
    if frozenset(entity.primary_key) not in shape.unique_keys:
        columns = sql.SQL(", ").join(map(sql.Identifier, entity.primary_key))
        statement = sql.SQL("alter table {} add primary key ({})").format(table, columns)
        raise _fault(entity, "its key is not the entity's primary_key", statement, who=shape.owner)
    for name in entity.primary_key:
        if shape.columns[name].is_loose:
            problem = (
                f"key column {name} takes keys that differ for the same, and their records would be one row"
            )
            statement = sql.SQL('alter table {} alter column {} type text collate "C"').format(
                table, sql.Identifier(name)
            )
            raise _fault(entity, problem, statement, who=shape.owner)


def _plan_column(
    plan: TablePlan, entity: EntityConfig, name: str, wanted: str, stored: StoredColumn | None
) -> None:
    column = sql.Identifier(name)
    if stored is None:
        if name in entity.primary_key:
            raise AssertionError(name)  # a key column is part of a unique key, so it is there
        part = sql.SQL("add column if not exists {} " + wanted).format(column)
        plan.changes.append((part, f"column {name} {wanted} added"))
        if name in entity.fields:
            plan.added.append(name)
        return
    if stored.is_generated:
        drop = sql.SQL("alter table {} alter column {} drop expression").format(
            get_identifier(entity), column
        )
        raise _fault(entity, f"column {name} is generated and can't be written", drop)
    change = compare_types(stored.type, wanted, category=stored.category)
    if change is Change.NONE:
        return
    conversion = sql.SQL(get_conversion(stored.type, wanted)).format(column=column)
    part = sql.SQL("alter column {} type " + wanted + " using {}").format(column, conversion)
    if change is Change.REFUSE:
        statement = sql.SQL("alter table {} {}").format(get_identifier(entity), part)
        raise _fault(entity, f"column {name} is {stored.type}, the configuration says {wanted}", statement)
    plan.changes.append((part, f"column {name} widened from {stored.type} to {wanted}"))


def _plan_bookkeeping(
    plan: TablePlan, entity: EntityConfig, name: str, definition: str, stored: StoredColumn | None
) -> None:
    column = sql.Identifier(name)
    if stored is None:
        part = sql.SQL("add column if not exists {} " + definition).format(column)
        plan.changes.append((part, f"bookkeeping column {name} added"))
        return
    wanted = definition.split(maxsplit=1)[0]
    if compare_types(stored.type, wanted, category="") is not Change.NONE:
        conversion = sql.SQL(get_conversion(stored.type, wanted)).format(column=column)
        change = sql.SQL("alter table {} alter column {} type " + wanted + " using {}")
        statement = change.format(get_identifier(entity), column, conversion)
        raise _fault(entity, f"bookkeeping column {name} is {stored.type}, expected {wanted}", statement)
    if name in _WITH_DEFAULT and not stored.has_default:
        part = sql.SQL("alter column {} set default now()").format(column)
        plan.changes.append((part, f"default of bookkeeping column {name} restored"))


def _describe(config: FieldConfig, name: str) -> str:
    if config.description:
        return config.description
    if config.labels:
        return f"From the field that the CRM calls {', else '.join(config.labels)}"
    sources = config.source if isinstance(config.source, tuple) else (config.source or name,)
    return f"From {', else '.join(sources)}"


def _fault(
    entity: EntityConfig, problem: str, statement: sql.Composable, *, who: str = ""
) -> SchemaFaultError:
    as_role = f" as {who}" if who else ""
    return SchemaFaultError(f"Table {entity.table}: {problem}. Run{as_role}: {render(statement)};")


def render(statement: sql.Composable) -> str:
    """Give a statement of identifiers and keywords as text, without a connection."""
    if isinstance(statement, sql.Composed):
        return "".join(render(part) for part in statement.seq)
    if isinstance(statement, sql.Identifier):
        return ".".join('"' + text.replace('"', '""') + '"' for text in statement.strings)
    if isinstance(statement, sql.SQL):
        return statement.string
    return repr(statement)

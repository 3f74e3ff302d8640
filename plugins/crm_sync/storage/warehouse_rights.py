"""Whether the warehouse user's rights suffice for a sync, told by the catalog alone: nothing is written.

What is missing is an error that prints the statement to run.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import DatabaseUnavailableError, SchemaFaultError
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.encoding import check_encoding
from crm_sync.storage.migrations import list_missing
from crm_sync.storage.sql_files import load_sql
from crm_sync.storage.tables.table_plan import plan_changes, render
from crm_sync.storage.tables.table_shape import read_shape

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

_TIMEOUT_S = 20
_BOOKKEEPING = "crm_sync"
_GRANT_CREATE = "grant create on schema {schema} to {role}"


@dataclass(frozen=True)
class _Server:
    """Who asks, where, and what that role may do in the database."""

    version: str
    database: str
    role: str
    is_read_only: bool
    may_create_schema: bool
    may_create_temporary: bool


@dataclass(frozen=True)
class _Schema:
    """What the role may do with one schema."""

    exists: bool
    may_use: bool
    may_create: bool
    owner: str
    closed_tables: Sequence[dict[str, str]]


def check_server(connect: Connect) -> str:
    """Tell server, database and role; the role must be able to write and to make temporary tables.

    Raises:
        DatabaseUnavailableError: the server can't be reached, or is read-only.
        SchemaFaultError: a right is missing, or the database is not in UTF-8.
    """
    with _look(connect) as cursor:
        check_encoding(cursor)
        server = _read_server(cursor)
    if server.is_read_only:
        raise DatabaseUnavailableError(f"database {server.database} is read-only for role {server.role}")
    if not server.may_create_temporary:
        statement = "grant temporary on database {database} to {role}"
        raise _lacks(server, "may not create temporary tables", statement)
    return f"PostgreSQL {server.version}, database {server.database}, role {server.role}"


def check_bookkeeping(connect: Connect) -> str:
    """Tell whether the role may make the schema crm_sync, or read and write it and bring it up to date.

    Raises:
        DatabaseUnavailableError: the server can't be reached.
        SchemaFaultError: a right is missing.
    """
    with _look(connect) as cursor:
        server, schema = _read_server(cursor), _read_schema(cursor, _BOOKKEEPING)
    if not schema.exists:
        return _check_creation(server, _BOOKKEEPING)
    _check_use(server, schema, _BOOKKEEPING)
    if schema.closed_tables:
        raise _closed(server, _BOOKKEEPING, schema.closed_tables)
    missing = list_missing(connect)
    if not missing:
        return "may be read and written"
    if not schema.may_create:
        problem = f"may not create in schema {_BOOKKEEPING}, which is not up to date"
        raise _lacks(server, problem, _GRANT_CREATE, schema=_BOOKKEEPING, who=schema.owner)
    return f"may be written; the next sync brings {len(missing)} of its parts up to date"


def check_targets(connect: Connect, entities: Sequence[EntityConfig]) -> str:
    """Tell whether the tables of some entities of one schema can be made, changed and written.

    Args:
        connect: opens a connection.
        entities: all of one schema.

    Raises:
        DatabaseUnavailableError: the server can't be reached.
        SchemaFaultError: a right is missing, or a table does not fit its entity.
    """
    name = entities[0].table_schema
    with _look(connect) as cursor:
        server, schema = _read_server(cursor), _read_schema(cursor, name)
        if not schema.exists:
            return _check_creation(server, name)
        _check_use(server, schema, name)
        shapes = [(entity, read_shape(cursor, entity)) for entity in entities]
    new = [entity for entity, shape in shapes if not shape.exists]
    if new and not schema.may_create:
        problem = f"may not create the table {new[0].table}"
        raise _lacks(server, problem, _GRANT_CREATE, schema=name, who=schema.owner)
    ours = {entity.table_name for entity in entities}
    if closed := [one for one in schema.closed_tables if one["name"] in ours]:
        raise _closed(server, name, closed)
    plans = [plan_changes(entity, shape) for entity, shape in shapes]
    changed = sum(bool(plan.changes) for plan in plans)
    parts = [f"{len(new)} to be created"] * bool(new) + [f"{changed} to be changed"] * bool(changed)
    return f"{len(entities)} table(s) may be read and written" + (f", {', '.join(parts)}" if parts else "")


@contextlib.contextmanager
def _look(connect: Connect) -> Iterator[PgCursor]:
    with open_transaction(connect, timeout_s=_TIMEOUT_S) as cursor:
        cursor.execute("set transaction read only")
        yield cursor


def _read_server(cursor: PgCursor) -> _Server:
    cursor.execute(load_sql("queries/select_server_rights"))
    return _Server(*_one(cursor))


def _read_schema(cursor: PgCursor, name: str) -> _Schema:
    cursor.execute(load_sql("queries/select_schema_rights"), {"schema": name})
    return _Schema(*_one(cursor))


def _one(cursor: PgCursor) -> tuple[Any, ...]:
    (row,) = cursor.fetchall()
    return row


def _check_creation(server: _Server, schema: str) -> str:
    if not server.may_create_schema:
        statement = "grant create on database {database} to {role}"
        raise _lacks(server, f"may not create the schema {schema}", statement)
    return "is not there yet and may be created"


def _check_use(server: _Server, schema: _Schema, name: str) -> None:
    if not schema.may_use:
        statement = "grant usage, create on schema {schema} to {role}"
        raise _lacks(server, f"may not use the schema {name}", statement, schema=name, who=schema.owner)


def _closed(server: _Server, schema: str, tables: Sequence[dict[str, str]]) -> SchemaFaultError:
    names = ", ".join(one["name"] for one in tables)
    targets = sql.SQL(", ").join(sql.Identifier(schema, one["name"]) for one in tables)
    statement = sql.SQL("grant select, insert, update, delete on {} to {}").format(
        targets, sql.Identifier(server.role)
    )
    problem = f"may not read and write {schema}.{names}"
    return _fault(server, problem, render(statement), who=tables[0]["owner"])


def _lacks(
    server: _Server, problem: str, statement: str, *, schema: str = "", who: str = ""
) -> SchemaFaultError:
    names = {"database": server.database, "role": server.role, "schema": schema}
    composed = sql.SQL(statement).format(**{key: sql.Identifier(name) for key, name in names.items()})
    return _fault(server, problem, render(composed), who=who)


def _fault(server: _Server, problem: str, statement: str, *, who: str) -> SchemaFaultError:
    runner = f"as {who} or a superuser" if who else "as the database's owner or a superuser"
    return SchemaFaultError(
        f"role {server.role} {problem} in database {server.database}; run {runner}: {statement};"
    )

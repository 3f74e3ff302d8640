"""Brings the crm_sync schema of a warehouse up to date; target tables are left to `target_table.py`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from psycopg2 import errors, sql

from crm_sync.exceptions import SchemaFaultError
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.sql_files import SqlFile, list_sql, load_sql
from crm_sync.storage.views import make_views

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

_LOCK_KEY = 0x63726D5F73796E63
"""`crm_sync` in ASCII: key of the advisory lock that lets one process at a time migrate."""

_TIMEOUT_S = 300
"""Long enough to wait for another process's migration."""

logger = logging.getLogger(__name__)


def migrate(connect: Connect) -> None:
    """Apply every file of include/sql/schema that is missing, in order, and every new or changed view.

    One transaction: all or nothing. May be called at any time and by many processes at once; when there is
    nothing to do it costs one select.

    Raises:
        SchemaFaultError: the role lacks a right; the message holds the statement that grants it. Or something
            of the user's stands on a view whose columns have changed.
        DatabaseUnavailableError: the warehouse can't be reached or is read-only.
    """
    files = [*list_sql("schema"), *list_sql("views")]
    if not _find_missing(files, _read_applied(connect)):
        return
    try:
        with open_transaction(connect, timeout_s=_TIMEOUT_S) as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", (_LOCK_KEY,))
            cursor.execute(load_sql("queries/create_schema_migrations"))
            # Asked again: another process may have migrated while this one waited for the lock.
            cursor.execute(load_sql("queries/select_migrations"))
            missing = _find_missing(files, dict(cursor.fetchall()))
            tables = [file for file in missing if not _is_view(file)]
            for file in tables:
                cursor.execute(file.text)
            views = [file for file in missing if _is_view(file)]
            for file in [*tables, *make_views(cursor, views, [file for file in files if _is_view(file)])]:
                parameters = {"name": file.name, "checksum": file.checksum}
                cursor.execute(load_sql("queries/upsert_migration"), parameters)
                logger.info("crm_sync schema: applied %s", file.name)
    except errors.InsufficientPrivilege as error:
        raise _explain_refusal(connect, error) from error


def list_missing(connect: Connect) -> list[str]:
    """Name the files that `migrate` would apply; nothing is written.

    Raises:
        SchemaFaultError: the role may not look.
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    files = [*list_sql("schema"), *list_sql("views")]
    return [file.name for file in _find_missing(files, _read_applied(connect))]


def _read_applied(connect: Connect) -> dict[str, str]:
    """Return name to checksum of what is applied; empty where there is no crm_sync schema yet."""
    try:
        with open_transaction(connect) as cursor:
            cursor.execute(load_sql("queries/select_migrations"))
            return dict(cursor.fetchall())
    except (errors.UndefinedTable, errors.InvalidSchemaName):
        return {}
    except errors.InsufficientPrivilege as error:
        raise _explain_refusal(connect, error) from error


def _is_view(file: SqlFile) -> bool:
    return file.name.startswith("views/")


def _find_missing(files: list[SqlFile], applied: dict[str, str]) -> list[SqlFile]:
    """Schema files run once, whatever their text became since; views run again when their text changed."""
    return [
        file
        for file in files
        if file.name not in applied or (_is_view(file) and applied[file.name] != file.checksum)
    ]


def _explain_refusal(connect: Connect, error: Exception) -> SchemaFaultError:
    """Say which statement, run by whom, gives the role what it lacks."""
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_rights"))
        role, database, may_create_schema, has_schema, may_use_schema, schema_owner = cursor.fetchone() or ()
        names = {
            "role": sql.Identifier(role),
            "database": sql.Identifier(database),
            "owner": sql.Identifier(schema_owner),
        }
        if not has_schema and not may_create_schema:
            lacking = "may not create the schema crm_sync"
            statement = "grant create on database {database} to {role};"
        elif has_schema and not may_use_schema:
            lacking = "may not use the schema crm_sync"
            statement = "grant usage, create on schema crm_sync to {role};"
        else:
            lacking = "may not use every table of the schema crm_sync"
            # Views and tables can only be altered by their owner, so the role joins the owner.
            statement = "grant {owner} to {role};"
        fix = _compose(cursor, statement, names)
    reason = str(error).strip().splitlines()[0]
    return SchemaFaultError(
        f"role {role} {lacking} in database {database} ({reason}); run as its owner or as a superuser: {fix}"
    )


def _compose(cursor: PgCursor, statement: str, names: dict[str, sql.Identifier]) -> str:
    return sql.SQL(statement).format(**names).as_string(cursor)

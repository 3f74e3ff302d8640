"""Whether somebody has emptied or replaced a table since runs filled it: PostgreSQL keeps no word of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg2 import errors, sql

from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import SupersededError
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.history.sync_history import select_history
from crm_sync.storage.history.watermark import name_table
from crm_sync.storage.sql_files import load_sql
from crm_sync.storage.statements import get_identifier

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

_TIMEOUT_S = 10
_NOT_TOLD = (
    errors.InsufficientPrivilege,
    errors.UndefinedTable,
    errors.LockNotAvailable,
    errors.QueryCanceled,
)
"""What save tells better, or what passes."""


def is_emptied(connect: Connect, entity: EntityConfig) -> bool:
    """Tell whether an entity's table has no row at all although runs have written some.

    Rows that are gone at the source stay there, marked, so only a `full` with `force` may leave none.
    """
    try:
        with open_transaction(connect, timeout_s=_TIMEOUT_S) as cursor:
            return _has_no_row(cursor, entity) and _has_written(cursor, entity)
    except _NOT_TOLD:
        return False


def refuse_lost_rows(cursor: PgCursor, entity: EntityConfig, history_id: int, *, goes_on: bool) -> None:
    """Stop a save whose table no longer has what was saved before: the rest alone would pass for the whole.

    Args:
        cursor: in the transaction that is going to write.
        entity: configuration of a table that exists, maybe made anew a moment ago.
        history_id: row of the run, with the counts of its earlier chunks.
        goes_on: the run completes what earlier runs saved; else only its own rows count.

    Raises:
        SupersededError: the table was dropped, renamed or emptied meanwhile.
    """
    if not _has_no_row(cursor, entity):
        return
    own = select_history(cursor, history_id).counts
    if own.processed > own.failed or (goes_on and _has_written(cursor, entity)):
        raise SupersededError(
            f"Table {entity.table} no longer has the rows that earlier runs saved, or this one: it was "
            "dropped, renamed or emptied meanwhile. Run the DAG again: it reads everything."
        )


def read_oid(cursor: PgCursor, entity: EntityConfig) -> int | None:
    """Give the number by which PostgreSQL knows an entity's table, another one if it was replaced."""
    name = get_identifier(entity).as_string(cursor)
    cursor.execute("select to_regclass(%s)::oid::bigint", (name,))
    (oid,) = cursor.fetchone() or (None,)
    return None if oid is None else int(oid)


def _has_no_row(cursor: PgCursor, entity: EntityConfig) -> bool:
    cursor.execute(sql.SQL("select not exists (select from {})").format(get_identifier(entity)))
    return bool(cursor.fetchone() == (True,))


def _has_written(cursor: PgCursor, entity: EntityConfig) -> bool:
    cursor.execute(load_sql("queries/exists_written_run"), name_table(entity))
    return bool(cursor.fetchone() == (True,))

"""Whether somebody has emptied a table since runs filled it: PostgreSQL keeps no word of a TRUNCATE."""

from __future__ import annotations

from psycopg2 import errors, sql

from crm_sync.config.models import EntityConfig
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.history.watermark import name_table
from crm_sync.storage.sql_files import load_sql
from crm_sync.storage.statements import get_identifier

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
            cursor.execute(sql.SQL("select not exists (select from {})").format(get_identifier(entity)))
            if cursor.fetchone() != (True,):
                return False
            cursor.execute(load_sql("queries/exists_written_run"), name_table(entity))
            return bool(cursor.fetchone() == (True,))
    except _NOT_TOLD:
        return False

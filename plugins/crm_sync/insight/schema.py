"""Makes sure that the views are there: an older schema must not look like an empty history."""

from __future__ import annotations

from crm_sync.storage.connections import Connect
from crm_sync.storage.migrations import list_missing, migrate
from crm_sync.storage.sql_files import list_sql


def has_history(connect: Connect) -> bool:
    """Say whether any run can have written to this warehouse; brings an older schema up to date.

    Raises:
        SchemaFaultError: the role lacks a right; the message has the statement that grants it.
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    missing = list_missing(connect)
    if any(file.name in missing for file in list_sql("schema")[:1]):
        return False
    if missing:
        migrate(connect)
    return True

"""Makes sure that the views are there: an older schema must not look like an empty history."""

from __future__ import annotations

from enum import StrEnum

from crm_sync.storage.connections import Connect
from crm_sync.storage.migrations import list_missing, migrate
from crm_sync.storage.sql_files import list_sql


class SchemaState(StrEnum):
    """What there is of the schema crm_sync in a warehouse."""

    ABSENT = "absent"
    """No run can have written to this warehouse."""
    OLDER = "older"
    """It lacks something that this version reads; the next run brings it up to date."""
    READY = "ready"


def find_schema(connect: Connect) -> SchemaState:
    """Say what there is, and change nothing.

    Raises:
        SchemaFaultError: the role may not look.
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    missing = list_missing(connect)
    if any(file.name in missing for file in list_sql("schema")[:1]):
        return SchemaState.ABSENT
    return SchemaState.OLDER if missing else SchemaState.READY


def has_history(connect: Connect) -> bool:
    """Say whether any run can have written to this warehouse; brings an older schema up to date.

    Raises:
        SchemaFaultError: the role lacks a right; the message has the statement that grants it.
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    state = find_schema(connect)
    if state is SchemaState.OLDER:
        migrate(connect)
    return state is not SchemaState.ABSENT

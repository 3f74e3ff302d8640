"""Refuses a warehouse whose database is not in UTF-8: it lacks characters that a CRM's texts have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_sync.exceptions import SchemaFaultError
from crm_sync.storage.connections import Connect, open_transaction

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor


def check_encoding(cursor: PgCursor) -> None:
    """Make sure that the database can hold every text.

    Raises:
        SchemaFaultError: it can't; one sentence that names database and encoding.
    """
    cursor.execute("select current_database(), current_setting('server_encoding')")
    database, encoding = cursor.fetchone() or ("", "UTF8")
    if encoding != "UTF8":
        raise SchemaFaultError(
            f"The encoding of database {database} is {encoding}, expected UTF8, since it has to hold every "
            "character that a CRM sends: create the warehouse with encoding 'UTF8' template template0."
        )


def check_warehouse_encoding(connect: Connect) -> None:
    """Do the same on a connection of its own.

    Raises:
        SchemaFaultError: the database is not in UTF-8.
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    with open_transaction(connect) as cursor:
        check_encoding(cursor)

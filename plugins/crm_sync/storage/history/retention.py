"""Deletes what is too old to be kept: ended runs, and rejects that were resolved."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from crm_sync.storage.sql_files import load_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as PgCursor  # noqa: N812 - a class, under its role


def purge_history(cursor: PgCursor, older_than: datetime) -> int:
    """Delete runs that ended before a moment, in the caller's transaction.

    Of each entity stay the run that carries the watermark, the last complete read of the whole source, the
    latest run, and whatever is running.

    Returns:
        How many rows were deleted.
    """
    cursor.execute(load_sql("queries/delete_sync_history"), {"older_than": older_than})
    return int(cursor.rowcount)


def purge_resolved(cursor: PgCursor, older_than: datetime) -> int:
    """Delete rejects that were resolved before a moment and return how many; open ones stay at any age."""
    cursor.execute(load_sql("queries/delete_resolved_rejects"), {"older_than": older_than})
    return int(cursor.rowcount)

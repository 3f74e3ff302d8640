"""Rows that the table leaves as they are without an error: a user's trigger or rule skips them.

PostgreSQL calls such a statement a success. Uncounted, a row that was never written would look unchanged.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import psycopg2
from psycopg2 import sql

from crm_sync.storage.rows.merge_sql import MergeTarget, compose_skipped
from crm_sync.storage.sql_files import load_sql

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

WHY = "without an error, as a trigger or a rule of its own may do"


class SkippedRowsError(psycopg2.IntegrityError):
    """The table took a statement and left rows out; a fault of these rows, as if its trigger had raised."""

    pgcode = "P0000"


class SkippedRows:
    """Finds updates that a table leaves undone; it costs nothing where the table has no trigger or rule.

    Args:
        cursor: in the transaction that writes.
        target: whose rows.
    """

    def __init__(self, cursor: PgCursor, target: MergeTarget) -> None:
        self._cursor = cursor
        self._target = target
        self._statement = ""
        self._has_hook = has_row_hook(cursor, target.table)

    def start_chunk(self, missing: Collection[str]) -> None:
        """Begin a chunk whose source lacks these columns."""
        if self._has_hook:
            self._statement = compose_skipped(self._target, missing).as_string(self._cursor)

    def check_update(self, piece: int) -> None:
        """Look for rows of a piece that its update should have written and did not.

        Raises:
            SkippedRowsError: there are some.
        """
        if not self._statement:
            return
        self._cursor.execute(self._statement, (piece,))
        if (self._cursor.fetchone() or (False,))[0]:
            raise refuse_skipped()


def has_row_hook(cursor: PgCursor, table: sql.Composable) -> bool:
    """Tell whether a table has a trigger or a rule that may leave an update undone."""
    cursor.execute(load_sql("queries/exists_row_hook"), {"table_name": table.as_string(cursor)})
    return bool((cursor.fetchone() or (False,))[0])


def refuse_skipped() -> SkippedRowsError:
    """Give the error of rows that were left out."""
    return SkippedRowsError(f"the table left the row out {WHY}")

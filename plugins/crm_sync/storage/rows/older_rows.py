"""Rows that the guard refused although they differ: how many, by the update's own count, and examples."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from crm_sync.storage.rows.chunk_result import DifferingRow
from crm_sync.storage.rows.merge_sql import READ_OLDER, MergeTarget, compose_differing

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

EXAMPLES = 5
"""Rows of a chunk that are named."""


class OlderRows:
    """Follows the count that updates keep in the transaction, see `merge_sql.compose_update`.

    Args:
        cursor: in that transaction.
        target: whose rows.
    """

    def __init__(self, cursor: PgCursor, target: MergeTarget) -> None:
        self._cursor = cursor
        self._target = target
        self._missing: Collection[str] = ()
        self._total = 0
        self.count = 0
        self.examples: list[DifferingRow] = []

    def start_chunk(self, missing: Collection[str]) -> None:
        """Begin a chunk whose source lacks these columns."""
        self._missing, self.count, self.examples = missing, 0, []

    def note_update(self, piece: int) -> None:
        """Take the count after the update of a piece, and keep some of its rows as examples."""
        if self._target.entity.modified_column is None:
            return
        self._cursor.execute(READ_OLDER)
        (total,) = self._cursor.fetchone() or (0,)
        left = EXAMPLES - len(self.examples)
        if total > self._total and left > 0:
            self.examples += find_differing(
                self._cursor, self._target, piece, missing=self._missing, is_older=True, limit=left
            )
        self.count += total - self._total
        self._total = total


def find_differing(
    cursor: PgCursor,
    target: MergeTarget,
    piece: int,
    *,
    missing: Collection[str],
    is_older: bool,
    limit: int,
) -> list[DifferingRow]:
    """Find staged rows of a piece that differ from the table's; arguments as for `compose_differing`."""
    cursor.execute(compose_differing(target, missing, is_older=is_older), (piece, limit))
    return [DifferingRow(*row) for row in cursor.fetchall()]

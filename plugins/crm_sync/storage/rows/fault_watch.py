"""Tells bad rows from a table that does not fit: many rows refused for one reason are a schema fault."""

from __future__ import annotations

from collections import defaultdict

from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import SchemaFaultError
from crm_sync.storage.database_errors import RowError

FAULT_ROWS = 1_000
"""This many rows with the same error and column, in the whole run, are a fault of the schema."""
SLICE_ROWS = 100
FAULT_SLICES = 3
"""So are the first three slices of a chunk when not one of their rows is taken."""
_EXAMPLES = 3


class FaultWatch:
    """Counts refused rows over the chunks of one run.

    Args:
        entity: names the table in the error.
    """

    def __init__(self, entity: EntityConfig) -> None:
        self._entity = entity
        self._counts: dict[tuple[str, str], int] = defaultdict(int)
        self._committed: dict[tuple[str, str], int] = {}
        self._examples: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._streak: tuple[str, str] | None = None
        self._streak_rows: int | None = None

    def start_chunk(self) -> None:
        """Look at the first slices of a chunk, and forget what an attempt that was not committed counted."""
        self._counts = defaultdict(int, self._committed)
        self._streak, self._streak_rows = None, 0

    def note_committed(self) -> None:
        """The chunk's transaction is over: its refused rows count for the run."""
        self._committed = dict(self._counts)

    def note_taken(self) -> None:
        """Rows were saved: the chunk does not fail from its start."""
        self._streak_rows = None

    def note_refused(self, error: RowError, record_id: str) -> None:
        """Count one refused row.

        Raises:
            SchemaFaultError: it is not the row, it is the table.
        """
        reason = (error.code, error.column)
        self._counts[reason] += 1
        if len(self._examples[reason]) < _EXAMPLES:
            self._examples[reason].append(record_id)
        if self._streak_rows is not None:
            same = self._streak_rows == 0 or reason == self._streak
            self._streak, self._streak_rows = reason, (self._streak_rows + 1 if same else None)
        if self._counts[reason] >= FAULT_ROWS or (self._streak_rows or 0) >= SLICE_ROWS * FAULT_SLICES:
            raise self._build_fault(reason, error)

    def _build_fault(self, reason: tuple[str, str], error: RowError) -> SchemaFaultError:
        column = f"column {error.column}" if error.column else "its rows"
        return SchemaFaultError(
            f"Table {self._entity.table} does not fit {column}: {self._counts[reason]:,} rows "
            f"were refused for the same reason, the last with: {error.message} (SQLSTATE {error.code}). "
            f"For example {', '.join(self._examples[reason])}. Compare the column's type and the table's "
            "constraints with the field's configuration."
        )

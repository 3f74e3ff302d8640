"""What became of one chunk that was written: counts, refused rows, and examples of rows that were kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crm_sync.storage.database_errors import RowError
from crm_sync.storage.history.history_rows import Counts


@dataclass(frozen=True)
class RejectedWrite:
    """One row that the database refused: its `_row` in the chunk, and why."""

    row: int
    error: RowError


@dataclass(frozen=True)
class DifferingRow:
    """A row whose key the table has with other values, and both modified times."""

    record_id: str
    read_at: Any
    stored_at: Any


@dataclass(frozen=True)
class ChunkResult:
    """What became of one chunk.

    Args:
        counts: created, updated, unchanged, older, failed and duplicates by the database's own answers.
        rejected: rows that the database refused.
        seconds: time by statement: probe, insert, stage, update.
        older: examples of rows that were refused as older.
    """

    counts: Counts
    rejected: list[RejectedWrite]
    seconds: dict[str, float] = field(default_factory=dict)
    older: list[DifferingRow] = field(default_factory=list)

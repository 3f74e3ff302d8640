"""A table beside its source: counts and proofs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm_sync.web.answers.base import Answer


class Proof(Answer):
    """One comparison of a table with its source."""

    id: int
    method: str
    """`count`, `ids`, `slice` or `full`."""
    verdict: str | None
    """`equal`, `different` or `not provable`; null while it works."""
    source_count: int | None
    table_count: int | None
    compared: int | None
    differences: int | None
    examples: list[dict[str, Any]]
    """`kind`, `record_id`, `column`, `source`, `table`; values are `***` without the right to edit."""
    verified_through: datetime | None
    reason: str | None
    started_at: datetime
    ended_at: datetime | None


class Comparison(Answer):
    """What is known of how a table compares with its source."""

    problem: str | None
    table_rows: int | None
    """By the latest count; without one, as PostgreSQL estimates it."""
    table_rows_estimated: bool
    source_rows: int | None
    difference: int | None
    """Rows that the table has more than the source has records; null: not counted, or the comparison came to
    `equal`: some sources list a record twice, and some records wait for the next run."""
    counted_at: datetime | None
    """When both were counted; null: never."""
    proofs: list[Proof]
    """Newest first."""

"""Keeps what comparisons of a table with its source found: the rows of `crm_sync.proofs`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from crm_sync.storage.json_text import dump_json
from crm_sync.storage.sql_files import load_sql

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

MOST_EXAMPLES = 20
"""Differences that a proof names."""


class Method(StrEnum):
    """How a table is compared with its source."""

    FULL = "full"
    """Every column of all records."""
    IDS = "ids"
    """Keys and modified times of all records."""
    SLICE = "slice"
    """Every column of the records of one span; the next slice begins where it ends."""
    SAMPLE = "sample"
    """Every column of rows that a hash of their keys has chosen; records that the table lacks don't show."""
    COUNT = "count"
    """Numbers alone, which prove nothing: one row too many hides one too few."""


class Verdict(StrEnum):
    """What a comparison came to."""

    EQUAL = "equal"
    DIFFERENT = "different"
    NOT_PROVABLE = "not provable"


@dataclass(frozen=True)
class Difference:
    """One way in which table and source differ.

    Args:
        kind: `missing` (the table lacks the record), `stale` (a column differs), `ghost` (the source lacks
            the row), `link` (a link that only one of them has).
        record_id: of the row, see `fields/record_ids.py`; `***` where it is sensitive.
        column: the first column that differs; None: the row as a whole.
        source: value there as text, cut, `***` where it is sensitive; of a link: whether it is there.
        table: the same of the table.
        columns: all columns that differ.
    """

    kind: str
    record_id: str
    column: str | None = None
    source: str | None = None
    table: str | None = None
    columns: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give it as the proof keeps it."""
        told = {name: getattr(self, name) for name in ("kind", "record_id", "column", "source", "table")}
        return {**told, "columns": list(self.columns)} if len(self.columns) > 1 else told


@dataclass(frozen=True)
class Proof:
    """One comparison; see the table's comments for its columns."""

    crm_source: str
    sync_type: str
    method: Method
    verdict: Verdict
    started_at: datetime
    reason: str | None = None
    source_count: int | None = None
    table_count: int | None = None
    compared: int = 0
    differences: int = 0
    newer: int = 0
    mended: bool = False
    examples: tuple[Difference, ...] = ()
    verified_through: datetime | None = None
    slice: dict[str, str] | None = None
    sync_history_id: int | None = None


def insert_proof(cursor: PgCursor, proof: Proof) -> int:
    """Keep a proof; gives its number, 0 if the run has kept it before."""
    values: dict[str, Any] = {name: getattr(proof, name) for name in proof.__dataclass_fields__}
    values |= {"method": str(proof.method), "verdict": str(proof.verdict)}
    shown = ", ".join(dump_json(one.to_json()) for one in proof.examples[:MOST_EXAMPLES])
    values["examples"] = f"[{shown}]"
    values["slice"] = None if proof.slice is None else dump_json(proof.slice)
    cursor.execute(load_sql("queries/insert_proof"), values)
    (number,) = cursor.fetchone() or (0,)
    return int(number)

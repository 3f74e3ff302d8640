"""What is known of each entity's table against its source: the worst since it was compared as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm_sync.insight.schema import has_history
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.sql_files import load_sql


@dataclass(frozen=True)
class LatestProof:
    """One row of crm_sync.latest_proofs, whose source table's comments say what each column means."""

    id: int
    crm_source: str
    sync_type: str
    method: str
    verdict: str
    reason: str | None
    started_at: datetime
    ended_at: datetime
    source_count: int | None
    table_count: int | None
    compared: int
    differences: int
    newer: int
    mended: bool
    examples: list[dict[str, Any]] = field(default_factory=list)
    verified_through: datetime | None = None
    sync_history_id: int | None = None

    @property
    def is_good(self) -> bool:
        """Tell whether the table was the same as its source."""
        return self.verdict == "equal"


def read_latest_proofs(connect: Connect) -> dict[tuple[str, str], LatestProof]:
    """Give the latest proof of each entity that was ever compared, by CRM and entity.

    Raises:
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    if not has_history(connect):
        return {}
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_latest_proofs"))
        found = [LatestProof(*row) for row in cursor.fetchall()]
    return {(proof.crm_source, proof.sync_type): proof for proof in found}

"""Comparisons of tables with their sources, as crm_sync.proofs has them; a warehouse without it has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg2 import errors

from crm_sync.config.models import EntityConfig
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.sql_files import load_sql


@dataclass(frozen=True)
class Proof:
    """One comparison; `examples` are objects with `kind`, `record_id`, `column`, `source` and `table`."""

    id: int
    method: str
    verdict: str | None
    source_count: int | None
    table_count: int | None
    compared: int | None
    differences: int | None
    examples: list[dict[str, Any]] | None
    verified_through: datetime | None
    reason: str | None
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class LatestProof:
    """What is known of a table: one row of the view crm_sync.latest_proofs.

    The comments on crm_sync.proofs say what each column means.
    """

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

    @property
    def difference(self) -> str | None:
        """Say how they differ, as the view crm_sync.health does; None: nothing says that they do."""
        if self.verdict != "different":
            return None
        found = f"{self.differences} differences in {self.compared} records"
        return f"A comparison with the source ({self.method}) found {found}."


def list_proofs(connect: Connect, crm_source: str, sync_type: str, *, most: int = 20) -> list[Proof]:
    """Give the latest comparisons of an entity, newest first."""
    asked = {"crm_source": crm_source, "sync_type": sync_type, "most": most}
    return [Proof(*row) for row in _ask(connect, load_sql("queries/select_proofs"), asked)]


def read_latest_proofs(
    connect: Connect, entities: Sequence[EntityConfig] | None = None
) -> dict[tuple[str, str], LatestProof]:
    """Give the worst since each entity was last compared as a whole, by `(crm_source, sync_type)`.

    Args:
        connect: makes a warehouse connection.
        entities: of these alone; None: of all.

    Raises:
        DatabaseUnavailableError: the warehouse can't be reached.
    """
    asked: dict[str, list[str] | None] = {"crm_sources": None, "sync_types": None}
    wanted = None if entities is None else {(entity.crm_source, entity.sync_type) for entity in entities}
    if wanted is not None:
        asked["crm_sources"], asked["sync_types"] = (
            sorted(set(names)) for names in zip(*wanted, strict=True)
        )
    rows = _ask(connect, load_sql("queries/select_latest_proofs"), asked)
    proofs = {(proof.crm_source, proof.sync_type): proof for proof in (LatestProof(*row) for row in rows)}
    return {key: proof for key, proof in proofs.items() if wanted is None or key in wanted}


def _ask(connect: Connect, query: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    try:
        with open_transaction(connect) as cursor:
            cursor.execute(query, asked)
            return cursor.fetchall()
    except errors.UndefinedTable:
        return []

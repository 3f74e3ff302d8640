"""Comparisons of tables with their sources, as crm_sync.proofs has them; a warehouse without it has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    """How the latest comparison of a table ended."""

    verdict: str
    ended_at: datetime | None


def list_proofs(connect: Connect, crm_source: str, sync_type: str, *, most: int = 20) -> list[Proof]:
    """Give the latest comparisons of an entity, newest first."""
    asked = {"crm_source": crm_source, "sync_type": sync_type, "most": most}
    return [Proof(*row) for row in _ask(connect, load_sql("queries/select_proofs"), asked)]


def read_latest_proofs(
    connect: Connect, entities: Sequence[EntityConfig]
) -> dict[tuple[str, str], LatestProof]:
    """Give how the latest comparison of each entity ended, by `(crm_source, sync_type)`."""
    asked = {
        "crm_sources": [entity.crm_source for entity in entities],
        "sync_types": [entity.sync_type for entity in entities],
    }
    rows = _ask(connect, load_sql("queries/select_latest_proofs"), asked)
    return {(crm_source, sync_type): LatestProof(*rest) for crm_source, sync_type, *rest in rows}


def _ask(connect: Connect, query: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    try:
        with open_transaction(connect) as cursor:
            cursor.execute(query, asked)
            return cursor.fetchall()
    except errors.UndefinedTable:
        return []

"""Open rejected records, for people: what is wrong with which record, without the record itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm_sync.insight.schema import has_history
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.sql_files import load_sql


@dataclass(frozen=True)
class Reject:
    """One open reject; `value` is cut, and hidden where the field is sensitive."""

    id: int
    crm_source: str
    sync_type: str
    record_id: str
    field: str
    rule: str
    error: str
    value: str | None
    times_seen: int
    first_seen_at: datetime
    last_seen_at: datetime
    sync_history_id: int | None


def list_rejects(
    connect: Connect,
    crm_source: str | None = None,
    sync_type: str | None = None,
    rule: str | None = None,
    *,
    most: int = 50,
) -> list[Reject]:
    """Give open rejects by entity and record.

    Args:
        connect: makes a warehouse connection.
        crm_source: of this CRM alone; None: of all.
        sync_type: of this entity alone.
        rule: of this rule alone.
        most: how many.
    """
    asked = {"crm_source": crm_source, "sync_type": sync_type, "rule": rule, "most": most}
    if not has_history(connect):
        return []
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_rejects"), asked)
        return [Reject(*row) for row in cursor.fetchall()]

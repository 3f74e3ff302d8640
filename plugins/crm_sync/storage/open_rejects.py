"""Reads the records that are to be replayed; what opens and closes rejects is `rejected_records.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from crm_sync.fields.findings import BuiltInRule
from crm_sync.storage.connections import NO_SCHEMA, Connect, open_transaction
from crm_sync.storage.replay_part import ReplayPart
from crm_sync.storage.sql_files import load_sql

_ALL = ReplayPart()


@dataclass(frozen=True)
class OpenReject:
    """One record to replay."""

    record_id: str
    record: str
    """JSON text, as seen last."""
    last_seen_at: datetime
    """A row that was written later is not to be overwritten by the replay."""
    rules: tuple[str, ...]
    record_altered: bool


def read_open_rejects(
    connect: Connect,
    crm_source: str,
    sync_type: str,
    *,
    batch: int = 1000,
    after: str = "",
    part: ReplayPart = _ALL,
) -> Iterator[list[OpenReject]]:
    """Yield the records that have an open reject, each once, in batches ordered by record id.

    Each batch is a short transaction of its own, so rejects may be closed or counted meanwhile; a record is
    never given twice.

    Args:
        connect: makes a connection.
        crm_source: CRM account.
        sync_type: entity.
        batch: most records of one batch.
        after: record id of the last record that was read before, to go on behind it.
        part: which rejects; their records come whole.
    """
    parameters: dict[str, object] = {"crm_source": crm_source, "sync_type": sync_type, "batch": batch}
    query = "queries/select_open_rejects"
    if part:
        query = "queries/select_chosen_rejects"
        parameters |= {"rule": part.rule, "ids": list(part.ids), "collision": str(BuiltInRule.COLLISION)}
    while True:
        try:
            with open_transaction(connect) as cursor:
                cursor.execute(load_sql(query), {**parameters, "after": after})
                rows = cursor.fetchall()
        except NO_SCHEMA:
            return
        rejects = [
            OpenReject(record_id, record, last_seen_at, tuple(rules), record_altered)
            for record_id, record, last_seen_at, rules, record_altered in rows
            if record is not None
        ]
        if rejects:
            yield rejects
        if len(rows) < batch:
            return
        after = rows[-1][0]

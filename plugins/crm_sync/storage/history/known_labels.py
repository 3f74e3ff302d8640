"""What earlier runs filled columns by label from; writing it down is part of closing a run's history row."""

from __future__ import annotations

from crm_sync.config.models import EntityConfig
from crm_sync.fields.labels import Labels
from crm_sync.storage.connections import NO_SCHEMA, Connect, open_transaction
from crm_sync.storage.sql_files import load_sql


def read_labels(connect: Connect, entity: EntityConfig) -> Labels:
    """Give it by column; what no run since has found is still that of the last one that had it."""
    try:
        with open_transaction(connect) as cursor:
            parameters = {"crm_source": entity.crm_source, "sync_type": entity.sync_type}
            cursor.execute(load_sql("queries/select_labels"), parameters)
            row = cursor.fetchone()
    except NO_SCHEMA:
        return {}
    return {} if row is None else dict(row[0])

"""What PostgreSQL's own statistics say about target tables: no row of them is read."""

from __future__ import annotations

from collections.abc import Sequence

from crm_sync.config.models import EntityConfig
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.sql_files import load_sql


def estimate_rows(connect: Connect, entities: Sequence[EntityConfig]) -> dict[str, int]:
    """Estimate how many rows tables have.

    Returns:
        Rows by table, its schema included; a table that is missing or was never analysed is left out.
    """
    asked = {
        "schemas": [entity.table_schema for entity in entities],
        "names": [entity.table_name for entity in entities],
    }
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_table_rows"), asked)
        return {f"{schema}.{name}": rows for schema, name, rows in cursor.fetchall() if rows >= 0}


def read_null_shares(connect: Connect, entity: EntityConfig) -> dict[str, float]:
    """Give the share of rows without a value, 0 to 1, by column; one that was never analysed is left out."""
    asked = {"schema": entity.table_schema, "name": entity.table_name}
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_null_shares"), asked)
        return dict(cursor.fetchall())

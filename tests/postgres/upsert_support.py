"""Entities, staged runs and shorthands for the tests of target tables, upsert, sweep and save."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.fields.types import get_field_type
from crm_sync.storage.rows.upsert import ChunkResult, ChunkWriter
from crm_sync.storage.staging import RawChunk, Staging, open_staging
from crm_sync.storage.tables.target_table import ensure_table, fill_table
from crm_sync.sync.chunks import transform_chunks, validate_chunks
from crm_sync.sync.save import save_entity

NOW = datetime(2025, 6, 1, tzinfo=UTC)
_QUIET_S = 10
_OTHERS = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
"""
READ = {
    "strategy": "rest_list",
    "passes": [{"name": "all", "path": "/deals"}],
    "paging": {"style": "cursor", "next_path": "next", "param": "after"},
}
FIELDS = {
    "id": {"type": "object_id"},
    "name": {"type": "string"},
    "amount": {"type": "decimal"},
    "archived": {"type": "boolean"},
    "archived_at": {"type": "datetime"},
    "modified_at": {"type": "datetime"},
}


def make_entity(**changes: Any) -> EntityConfig:
    """Build the entity crm.deals; keyword arguments replace keys of its YAML, None takes one out."""
    values: dict[str, Any] = {
        "crm_source": "crm",
        "sync_type": "deals",
        "table_schema": "crm",
        "read": READ,
        "primary_key": ("id",),
        "modified_column": "modified_at",
        "deleted": {"column": "archived", "at": "archived_at"},
        "fields": FIELDS,
        "chunk_records": 1000,
    }
    values.update(changes)
    return EntityConfig(**{key: value for key, value in values.items() if value is not None})


def make_frame(entity: EntityConfig, rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """Build a typed chunk; columns that a row does not name are null."""
    schema = {name: get_field_type(field.type).dtype for name, field in entity.fields.items()}
    if entity.extra:
        schema["extra"] = pl.String()
    return pl.DataFrame(list(rows), schema=schema, orient="row").with_row_index("_row")


def write(
    warehouse: Any, entity: EntityConfig, rows: Any, *, history_id: int = 1, **options: Any
) -> ChunkResult:
    """Make the table fit and write one chunk, committed."""
    frame = rows if isinstance(rows, pl.DataFrame) else make_frame(entity, rows)
    with closing(warehouse.connect()) as connection, connection, connection.cursor() as cursor:
        ensure_table(cursor, entity)
        return ChunkWriter(cursor, entity, history_id=history_id, **options).write(frame)


def ensure(warehouse: Any, entity: EntityConfig) -> Any:
    """Make the table fit and fill its new columns, committed."""
    with closing(warehouse.connect()) as connection, connection, connection.cursor() as cursor:
        changes = ensure_table(cursor, entity)
        if changes.to_fill:
            fill_table(cursor, entity, changes.to_fill)
        return changes


def read_table(
    warehouse: Any, columns: str = "id, name, amount, sync_deleted_at", table: str = "crm.deals"
) -> list[tuple]:
    """Read some columns, ordered by the first."""
    return warehouse.fetch_all(f"select {columns} from {table} order by 1")


def count_written(warehouse: Any, table: str = "deals") -> int:
    """Count the tuples that were ever inserted, updated or deleted, by PostgreSQL's own statistics."""
    # a session hands its statistics in when it ends, shortly after its client left
    deadline = time.monotonic() + _QUIET_S
    while warehouse.fetch_one(_OTHERS) != (0,):
        assert time.monotonic() < deadline, "sessions were left open, so their figures are not known"
        time.sleep(0.005)
    (count,) = warehouse.fetch_one(
        "select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int from pg_stat_user_tables "
        "where relname = %s and schemaname !~ '^pg_'",
        (table,),
    )
    return count


def open_run(warehouse: Any, entity: EntityConfig) -> int:
    """Open a running history row."""
    (history_id,) = warehouse.fetch_one(
        "insert into crm_sync.sync_history (crm_source, sync_type, status, start_time) "
        "values (%s, %s, 'running', clock_timestamp()) returning id",
        (entity.crm_source, entity.sync_type),
    )
    return history_id


def stage(
    folder: Path,
    entity: EntityConfig,
    *chunks: Iterable[Any],
    parents: Iterable[pl.DataFrame] = (),
    **plan: Any,
) -> Staging:
    """Stage raw records (objects, or bytes as they are), transform and validate them."""
    staging = open_staging(folder, crm_source=entity.crm_source, sync_type=entity.sync_type)
    manifest = staging.manifest
    manifest.plan = {
        "mode": "full",
        "since": None,
        "until": NOW.isoformat(),
        "sweep": "mark",
        "force": False,
        "moves_watermark": True,
        "unread_reason": None,
        "is_reconciliation": False,
        **plan,
    }
    for number, records in enumerate(chunks):
        lines = [record if isinstance(record, bytes) else json.dumps(record).encode() for record in records]
        chunk = RawChunk(number=number, suffix="ndjson", records=len(lines))
        if lines:
            staging.append_lines(chunk, b"\n".join(lines) + b"\n")
        manifest.chunks.append(chunk)
        manifest.records += len(lines)
    for chunk, frame in zip(manifest.chunks, parents, strict=False):
        staging.append_parents(chunk, frame)
    manifest.fetched = True
    staging.save_manifest()
    transform_chunks(entity, staging, stop=lambda: False)
    validate_chunks(entity, staging, skip_validation=False, stop=lambda: False)
    return staging


class Runs:
    """Runs the save of an entity again and again, each run with its own staging folder and history row."""

    def __init__(self, warehouse: Any, tmp_path: Path, entity: EntityConfig) -> None:
        self.warehouse = warehouse
        self.entity = entity
        self._tmp_path = tmp_path
        self._number = 0
        self.history_id: int | None = None

    def stage(self, *chunks: Iterable[Any], **plan: Any) -> Staging:
        """Stage the next run."""
        self._number += 1
        return stage(self._tmp_path / str(self._number), self.entity, *chunks, **plan)

    def save(self, *chunks: Iterable[Any], **plan: Any) -> Any:
        """Stage, open a history row and save."""
        staging = self.stage(*chunks, **plan)
        self.history_id = open_run(self.warehouse, self.entity)
        return save_entity(self.entity, staging, self.warehouse.connect, history_id=self.history_id)

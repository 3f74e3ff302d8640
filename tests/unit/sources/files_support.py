"""What the tests of file sources share: a small entity and its read configuration."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.constants import SyncMode
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.files.csv_rows import CsvFile

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_entity(fields: dict[str, dict[str, Any]] | None = None, **read: Any) -> EntityConfig:
    return EntityConfig.model_validate(
        {
            "crm_source": "csv",
            "sync_type": "places",
            "table_schema": "csv",
            "read": {"strategy": "files", "path": "places.csv", **read},
            "primary_key": ["id"],
            "fields": fields or {"id": {"required": True}, "name": {}},
        }
    )


def make_request(entity: EntityConfig, **values: Any) -> ReadRequest:
    wanted = {"entity": entity, "mode": SyncMode.FULL, "since": None, "until": NOW, "page_size": 10_000}
    return ReadRequest(**{**wanted, **values})


def read_csv(
    folder: Path, content: bytes, entity: EntityConfig, *, page_records: int = 10_000, skip: int = 0
):
    path = folder / "places.csv"
    path.write_bytes(content)
    encoding = "utf-8-sig" if entity.read.encoding == "utf-8" else entity.read.encoding
    file = CsvFile(path, "places.csv", entity, entity.read, encoding)
    return list(file.read_frames(page_records=page_records, skip=skip))

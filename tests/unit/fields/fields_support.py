"""What the tests of fields, transform and validate share: a small entity and one-value reading."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.fields.base import FieldValidator, Judgement
from crm_sync.sync.transform import TransformedChunk, transform_chunk

ID = {"type": "object_id", "required": True}


def make_entity(fields: dict[str, dict[str, Any]] | None = None, **values: Any) -> EntityConfig:
    own = {"id": ID, **(fields or {})}
    return EntityConfig.model_validate(
        {
            "crm_source": "hubspot",
            "sync_type": "contacts",
            "table_schema": "hubspot",
            "read": {"strategy": "files", "path": "contacts.jsonl", "format": "jsonl"},
            "primary_key": ["id"],
            "fields": own,
            **values,
        }
    )


def transform(entity: EntityConfig, *records: Any, key_paths: Any = None) -> TransformedChunk:
    """Transform records; a str is taken as the line itself."""
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    return transform_chunk("\n".join(lines).encode("utf-8", "surrogatepass"), entity, key_paths=key_paths)


def read_value(validator: FieldValidator, value: str | None) -> Judgement:
    """Read one raw value through all tiers, as a chunk would."""
    texts = pl.DataFrame({"c": [value]}, schema={"c": pl.String}).select(validator.text(pl.col("c")))
    cleaned = validator.clean(texts.to_series())
    problem = {} if cleaned.problems is None else cleaned.problems.row(0, named=True)
    return Judgement(
        cleaned.values[0], problem.get("error"), problem.get("warning"), altered=bool(cleaned.altered_rows)
    )


def finding_tuples(findings: pl.DataFrame) -> list[tuple]:
    return findings.select("row", "field", "rule", "action").rows()

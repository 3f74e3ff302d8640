"""Reads the keys of the records staged so far, typed as in the table; for a save, see `staged_rows.py`."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.storage.staging import Staging
from crm_sync.sync.transform import transform_chunk


def read_raw_keys(staging: Staging, entity: EntityConfig) -> Iterator[pl.DataFrame]:
    """Yield the key columns of every record that is staged, chunk by chunk, as transform gives them."""
    key = list(entity.primary_key)
    # a record function may make keys from anything
    fields = entity.fields if entity.record_function else {name: entity.fields[name] for name in key}
    narrow = entity.model_copy(update={"fields": fields, "extra": False})
    for chunk in staging.manifest.chunks:
        yield transform_chunk(staging.read_raw(chunk), narrow).typed.select(key)

"""The time zone that a source noted in its records, where only the connection knows it."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_reads import RestListRead
from crm_sync.fields.reading import ZONE_COLUMN


def notes_zone(entity: EntityConfig) -> bool:
    """Tell whether the records of an entity have the zone of their times among their keys."""
    return isinstance(entity.read, RestListRead) and bool(entity.read.zone_extra)


def set_noted_zone(entity: EntityConfig, raw: bytes) -> EntityConfig:
    """Give the entity the zone that stands in the first record, in the place of its own.

    Args:
        entity: as YAML has it.
        raw: NDJSON of one read, or of rejected records that are read again.
    """
    zone = next(_list_zones(raw), None) if notes_zone(entity) else None
    return entity if zone is None else entity.model_copy(update={"source_time_zone": zone})


def _list_zones(raw: bytes) -> Iterator[str]:
    for line in io.BytesIO(raw):
        with contextlib.suppress(ValueError):  # a line that can't be read is reported with its record
            record = json.loads(line)
            if isinstance(record, dict) and isinstance(record.get(ZONE_COLUMN), str):
                yield record[ZONE_COLUMN]

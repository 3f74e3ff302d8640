"""Edits of records on their way out of a source, by dotted path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crm_sync.config.models import EntityConfig
from tests.conformance.expected import MISSING, Key, find, list_paths
from tests.conformance.expected_values import NotConvertibleError, convert

Edit = Callable[[dict[str, Any]], object]


def put(record: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Set values at dotted paths, making the objects on the way."""
    for path, value in values.items():
        *way, last = path.split(".")
        place = record
        for part in way:
            if not isinstance(place.get(part), dict):
                place[part] = {}
            place = place[part]
        place[last] = value


def drop(record: dict[str, Any], path: str) -> None:
    """Take the key at a dotted path away, if it is there."""
    *way, last = path.split(".")
    place: Any = record
    for part in way:
        place = place.get(part) if isinstance(place, dict) else None
    if isinstance(place, dict):
        place.pop(last, None)


def find_key(entity: EntityConfig, record: Mapping[str, Any], key: Key) -> bool:
    """Tell whether the record has that key, as far as it carries the key's columns itself."""
    for column, wanted in zip(entity.primary_key, key, strict=True):
        found = (find(record, path) for path in list_paths(entity, column))
        value = next((v for v in found if v is not MISSING and v is not None), MISSING)
        if value is MISSING:
            # added by the read: the value of a parent
            continue
        try:
            if convert(str(entity.fields[column].type), value, entity) != wanted:
                return False
        except NotConvertibleError:
            return False
    return True

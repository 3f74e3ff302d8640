"""Configurations whose windows are as short as an account's data: whole reads of years ask for each month."""

from __future__ import annotations

from typing import Any

from crm_sync.config.models import SourceConfig
from crm_sync.config.rest_reads import RestListRead

_made: dict[tuple[int, str], tuple[SourceConfig, SourceConfig]] = {}
"""By place in memory of the whole one, which is kept beside it, and changes: what is known of an entity is
known by its place in memory, too."""


def shorten(source: SourceConfig, **changes: Any) -> SourceConfig:
    """Give a CRM's configuration with these words of its entities' `windows` changed."""
    key = (id(source), repr(sorted(changes.items())))
    if key not in _made:
        _made[key] = (source, _change(source, changes))
    return _made[key][1]


def _change(source: SourceConfig, changes: dict[str, Any]) -> SourceConfig:
    entities = {}
    for name, entity in source.entities.items():
        assert isinstance(entity.read, RestListRead)
        windows = entity.read.windows and entity.read.windows.model_copy(update=changes)
        read = entity.read.model_copy(update={"windows": windows})
        entities[name] = entity.model_copy(update={"read": read})
    return source.model_copy(update={"entities": entities})

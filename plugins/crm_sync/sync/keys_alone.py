"""Narrows an entity to its keys and times, for sources that can be asked for some fields alone."""

from __future__ import annotations

from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.config.rest_reads import RestListRead
from crm_sync.config.sql_reads import SqlTableRead


def narrow_to_keys(entity: EntityConfig) -> EntityConfig | None:
    """Give the entity with its key, modified time and deletion alone; None: its list gives whole records.

    What is left is read and compared as always: a record that is missing or gone shows, and so does one with
    another modified time.
    """
    read = entity.read
    if not _can_choose_fields(entity):
        return None
    named = [*entity.primary_key, *entity.parent_key, entity.modified_column]
    named += [entity.deleted.column, entity.deleted.at] if entity.deleted else []
    if isinstance(read, RestListRead):
        named += read.columns.values()
    kept = {name: entity.fields[name] for name in dict.fromkeys(named) if name is not None}
    # a whole read that is narrowed asks for nothing that goes to `extra`
    discover = getattr(read, "discover", None)
    changed: dict[str, Any] = (
        {} if discover is None else {"discover": discover.model_copy(update={"unmapped": False})}
    )
    return entity.model_copy(
        update={
            "fields": kept,
            "extra": False,
            "rules": (),
            "indexes": (),
            "refresh": None,
            "read": read.model_copy(update=changed),
        }
    )


def _can_choose_fields(entity: EntityConfig) -> bool:
    read = entity.read
    if isinstance(read, RestListRead):
        return read.strategy != "partitioned" and all(one.names("fields") for one in read.passes)
    return isinstance(read, RestIdsRead | SqlTableRead)

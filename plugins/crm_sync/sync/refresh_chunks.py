"""How a chunk of a refresh is judged: its records have only the key and some columns."""

from __future__ import annotations

from crm_sync.config.models import EntityConfig
from crm_sync.constants import OnError
from crm_sync.storage.staging import RawChunk


def narrow_entity(entity: EntityConfig, chunk: RawChunk) -> EntityConfig:
    """Give the entity for judging a chunk: in a refresh, no column but the key is needed.

    Rules and a record function look at columns that a refresh does not have.
    """
    if not chunk.is_refresh:
        return entity
    loose = {"required": False, "on_error": OnError.NULL}
    fields = {
        name: field if name in entity.primary_key else field.model_copy(update=loose)
        for name, field in entity.fields.items()
    }
    return entity.model_copy(update={"fields": fields, "rules": (), "record_function": None})

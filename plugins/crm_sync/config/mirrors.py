"""A CRM over REST as it is read where its connection leads to a database with a copy of its records."""

from __future__ import annotations

from crm_sync.config.field_config import FieldConfig
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.rest_reads import RestListRead
from crm_sync.config.shapes import list_shape_sources
from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.constants import FieldType, SourceKind
from crm_sync.exceptions import ConfigError


def has_mirror(source: SourceConfig) -> bool:
    """Tell whether an entity of a CRM could also be read from a database."""
    return any(_find_mirror(entity) is not None for entity in source.entities.values())


def mirror_source(source: SourceConfig) -> SourceConfig:
    """Give a CRM that is read from a database, with the entities that have a mirror as tables."""
    entities = {name: mirror_entity(one) for name, one in source.entities.items()}
    return source.model_copy(update={"kind": SourceKind.DATABASE, "entities": entities})


def mirror_entity(entity: EntityConfig) -> EntityConfig:
    """Give what is read of an entity's table: a field for each of its columns, and what pages follow as key.

    Rows have the columns under the names that records have as keys, so transform and save know no difference.
    Files stay as they are.

    Raises:
        ConfigError: the entity is read from its source alone.
    """
    if entity.read.kind is SourceKind.FILES:
        return entity
    read = _find_mirror(entity)
    if read is None:
        where = f"{entity.crm_source}/{entity.sync_type}.yaml"
        raise ConfigError(where, "read.mirror", "its table, since the connection leads to a database")
    columns: dict[str, FieldConfig] = {}
    for name, field in entity.fields.items():
        paths = (field.source,) if isinstance(field.source, str) else field.source or (name,)
        columns |= {
            path: field.model_copy(update={"source": path}) for path in paths if path not in entity.made
        }
    for path in list_shape_sources(entity.digests, entity.form):
        # what is made of a value needs its text, not what a column would make of it
        columns[path] = FieldConfig(source=path, type=FieldType.TEXT)
    key = read.page_key or tuple(str(entity.fields[name].source or name) for name in entity.primary_key)
    return entity.model_copy(
        update={"read": read, "fields": columns, "primary_key": key, "modified_column": None, "deleted": None}
    )


def _find_mirror(entity: EntityConfig) -> SqlTableRead | None:
    return entity.read.mirror if isinstance(entity.read, RestListRead) else None

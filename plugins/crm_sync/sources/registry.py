"""From an entity to the door of the folder that its strategy names; connections are handed in by the hook."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.reads import ReadStrategy
from crm_sync.constants import SourceKind
from crm_sync.exceptions import ConfigError
from crm_sync.rest.client import RestClient
from crm_sync.sources.base import Source
from crm_sync.sources.door import Door
from crm_sync.sources.files.store import FileStore
from crm_sync.sources.sql.database import SqlDatabase


def load_door(read: type[ReadStrategy]) -> type[Door[Any]]:
    """Import the door of a strategy, and only the modules that its CRM needs."""
    door: type[Door[Any]] = import_module(f"crm_sync.sources.{read.door}.door").Door
    return door


def choose_door(source: SourceConfig, entity: EntityConfig, connection: object) -> Door[Any]:
    """Give the door behind which an entity lies.

    Args:
        source: the CRM.
        entity: one of its entities.
        connection: what the hook opens for the CRM's kind.

    Raises:
        ConfigError: the CRM's `kind` does not fit the entity's strategy.
    """
    if entity.read.kind not in (source.kind, SourceKind.FILES):
        raise _wrong_kind(source, entity)
    return load_door(type(entity.read))(source, connection)


def create_source(
    source: SourceConfig,
    entity: EntityConfig,
    *,
    client: RestClient | None = None,
    store: FileStore | None = None,
    database: SqlDatabase | None = None,
) -> Source:
    """Build the source of one entity over a connection that is open.

    Args:
        source: the CRM.
        entity: one of its entities.
        client: for strategies over REST.
        store: for files.
        database: for tables of an SQL database.

    Raises:
        ConfigError: the CRM's `kind` does not fit the entity's strategy, or its connection is not there.
    """
    opened = {SourceKind.REST: client, SourceKind.FILES: store, SourceKind.DATABASE: database}
    if (connection := opened[entity.read.kind]) is None:
        raise _wrong_kind(source, entity)
    return choose_door(source, entity, connection).open(entity)


def _wrong_kind(source: SourceConfig, entity: EntityConfig) -> ConfigError:
    where = f"{source.crm_source}/{entity.sync_type}.yaml"
    expected = f"one for a CRM of kind {source.kind}"
    return ConfigError(where, "read.strategy", expected, got=entity.read.strategy)

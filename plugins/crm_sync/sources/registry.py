"""From an entity's read strategy to its source; clients and stores are handed in by the hook."""

from __future__ import annotations

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.reads import FilesRead
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.config.rest_links import RestLinksRead
from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.exceptions import ConfigError
from crm_sync.rest.client import RestClient
from crm_sync.sources.base import Source
from crm_sync.sources.files.source import FileSource
from crm_sync.sources.files.store import FileStore
from crm_sync.sources.ids.source import RestIdsSource
from crm_sync.sources.links.source import RestLinksSource
from crm_sync.sources.rest.lists import RestListSource
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.source import SqlTableSource


def create_source(
    source: SourceConfig,
    entity: EntityConfig,
    *,
    client: RestClient | None = None,
    store: FileStore | None = None,
    database: SqlDatabase | None = None,
) -> Source:
    """Build the source of one entity.

    Args:
        source: the CRM.
        entity: one of its entities.
        client: for strategies over REST.
        store: for files.
        database: for tables of an SQL database.

    Raises:
        ConfigError: the CRM's `kind` does not fit the entity's strategy.
    """
    if isinstance(entity.read, FilesRead):
        if store is None:
            raise _wrong_kind(source, entity)
        return FileSource(entity, store)
    if isinstance(entity.read, SqlTableRead):
        if database is None:
            raise _wrong_kind(source, entity)
        return SqlTableSource(entity, database)
    if client is None:
        raise _wrong_kind(source, entity)
    paths = build_paths(source, client)
    if isinstance(entity.read, RestIdsRead):
        return RestIdsSource(client, entity, paths)
    if isinstance(entity.read, RestLinksRead):
        return RestLinksSource(client, entity, paths)
    return RestListSource(client, entity, paths)


def build_paths(source: SourceConfig, client: RestClient) -> dict[str, str]:
    """Give the pieces of paths that configs name by a placeholder."""
    if source.rest is None:
        return {"api_version": client.api_version}
    return source.rest.fill_paths(client.api_version)


def _wrong_kind(source: SourceConfig, entity: EntityConfig) -> ConfigError:
    where = f"{source.crm_source}/{entity.sync_type}.yaml"
    return ConfigError(
        where, "read.strategy", f"one for a CRM of kind {source.kind}", got=entity.read.strategy
    )

"""Tries out whether an entity may be read: one record at most, thrown away; nothing is written anywhere.

What the answer means for the user is in the error that a read would raise, so a probe asks as a read does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.reads import FilesRead
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.config.rest_links import RestLinksRead
from crm_sync.config.rest_reads import RestListRead
from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.exceptions import ConfigError
from crm_sync.rest.client import RestClient
from crm_sync.rest.messages import Request
from crm_sync.rest.retries import RetryPolicy
from crm_sync.sources.files.store import FileStore
from crm_sync.sources.ids.probes import probe_ids
from crm_sync.sources.links.probes import probe_links
from crm_sync.sources.registry import build_paths
from crm_sync.sources.rest.probes import probe_lists
from crm_sync.sources.sql.probes import probe_login, probe_table

if TYPE_CHECKING:
    from crm_sync.sources.sql.database import SqlDatabase

_LONGEST_WAIT_S = 5.0
_PATIENCE = RetryPolicy(max_retries=1)
"""Somebody waits for the answer: one repetition, where a sync has many."""


@dataclass(frozen=True)
class Way:
    """The way to a CRM, whichever kind it is; the hook builds it from the connection."""

    client: RestClient | None = None
    store: FileStore | None = None
    database: SqlDatabase | None = None

    @property
    def address(self) -> str:
        """Scheme, host and port, where it leads to one; nothing that could be secret."""
        if self.client is None:
            return ""
        parts = urlsplit(self.client.transport.base_url)
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")

    def in_haste(self) -> Way:
        """Give the same way without long repetitions and pauses."""
        if self.client is None:
            return self
        pacer = replace(self.client.pacer, longest_wait_s=_LONGEST_WAIT_S)
        return replace(self, client=replace(self.client, policy=_PATIENCE, pacer=pacer))


def probe_key(source: SourceConfig, way: Way) -> str | None:
    """Try out the key itself, where the CRM has something that proves it.

    Returns:
        A sentence; None where only the entities can tell.

    Raises:
        SourceError: the key is refused, or the host does not answer.
    """
    if way.database is not None:
        return probe_login(way.database, {entity.source_time_zone for entity in source.entities.values()})
    if source.rest is None or not source.rest.verify_path or way.client is None:
        return None
    path = source.rest.verify_path.replace("{api_version}", way.client.api_version)
    way.client.send(Request("GET", path))
    return "the host answers and the key is valid"


def probe_entity(source: SourceConfig, entity: EntityConfig, way: Way) -> str:
    """Try out one entity.

    Args:
        source: the CRM.
        entity: one of its entities.
        way: to the CRM.

    Returns:
        A sentence about what may be read.

    Raises:
        SourceError: it may not or can't be read; the message names the right, where the source does.
        ConfigError: the connection or the YAML does not fit.
    """
    read = entity.read
    if isinstance(read, FilesRead) and way.store is not None:
        return _probe_files(read, way.store)
    if isinstance(read, SqlTableRead) and way.database is not None:
        return probe_table(entity, read, way.database)
    if isinstance(read, RestListRead) and way.client is not None:
        return probe_lists(way.client, entity, read, build_paths(source, way.client))
    if isinstance(read, RestIdsRead) and way.client is not None:
        return probe_ids(way.client, read, build_paths(source, way.client))
    if isinstance(read, RestLinksRead) and way.client is not None:
        return probe_links(way.client, read, build_paths(source, way.client))
    where = f"{source.crm_source}/{entity.sync_type}.yaml"
    raise ConfigError(where, "read.strategy", f"one for a CRM of kind {source.kind}", got=read.strategy)


def _probe_files(read: FilesRead, store: FileStore) -> str:
    files = store.list(read.path)
    for file in files:
        store.try_open(file)
    return f"{len(files)} file(s) '{read.path}' can be opened"

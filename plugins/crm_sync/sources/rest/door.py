"""The door to lists of a web API."""

from __future__ import annotations

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_reads import RestListRead
from crm_sync.sources.base import Source
from crm_sync.sources.jobs.source import JobSource
from crm_sync.sources.rest.client_door import ClientDoor
from crm_sync.sources.rest.lists import RestListSource
from crm_sync.sources.rest.probes import probe_lists
from crm_sync.sources.rest.zones import set_zone


class Door(ClientDoor):
    """Lists of one account."""

    def probe(self, entity: EntityConfig) -> str:
        """Ask for the first record of each pass."""
        if not isinstance(entity.read, RestListRead):
            raise TypeError(f"{entity.sync_type} is not read by rest_list")
        entity_here = set_zone(self.connection, entity, entity.read)
        return probe_lists(self.connection, entity_here, entity.read, self.build_paths())

    def open(self, entity: EntityConfig) -> Source:
        """Give the source of the lists, by jobs where the YAML has them."""
        if not isinstance(entity.read, RestListRead):
            raise TypeError(f"{entity.sync_type} is not read by rest_list")
        kind = RestListSource if entity.read.job is None else JobSource
        return kind(self.connection, set_zone(self.connection, entity, entity.read), self.build_paths())

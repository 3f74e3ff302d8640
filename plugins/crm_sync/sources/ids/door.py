"""The door to records with rising ids."""

from __future__ import annotations

from typing_extensions import override

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.sources.base import Source
from crm_sync.sources.ids.calls import IdCalls
from crm_sync.sources.ids.probes import probe_ids
from crm_sync.sources.ids.source import RestIdsSource
from crm_sync.sources.rest.client_door import ClientDoor
from crm_sync.sources.told_fields import ToldFields


class Door(ClientDoor):
    """Records with rising ids of one account."""

    def probe(self, entity: EntityConfig) -> str:
        """Ask for one record."""
        if not isinstance(entity.read, RestIdsRead):
            raise TypeError(f"{entity.sync_type} is not read by rest_ids")
        return probe_ids(self.connection, entity.read, self.build_paths())

    def open(self, entity: EntityConfig) -> Source:
        """Give the source of the records."""
        return RestIdsSource(self.connection, entity, self.build_paths())

    @override
    def list_fields(self, entity: EntityConfig) -> ToldFields:
        """Ask the account for its fields."""
        if not isinstance(entity.read, RestIdsRead):
            raise TypeError(f"{entity.sync_type} is not read by rest_ids")
        return IdCalls(self.connection, entity.read, self.build_paths()).list_told(entity)

"""The door to what is read by a vendor's own code."""

from __future__ import annotations

from crm_sync.config.models import EntityConfig
from crm_sync.config.reads import HubSpotAssociationsRead, HubSpotObjectsRead
from crm_sync.sources.base import Source
from crm_sync.sources.rest.client_door import ClientDoor
from crm_sync.sources.vendors.hubspot_associations import HubSpotAssociationsSource
from crm_sync.sources.vendors.hubspot_objects import HubSpotObjectsSource
from crm_sync.sources.vendors.hubspot_probes import probe_links, probe_objects


class Door(ClientDoor):
    """Objects of HubSpot, and the links between them."""

    def probe(self, entity: EntityConfig) -> str:
        """Ask for one record, or for the links of nobody."""
        if isinstance(entity.read, HubSpotObjectsRead):
            return probe_objects(self.connection, entity.read)
        if isinstance(entity.read, HubSpotAssociationsRead):
            return probe_links(self.connection, entity.read)
        raise TypeError(f"{entity.sync_type} is read by no vendor's code")

    def open(self, entity: EntityConfig) -> Source:
        """Give the source of objects or links."""
        if isinstance(entity.read, HubSpotAssociationsRead):
            return HubSpotAssociationsSource(self.connection, entity)
        return HubSpotObjectsSource(self.connection, entity)

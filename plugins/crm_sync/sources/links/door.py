"""The door to links between records."""

from __future__ import annotations

from typing_extensions import override

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_links import RestLinksRead
from crm_sync.sources.base import Source
from crm_sync.sources.links.probes import probe_links
from crm_sync.sources.links.source import RestLinksSource
from crm_sync.sources.rest.client_door import ClientDoor
from crm_sync.sources.told_fields import ToldFields


class Door(ClientDoor):
    """Links between records of one account."""

    def probe(self, entity: EntityConfig) -> str:
        """Ask for the links of nobody."""
        if not isinstance(entity.read, RestLinksRead):
            raise TypeError(f"{entity.sync_type} is not read by rest_links")
        return probe_links(self.connection, entity.read, self.build_paths())

    def open(self, entity: EntityConfig) -> Source:
        """Give the source of the links."""
        return RestLinksSource(self.connection, entity, self.build_paths())

    @override
    def list_fields(self, entity: EntityConfig) -> ToldFields:
        """Say that a link has no fields beside those of the YAML."""
        return ToldFields(notes=("A link has no fields of the account's own.",))

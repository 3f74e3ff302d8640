"""The door to tabs of spreadsheets."""

from __future__ import annotations

from crm_sync.config.models import EntityConfig
from crm_sync.sources.base import Source
from crm_sync.sources.grid.source import GridSource
from crm_sync.sources.rest.client_door import ClientDoor


class Door(ClientDoor):
    """Tabs of one account."""

    def probe(self, entity: EntityConfig) -> str:
        """Ask for the tab, its titles and the first row below them."""
        source = self._open(entity)
        tab, header = source.look_closely()
        said = [f"the tab '{tab.title}' may be read, {len(header.names)} titles", *header.notes]
        return "; ".join(one.rstrip(".") for one in said)

    def open(self, entity: EntityConfig) -> Source:
        """Give the source of the tab."""
        return self._open(entity)

    def _open(self, entity: EntityConfig) -> GridSource:
        return GridSource(self.connection, entity, self.build_paths())

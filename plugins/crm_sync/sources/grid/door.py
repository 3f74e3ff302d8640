"""The door to tabs of spreadsheets."""

from __future__ import annotations

from typing_extensions import override

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_grid import OWN_SOURCES
from crm_sync.fields.paths import source_paths
from crm_sync.sources.base import Source
from crm_sync.sources.grid.source import GridSource
from crm_sync.sources.rest.client_door import ClientDoor
from crm_sync.sources.told_fields import ToldField, ToldFields

_DAYS = "A date without a column is a number of days here, and looks like one: write `type: date` yourself."


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

    @override
    def list_fields(self, entity: EntityConfig) -> ToldFields:
        """Ask for the titles; what the columns hold, only rows can tell."""
        _, header = self._open(entity).look_closely()
        paths = {name: source_paths(name, field.source) for name, field in entity.fields.items()}
        taken = {*OWN_SOURCES, *(path for some in paths.values() for path in some)}
        new = [title for title in header.names.values() if title not in taken]
        missing = {name: " or ".join(paths[name]) for name in sorted(header.missing)}
        notes = (*header.notes, _DAYS) if new else header.notes
        return ToldFields(tuple(map(ToldField, new)), missing, are_named=False, notes=notes)

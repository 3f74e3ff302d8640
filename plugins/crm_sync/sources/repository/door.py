"""The door to files of a repository."""

from __future__ import annotations

from crm_sync.config.models import EntityConfig
from crm_sync.sources.base import Source
from crm_sync.sources.repository.source import RepositorySource
from crm_sync.sources.rest.client_door import ClientDoor


class Door(ClientDoor):
    """Files of one repository."""

    def probe(self, entity: EntityConfig) -> str:
        """List the files, and read none."""
        path, version, files = self._open(entity).look()
        return f"{len(files)} file(s) '{path}' can be read, version {version[:12]}"

    def open(self, entity: EntityConfig) -> Source:
        """Give the source of the files."""
        return self._open(entity)

    def _open(self, entity: EntityConfig) -> RepositorySource:
        return RepositorySource(self.connection, entity, self.build_paths())

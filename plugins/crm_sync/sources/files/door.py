"""The door to files."""

from __future__ import annotations

from typing import Self

from crm_sync.config.models import EntityConfig
from crm_sync.config.reads import FilesRead
from crm_sync.sources import door
from crm_sync.sources.base import Source
from crm_sync.sources.files.source import FileSource
from crm_sync.sources.files.store import FileStore


class Door(door.Door[FileStore]):
    """Files below a store's base."""

    @property
    def address(self) -> str:
        """Nothing: the messages about files say where they are."""
        return ""

    def in_haste(self) -> Self:
        """Give itself: a store does not wait."""
        return self

    def probe_key(self) -> None:
        """Give None: a folder has no key beside its files."""

    def probe(self, entity: EntityConfig) -> str:
        """Open each file, and read none."""
        if not isinstance(entity.read, FilesRead):
            raise TypeError(f"{entity.sync_type} is not read by files")
        files = self.connection.list(entity.read.path)
        for file in files:
            self.connection.try_open(file)
        return f"{len(files)} file(s) '{entity.read.path}' can be opened"

    def open(self, entity: EntityConfig) -> Source:
        """Give the source of the files."""
        return FileSource(entity, self.connection)

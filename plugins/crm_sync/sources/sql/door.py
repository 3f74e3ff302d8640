"""The door to the tables of an SQL database."""

from __future__ import annotations

from typing import Self

from typing_extensions import override

from crm_sync.config.models import EntityConfig
from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.sources import door
from crm_sync.sources.base import Source
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.probes import probe_login, probe_table
from crm_sync.sources.sql.source import SqlTableSource
from crm_sync.sources.sql.told_fields import list_told
from crm_sync.sources.told_fields import ToldFields


class Door(door.Door[SqlDatabase]):
    """Tables of one database."""

    @property
    def address(self) -> str:
        """Nothing: a database's host is in the errors of its driver."""
        return ""

    def in_haste(self) -> Self:
        """Give itself: the look waits for nothing anyway."""
        return self

    def probe_key(self) -> str | None:
        """Ask for the database's time."""
        zones = {entity.source_time_zone for entity in self.source.entities.values()}
        return probe_login(self.connection, zones)

    def probe(self, entity: EntityConfig) -> str:
        """Ask for the kinds of an entity's columns."""
        if not isinstance(entity.read, SqlTableRead):
            raise TypeError(f"{entity.sync_type} is not read by sql_table")
        return probe_table(entity, entity.read, self.connection)

    def open(self, entity: EntityConfig) -> Source:
        """Give the source of the table."""
        return SqlTableSource(entity, self.connection)

    @override
    def list_fields(self, entity: EntityConfig) -> ToldFields:
        """Ask the catalog for the table's columns."""
        if not isinstance(entity.read, SqlTableRead):
            raise TypeError(f"{entity.sync_type} is not read by sql_table")
        return list_told(entity, entity.read, self.connection)

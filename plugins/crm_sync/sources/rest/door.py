"""The door to lists of a web API."""

from __future__ import annotations

from typing_extensions import override

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_reads import RestListRead
from crm_sync.sources.base import Source
from crm_sync.sources.jobs.probes import probe_job
from crm_sync.sources.jobs.source import JobSource
from crm_sync.sources.partitions.source import PartitionSource
from crm_sync.sources.rest.client_door import ClientDoor
from crm_sync.sources.rest.lists import RestListSource
from crm_sync.sources.rest.parts import build_planner
from crm_sync.sources.rest.probes import probe_lists
from crm_sync.sources.rest.told_fields import list_told
from crm_sync.sources.rest.zones import set_zone
from crm_sync.sources.told_fields import ToldFields

_NAMES_ITS_OWN = "Its requests name the fields of the YAML alone, and no word says where others are listed."


class Door(ClientDoor):
    """Lists of one account."""

    def probe(self, entity: EntityConfig) -> str:
        """Ask for the first record of each pass, and for what a read is compared with.

        What nothing but a job reads is asked for by a job.
        """
        if not isinstance(entity.read, RestListRead):
            raise TypeError(f"{entity.sync_type} is not read by rest_list")
        read, paths = entity.read, self.build_paths()
        here = set_zone(self.connection, entity, read)
        if read.job is not None and read.job.count is None:
            return probe_job(self.connection, here, read, read.job, paths)
        said = probe_lists(self.connection, here, read, paths)
        if read.partition is not None:
            PartitionSource(self.connection, here, paths).ask_subsets()
        return said

    def open(self, entity: EntityConfig) -> Source:
        """Give the source of the lists, by jobs or in parts where the YAML says so."""
        if not isinstance(entity.read, RestListRead):
            raise TypeError(f"{entity.sync_type} is not read by rest_list")
        kinds = {"rest_list": RestListSource, "job": JobSource, "partitioned": PartitionSource}
        here = set_zone(self.connection, entity, entity.read)
        return kinds[entity.read.strategy](self.connection, here, self.build_paths())

    @override
    def list_fields(self, entity: EntityConfig) -> ToldFields | None:
        """Ask the account for its fields, where the YAML says how."""
        if not isinstance(entity.read, RestListRead):
            raise TypeError(f"{entity.sync_type} is not read by rest_list")
        read, here = entity.read, set_zone(self.connection, entity, entity.read)
        if read.discover is not None:
            values, path = build_planner(self.connection, here, read, self.build_paths()).fill_call(
                read.discover.path
            )
            return list_told(self.connection, here, read.discover, path, values)
        if any(one.names("fields") for one in read.passes):
            return ToldFields(notes=(_NAMES_ITS_OWN,))
        return None

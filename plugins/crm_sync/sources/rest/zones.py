"""Gives an entity the time zone that the connection names for it."""

from __future__ import annotations

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_reads import RestListRead
from crm_sync.config.slots import is_zone
from crm_sync.exceptions import ConfigError
from crm_sync.rest.client import RestClient


def set_zone(client: RestClient, entity: EntityConfig, read: RestListRead) -> EntityConfig:
    """Give the entity with the zone of its times, where the YAML leaves it to the connection.

    A zone that is missing or wrong moves every time by hours, so none is assumed.

    Args:
        client: knows the connection's extras.
        entity: as YAML has it.
        read: its strategy.

    Raises:
        ConfigError: the connection lacks the extra, or it is no zone.
    """
    if not read.zone_extra:
        return entity
    zone = client.extras.get(read.zone_extra, "")
    if not is_zone(zone):
        raise ConfigError(
            f"connection {client.connection_id}",
            f"extra.{read.zone_extra}",
            "the name of a time zone, such as America/New_York: the source's times have none",
            got=repr(zone) if zone else "nothing",
        )
    return entity.model_copy(update={"source_time_zone": zone})

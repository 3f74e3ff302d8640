"""How an account's fields write their dates and times."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from crm_sync.config.discovery import DiscoverWords, FormatWords
from crm_sync.config.models import EntityConfig
from crm_sync.config.slots import is_zone
from crm_sync.exceptions import ConfigError
from crm_sync.rest.cell_times import CellFormat, build_format
from crm_sync.rest.client import RestClient
from crm_sync.rest.messages import find_path
from crm_sync.sources.base import Record


def list_formats(
    client: RestClient, entity: EntityConfig, words: DiscoverWords, found: Mapping[str, Record]
) -> dict[str, CellFormat]:
    """Give the formats of the account's fields by name; none where the YAML does not say where they are.

    Raises:
        ConfigError: the connection's extra is no time zone.
    """
    if words.formats is None:
        return {}
    zone = _find_zone(client, words.formats, entity.source_time_zone)
    return {name: _read_format(one, words.formats, zone) for name, one in found.items()}


def _read_format(field: Record, words: FormatWords, zone: ZoneInfo) -> CellFormat:
    listed = find_path(field, words.path)
    # in XML, a list of one is the one
    restrictions = listed if isinstance(listed, list) else [listed]
    told = {find_path(one, words.kind_path): find_path(one, words.value_path) for one in restrictions}
    texts = {kind: value for kind, value in told.items() if isinstance(value, str) and value.strip()}
    date, time = texts.get(words.date), texts.get(words.time) if words.time else None
    return build_format([f"{date} {time}" if date and time else None, date], zone)


def _find_zone(client: RestClient, words: FormatWords, usual: str) -> ZoneInfo:
    name = client.extras.get(words.zone_extra, "") if words.zone_extra else ""
    if name and not is_zone(name):
        where = f"connection {client.connection_id}"
        raise ConfigError(where, f"extra.{words.zone_extra}", "the name of a time zone", got=repr(name))
    return ZoneInfo(name or usual)

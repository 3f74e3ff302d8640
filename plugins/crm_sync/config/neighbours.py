"""CRMs with tables in one schema: no two may have the same table, since each would sweep the other's rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from crm_sync.config.models import SourceConfig
from crm_sync.exceptions import ConfigError

_WORD = b"table_schema"
_SCHEMA = re.compile(rb"""^table_schema:[ \t]+(["']?)(\w+)\1[ \t]*(?:#.*)?\r?$""", re.MULTILINE)


def check_neighbours(
    source: SourceConfig, files: Iterable[Path], load: Callable[[str], SourceConfig]
) -> None:
    """Refuse a CRM that writes to a table of another one in the same warehouse.

    A CRM in the schema of its own name is there by right, so the other one has to give way.

    Args:
        source: the CRM; entities that are switched off write nothing.
        files: the `source.yaml` of each CRM.
        load: gives another CRM by its name; only those are loaded that keep tables in a schema of this one.

    Raises:
        ConfigError: they share a table.
    """
    schemas = {entity.table_schema for entity in source.entities.values()}
    for file in files:
        name = file.parent.name
        if name == source.crm_source or not _gives_way(source, name):
            continue
        schema = _read_schema(file)
        if schema is not None and schema not in schemas:
            continue
        try:
            other = load(name)
        except ConfigError:
            continue  # it is not synced until it is mended
        if other.warehouse_connection_id == source.warehouse_connection_id:
            _compare(source, other)


def _compare(source: SourceConfig, other: SourceConfig) -> None:
    owners = {entity.table: entity.sync_type for entity in other.entities.values()}
    for entity in source.entities.values():
        if entity.enabled and entity.table in owners:
            raise ConfigError(
                f"{source.crm_source}/source.yaml",
                "table_schema",
                "a schema in which no other CRM has the same table",
                got=f"'{entity.table_schema}', where {other.crm_source} {owners[entity.table]} has "
                f"{entity.table}",
            )


def _gives_way(source: SourceConfig, other: str) -> bool:
    if source.table_schema in (source.crm_source, other):
        return source.table_schema == other
    return source.crm_source > other


def _read_schema(file: Path) -> str | None:
    """Give the schema that a CRM's file names, without the time that it takes to read its YAML.

    None: the word is spelled in another way, which only a whole reading tells.
    """
    try:
        text = file.read_bytes()
    except OSError:
        return None
    found = _SCHEMA.findall(text)
    if len(found) == text.count(_WORD) == 1:
        return str(found[0][1].decode())
    return None if _WORD in text else file.parent.name

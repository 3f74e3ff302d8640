"""CRMs with tables in one schema: no two may have the same table, since each would sweep the other's rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from crm_sync.config.models import SourceConfig
from crm_sync.exceptions import ConfigError

_WORD, _EXTENDS = b"table_schema", b"extends"
_SCHEMA = re.compile(rb"""^table_schema:[ \t]+(["']?)(\w+)\1[ \t]*(?:#.*)?\r?$""", re.MULTILINE)


def check_neighbours(
    source: SourceConfig, files: Iterable[Path], load: Callable[[str], SourceConfig]
) -> None:
    """Refuse a CRM that writes to a table of another one in the same warehouse.

    A CRM in the schema of its own name is there by right, so the other one has to give way.

    Args:
        source: the CRM; entities that are switched off write nothing.
        files: the `source.yaml` of each CRM.
        load: gives another CRM by its name; only those are loaded that may have tables in its schemas.

    Raises:
        ConfigError: they share a table.
    """
    own = source.crm_source
    schemas = {entity.table_schema for entity in source.entities.values() if entity.enabled}
    if schemas == {own}:
        return  # others give way
    for file in files:
        name = file.parent.name
        shared = {schema for schema in schemas if name != own and _gives_way(own, name, schema)}
        if not shared or not _may_use(file, shared):
            continue
        try:
            other = load(name)
        except ConfigError:
            continue  # it is not synced until it is mended
        if other.warehouse_connection_id == source.warehouse_connection_id:
            _compare(source, other, shared)


def _compare(source: SourceConfig, other: SourceConfig, shared: Collection[str]) -> None:
    owners = {entity.table: entity.sync_type for entity in other.entities.values()}
    for entity in source.entities.values():
        if entity.enabled and entity.table_schema in shared and entity.table in owners:
            is_own = entity.table_schema != source.table_schema
            raise ConfigError(
                f"{source.crm_source}/{entity.sync_type if is_own else 'source'}.yaml",
                "table_schema",
                "a schema in which no other CRM has the same table",
                got=f"'{entity.table_schema}', where {other.crm_source} {owners[entity.table]} has "
                f"{entity.table}",
            )


def _gives_way(own: str, other: str, schema: str) -> bool:
    return schema == other if schema in (own, other) else own > other


def _may_use(file: Path, schemas: Collection[str]) -> bool:
    """Say whether a CRM may have tables in some schemas, without the time that it takes to read its YAML."""
    text = _read(file)
    if _EXTENDS in text or any(_WORD in _read(one) for one in file.parent.glob("*.yaml") if one != file):
        return True  # only a whole reading tells
    found = _SCHEMA.findall(text)
    if len(found) != text.count(_WORD) or len(found) > 1:
        return True  # the word is spelled in another way
    return (found[0][1].decode() if found else file.parent.name) in schemas


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return _WORD

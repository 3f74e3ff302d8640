"""Checks of a CRM's connection and of the warehouse: one finding each, in plain words; nothing is written.

Opening connections is left to the hooks, printing to the command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.exceptions import AuthenticationError, CrmSyncError
from crm_sync.sources.door import Door
from crm_sync.sources.registry import choose_door
from crm_sync.storage import warehouse_rights

if TYPE_CHECKING:
    from crm_sync.storage.connections import Connect

_FORBIDDEN = 403


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Args:
        about: what was checked.
        is_good: whether a sync can work as far as that goes.
        text: a sentence; for a failure, the error's own words.
    """

    about: str
    is_good: bool
    text: str

    def __str__(self) -> str:
        """One line for people."""
        return f"{'ok    ' if self.is_good else 'FAILED'}  {self.about}: {self.text}"


def check_source(source: SourceConfig, open_door: Callable[..., Door[Any]]) -> Iterator[Finding]:
    """Check the key, then for each entity whether the key may read it.

    Args:
        source: the CRM.
        open_door: opens the connection and gives the door of an entity, or of any if it is given none; its
            ConfigError is a finding, too.
    """
    named = about = f"connection {source.connection_id}"
    told = (named, source.crm_source)
    try:
        door = open_door().in_haste()
        about = f"{named} ({door.address})" if door.address else named
        said = door.probe_key()
    except CrmSyncError as error:
        # a valid key may lack the right to what proves it
        if not (isinstance(error, AuthenticationError) and error.status_code == _FORBIDDEN):
            yield Finding(about, is_good=False, text=_clean(error, told))
            return
        said = "the key is known, but lacks the right to read what would prove it"
    if said is not None:
        yield Finding(about, is_good=True, text=said)
    for entity in source.entities.values():
        yield _find(entity.table, partial(_look_at, door, entity, open_door), told)


def check_warehouse(source: SourceConfig, connect: Connect) -> Iterator[Finding]:
    """Check the warehouse user's rights for one CRM.

    Args:
        source: the CRM whose tables will be written.
        connect: opens a connection to the warehouse.
    """
    about = f"warehouse {source.warehouse_connection_id}"
    server = _find(about, lambda: warehouse_rights.check_server(connect))
    yield server
    if not server.is_good:
        return
    yield _find("schema crm_sync", lambda: warehouse_rights.check_bookkeeping(connect))
    for schema, entities in _by_schema(source).items():
        yield _find(f"schema {schema}", partial(warehouse_rights.check_targets, connect, entities))


def find_door(
    door: Door[Any], entity: EntityConfig, open_door: Callable[..., Door[Any]]
) -> tuple[Door[Any], EntityConfig]:
    """Give the door of an entity, and the entity as it is read there.

    Args:
        door: of any entity of the CRM, over the same connection.
        entity: as the YAML has it.
        open_door: opens another one, for an entity that is read through something else.

    Raises:
        ConfigError: that can't be opened.
    """
    # a copy in a database is read in another way than the source itself
    entity = door.source.entities.get(entity.sync_type, entity)
    if entity.read.kind != door.source.kind:
        return open_door(entity), entity
    return choose_door(door.source, entity, door.connection), entity


def _look_at(door: Door[Any], entity: EntityConfig, open_door: Callable[..., Door[Any]]) -> str:
    door, entity = find_door(door, entity, open_door)
    return door.probe(entity)


def _find(about: str, check: Callable[[], str], told: tuple[str, ...] = ()) -> Finding:
    try:
        return Finding(about, is_good=True, text=check())
    except CrmSyncError as error:
        return Finding(about, is_good=False, text=_clean(error, told))


def _clean(error: CrmSyncError, told: tuple[str, ...]) -> str:
    """Give an error's words on one line, without repeating what the lines above it or its own name say."""
    text = " ".join(str(error).split())
    for name in told:
        if text.lower().startswith((f"{name}: ", f"{name}, ")):
            text = text[len(name) + 2 :]
    return text


def _by_schema(source: SourceConfig) -> dict[str, list[EntityConfig]]:
    found: dict[str, list[EntityConfig]] = {}
    for entity in source.entities.values():
        found.setdefault(entity.table_schema, []).append(entity)
    return found

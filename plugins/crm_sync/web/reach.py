"""What the routes reach: the configured CRMs, and the warehouses that they are kept in."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.exceptions import ConfigError, DatabaseUnavailableError, SchemaFaultError
from crm_sync.insight.schema import SchemaState, find_schema
from crm_sync.settings import configs_dir
from crm_sync.storage.connections import Connect, KeptConnection
from crm_sync.warehouses import open_warehouse
from crm_sync.web.configured import ConfiguredReader
from crm_sync.web.guard import Viewer, not_found

log = logging.getLogger(__name__)
T = TypeVar("T")
_DOOR_S = 60
"""Longest time until a connection that was changed in Airflow is looked up anew."""


class NoAnswerError(Exception):
    """A warehouse that can't be asked, or has nothing yet; the message is for everybody who may log in."""


@dataclass
class Reach:
    """What the routes reach.

    Args:
        configs: reads the YAML.
        open_warehouse: opens the warehouse of a CRM.
        clock: gives aware UTC.
    """

    configs: ConfiguredReader = field(default_factory=lambda: ConfiguredReader(configs_dir))
    open_warehouse: Callable[[SourceConfig], Connect] = open_warehouse
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    _mutex: threading.Lock = field(default_factory=threading.Lock, init=False)
    _doors: dict[str, tuple[float, KeptConnection]] = field(default_factory=dict, init=False)
    """By connection: when it was looked up in Airflow, and what opens it."""

    def list_visible(self, viewer: Viewer) -> list[SourceConfig]:
        """Give the CRMs that the user may see."""
        sources = self.configs.read().sources
        return [sources[name] for name in viewer.keep_visible(sources)]

    def find(self, viewer: Viewer, crm_source: str, sync_type: str) -> tuple[SourceConfig, EntityConfig]:
        """Give an entity with its CRM.

        Raises:
            HTTPException: 404: there is none, or the user may not see it.
        """
        found = self.configs.read().find_entity(crm_source, sync_type)
        if found is None or not viewer.may_see(crm_source):
            raise not_found(f"entity {crm_source}.{sync_type}")
        return found

    @contextlib.contextmanager
    def ask(self, source: SourceConfig) -> Iterator[Connect]:
        """Open the warehouse of a CRM, whose schema is as this version reads it.

        Raises:
            NoAnswerError: it can't be reached, or has nothing to read yet.
        """
        named = f"the warehouse of the connection {source.warehouse_connection_id}"
        connect = self._open(source)
        try:
            _check(connect, named)
            yield connect
        except DatabaseUnavailableError as error:
            # hosts and roles are in the message, and not everybody may see connections
            log.warning("%s: %s", named, error)
            raise NoAnswerError(
                f"{_begin(named)} can't be reached; the API server's log says why."
            ) from error
        except SchemaFaultError as error:
            log.warning("%s: %s", named, error)
            raise NoAnswerError(
                f"The role of the connection {source.warehouse_connection_id} may not read the schema "
                "crm_sync; the API server's log has the statement that grants it."
            ) from error
        except ConfigError as error:
            log.warning("%s: %s", named, error)
            raise NoAnswerError(f"{error}.") from error

    def _open(self, source: SourceConfig) -> KeptConnection:
        """Give a door that stays open for a while: a session that has planned a query answers sooner."""
        now, name = time.monotonic(), source.warehouse_connection_id
        with self._mutex:
            made_at, door = self._doors.get(name, (0.0, None))
            if door is None or now - made_at > _DOOR_S:
                if door is not None:
                    door.close()
                door = KeptConnection(self.open_warehouse(source))
                self._doors[name] = (now, door)
            return door

    def search(self, viewer: Viewer, crm_source: str | None, look: Callable[[Connect], T | None]) -> T | None:
        """Look for something in each warehouse that the user may ask: numbers are counted in each of them.

        Args:
            viewer: who asks.
            crm_source: look only into the warehouse of this CRM; None: into all.
            look: asks one warehouse; None: it is not there, or not for this user.

        Raises:
            NoAnswerError: it was found nowhere, and one of them can't be asked.
        """
        visible = self.list_visible(viewer)
        wanted = [source for source in visible if crm_source in (None, source.crm_source)]
        silent: NoAnswerError | None = None
        for group in group_by_warehouse(wanted):
            try:
                with self.ask(group[0]) as connect:
                    if (found := look(connect)) is not None:
                        return found
            except NoAnswerError as error:
                silent = error
        if silent is not None:
            raise silent
        return None


def group_by_warehouse(sources: Iterable[SourceConfig]) -> list[list[SourceConfig]]:
    """Put together the CRMs that are kept in the same warehouse."""
    groups: dict[str, list[SourceConfig]] = {}
    for source in sources:
        groups.setdefault(source.warehouse_connection_id, []).append(source)
    return list(groups.values())


def get_reach(request: Request) -> Reach:
    """Give what the app was built with."""
    reach: Reach = request.app.state.reach
    return reach


ReachDep = Annotated[Reach, Depends(get_reach)]


def _check(connect: Connect, named: str) -> None:
    state = find_schema(connect)
    if state is SchemaState.ABSENT:
        raise NoAnswerError(f"No run has written to {named} yet.")
    if state is SchemaState.OLDER:
        raise NoAnswerError(
            f"The schema crm_sync in {named} is older than this page; the next run mends that."
        )


def _begin(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"

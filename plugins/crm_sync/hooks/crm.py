"""Turns a CRM's Airflow connection into sources; the CRM's kind decides how the connection is opened."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException

from crm_sync.exceptions import ConfigError
from crm_sync.hooks.opening import Opening, leads_to_service, never, open_connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from crm_sync.config.models import EntityConfig, SourceConfig
    from crm_sync.rest.client import RestClient
    from crm_sync.sources.base import Source
    from crm_sync.sources.door import Door


class CrmHook(BaseHook):
    """Builds sources and doors from the CRM's connection.

    Args:
        source: configuration of the CRM.
        connect: opens a warehouse connection; the rate budget lives in the warehouse.
    """

    def __init__(self, source: SourceConfig, *, connect: Callable[[], Any]) -> None:
        super().__init__()
        self._source = source
        self._opening = Opening(source, connect)
        self._is_fitted = self._is_mirror = False

    def open_source(self, entity: EntityConfig, *, stop: Callable[[], bool] = never) -> Source:
        """Give the source of one entity.

        Args:
            entity: configuration of the entity.
            stop: True once Airflow asked the task to end.

        Raises:
            ConfigError: the connection or the YAML lacks what the source needs.
        """
        self._fit()
        read = self._source.entities.get(entity.sync_type, entity) if self._is_mirror else entity
        return self._choose_door(read, replace(self._opening, stop=stop)).open(read)

    def name_account(self) -> str:
        """Name the connection and, by a digest, its account, without showing an address or a secret.

        A renewed key leaves the name as it is, and so does another spelling of the same address.
        """
        connection = self.get_connection(self._source.connection_id)
        host = (connection.host or "").rstrip("/").lower()
        place = (host, connection.port, connection.schema, connection.login)
        extra, rest = connection.extra_dejson, self._source.rest
        needed = tuple(extra.get(name) for name in (rest.needs if rest else ()))
        told = repr((connection.conn_type, *place, extra.get("path"), *needed))
        return f"{self._source.connection_id} {hashlib.sha256(told.encode()).hexdigest()[:16]}"

    def open_door(self, entity: EntityConfig | None = None) -> Door[Any]:
        """Give the door of an entity for a check: unpaced, because pacing writes to the budget.

        Args:
            entity: None: the CRM's first one that is read through what the CRM is.

        Raises:
            ConfigError: the connection is missing, or lacks what the CRM needs.
        """
        try:
            self._fit()
            # files beside what the CRM is read through prove nothing about its key
            by_rank = sorted(
                self._source.entities.values(), key=lambda one: one.read.kind != self._source.kind
            )
            return self._choose_door(entity or by_rank[0], replace(self._opening, is_paced=False))
        except AirflowException as error:
            raise _missing(self._source.connection_id) from error

    def _choose_door(self, entity: EntityConfig, opening: Opening) -> Door[Any]:
        from crm_sync.sources.registry import choose_door

        kind = entity.read.kind
        return choose_door(self._source, entity, open_connection(replace(opening, kind=kind)))

    def _fit(self) -> None:
        """Read from tables if the connection leads to a database with a copy of the CRM's records."""
        from crm_sync.config.mirrors import has_mirror, mirror_source

        if self._is_fitted:
            return
        self._is_fitted = True
        if not has_mirror(self._source):
            return
        conn_type = str(self.get_connection(self._source.connection_id).conn_type)
        if not leads_to_service(conn_type):
            self._source, self._is_mirror = mirror_source(self._source), True
            self._opening = replace(self._opening, source=self._source)

    def test_connection(self) -> tuple[bool, str]:
        """Say whether every entity may be read; asks for at most one record of each, and writes nothing.

        Returns:
            Whether all is well, and a line for each thing that was checked.
        """
        from crm_sync.sync.connection_check import check_source

        findings = list(check_source(self._source, self.open_door))
        return all(one.is_good for one in findings), "\n".join(map(str, findings))

    def open_client(self, *, is_paced: bool = True, stop: Callable[[], bool] = never) -> RestClient:
        """Give the client of a CRM of kind rest, which waits for its turn if it is paced."""
        client: RestClient = open_connection(replace(self._opening, is_paced=is_paced, stop=stop))
        return client


def _missing(connection_id: str) -> ConfigError:
    expected = f"to be defined, as AIRFLOW_CONN_{connection_id.upper()} or in Airflow's UI"
    return ConfigError(f"connection {connection_id}", "", expected)

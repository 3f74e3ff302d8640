"""Turns a CRM's Airflow connection into sources; the CRM's kind decides how the connection is opened."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException

from crm_sync.exceptions import ConfigError
from crm_sync.hooks.opening import Opening, never, open_connection

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

    def open_source(self, entity: EntityConfig, *, stop: Callable[[], bool] = never) -> Source:
        """Give the source of one entity.

        Args:
            entity: configuration of the entity.
            stop: True once Airflow asked the task to end.

        Raises:
            ConfigError: the connection or the YAML lacks what the source needs.
        """
        from crm_sync.sources.registry import choose_door

        connection = open_connection(replace(self._opening, stop=stop))
        return choose_door(self._source, entity, connection).open(entity)

    def name_account(self) -> str:
        """Name the connection and, by a digest, its account, without showing an address or a secret.

        A renewed key leaves the name as it is.
        """
        connection = self.get_connection(self._source.connection_id)
        place = (connection.host, connection.port, connection.schema, connection.login)
        told = repr((connection.conn_type, *place, connection.extra_dejson.get("path")))
        return f"{self._source.connection_id} {hashlib.sha256(told.encode()).hexdigest()[:16]}"

    def open_door(self) -> Door[Any]:
        """Give the door of the CRM's first entity for a check: unpaced, because pacing writes to the budget.

        Raises:
            ConfigError: the connection is missing, or lacks what the CRM needs.
        """
        from crm_sync.sources.registry import choose_door

        try:
            connection = open_connection(replace(self._opening, is_paced=False))
        except AirflowException as error:
            raise _missing(self._source.connection_id) from error
        return choose_door(self._source, next(iter(self._source.entities.values())), connection)

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

"""The warehouses that CRMs are kept in, opened by the connections that Airflow has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowException

from crm_sync.config.loader import load_source
from crm_sync.exceptions import ConfigError
from crm_sync.hooks.warehouse import build_connect

if TYPE_CHECKING:
    from crm_sync.config.models import SourceConfig
    from crm_sync.storage.connections import Connect
    from crm_sync.storage.pg_types import PgConnection


def open_warehouse(source: SourceConfig) -> Connect:
    """Give what opens the warehouse of a CRM; a connection that is not defined is one sentence."""
    connection_id = source.warehouse_connection_id
    connect = build_connect(connection_id)

    def open_named() -> PgConnection:
        try:
            connection: PgConnection = connect()
        except AirflowException as error:
            expected = f"to be defined, as AIRFLOW_CONN_{connection_id.upper()} or in Airflow's UI"
            raise ConfigError(f"connection {connection_id}", "", expected) from error
        return connection

    return open_named


def open_warehouses(names: Iterable[str], configs: Path) -> Iterator[tuple[Connect, list[SourceConfig]]]:
    """Give each warehouse with the CRMs that are kept in it.

    Args:
        names: of CRMs.
        configs: folder with one folder per CRM.

    Raises:
        ConfigError: YAML is wrong, or the connection is not defined.
    """
    found: dict[str, list[SourceConfig]] = {}
    for name in names:
        source = load_source(configs, name)
        found.setdefault(source.warehouse_connection_id, []).append(source)
    for sources in found.values():
        yield open_warehouse(sources[0]), sources

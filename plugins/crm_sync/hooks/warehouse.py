"""The warehouse: an Airflow PostgreSQL connection opened with psycopg2, whose COPY the save stage uses."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import psycopg2
from airflow.providers.postgres.hooks.postgres import PostgresHook

if TYPE_CHECKING:
    from collections.abc import Callable

_KEEPALIVE = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""A lost host frees its advisory lock in about a minute."""
_CONNECT_TIMEOUT_S = 15
_FIRST_WITH_CHECK = 140_000


class WarehouseHook(PostgresHook):
    """PostgresHook that always hands out psycopg2 connections.

    The provider picks psycopg 3 as soon as it is installed; see docs/adr/0002-psycopg2.md.
    """

    def test_connection(self) -> tuple[bool, str]:  # type: ignore[override]  # untyped in the base
        """Say whether the user's rights suffice for the schema crm_sync; writes nothing.

        What one CRM's tables need is in `connection_check`.
        """
        from crm_sync.exceptions import CrmSyncError
        from crm_sync.storage.warehouse_rights import check_bookkeeping, check_server

        connect: Callable[[], Any] = self.get_conn
        try:
            return True, f"{check_server(connect)}; schema crm_sync {check_bookkeeping(connect)}"
        except CrmSyncError as error:
            return False, str(error)

    def _create_connection(self, conn_args: dict[str, Any]) -> Any:
        defaults: dict[str, Any] = {
            **_KEEPALIVE,
            "connect_timeout": _CONNECT_TIMEOUT_S,
            "application_name": "crm_sync",
        }
        # times are compared and printed in UTC whatever the server's or the role's setting
        options = f"{conn_args.get('options') or ''} -c TimeZone=UTC -c DateStyle=ISO".strip()
        connection = psycopg2.connect(**{**defaults, **conn_args, "options": options})
        _let_server_notice_our_death(connection)
        return connection


def _let_server_notice_our_death(connection: psycopg2.extensions.connection) -> None:
    """Make the server check for its client during a statement, if it can: PostgreSQL 14 on Linux.

    Otherwise the statement of a killed task continues and holds the fence for which its successor waits.
    """
    if connection.server_version < _FIRST_WITH_CHECK:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("set client_connection_check_interval = '5s'")
        connection.commit()
    except psycopg2.Error:
        connection.rollback()


def build_connect(connection_id: str) -> Callable[[], Any]:
    """Give a function that opens a fresh warehouse connection, autocommit off, times in UTC.

    Args:
        connection_id: Airflow connection of type postgres.
    """
    hook = WarehouseHook(postgres_conn_id=connection_id)

    def connect() -> Any:
        hook.connection  # noqa: B018 - looked up once, for all copies
        # get_conn hands out what it has put into its hook: of two threads, both would get the later one's
        return copy.copy(hook).get_conn()

    return connect

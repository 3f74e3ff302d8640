"""A CRM's Airflow connection turned into a source: session, auth and rate budget, or a file store."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException

from crm_sync.constants import SourceKind
from crm_sync.exceptions import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests

    from crm_sync.config.models import EntityConfig, SourceConfig
    from crm_sync.config.rest_config import RestConfig
    from crm_sync.rest.client import RestClient
    from crm_sync.sources.base import Source
    from crm_sync.sources.probes import Way
    from crm_sync.storage.budget.rate_budget import RateBudget

log = logging.getLogger(__name__)


def _never() -> bool:
    return False


class CrmHook(BaseHook):
    """Builds what a sync needs from the CRM's connection.

    Args:
        source: configuration of the CRM.
        connect: opens a warehouse connection; the rate budget lives in the warehouse.
    """

    def __init__(self, source: SourceConfig, *, connect: Callable[[], Any]) -> None:
        super().__init__()
        self._source = source
        self._connect = connect

    def open_source(self, entity: EntityConfig, *, stop: Callable[[], bool] = _never) -> Source:
        """Give the source of one entity.

        Args:
            entity: configuration of the entity.
            stop: True once Airflow asked the task to end.

        Raises:
            ConfigError: the connection or the YAML lacks what the source needs.
        """
        from crm_sync.sources.registry import create_source

        if self._source.kind is SourceKind.FILES:
            return create_source(self._source, entity, store=self._open_store())
        if self._source.kind is SourceKind.DATABASE:
            from crm_sync.hooks.database import open_database

            database = open_database(self._source.connection_id, stop=stop)
            return create_source(self._source, entity, database=database)
        return create_source(self._source, entity, client=self.open_client(stop=stop))

    def name_account(self) -> str:
        """Name the connection and, by a digest, the account behind it: neither address nor secret is told.

        A key that was renewed leaves the name as it is.
        """
        connection = self.get_connection(self._source.connection_id)
        place = (connection.host, connection.port, connection.schema, connection.login)
        told = repr((connection.conn_type, *place, connection.extra_dejson.get("path")))
        return f"{self._source.connection_id} {hashlib.sha256(told.encode()).hexdigest()[:16]}"

    def open_way(self) -> Way:
        """Give the way to the CRM for a check: unpaced, since the rate budget would be written to.

        Raises:
            ConfigError: the connection is missing, or lacks what the CRM needs.
        """
        from crm_sync.sources.probes import Way

        try:
            if self._source.kind is SourceKind.FILES:
                return Way(store=self._open_store())
            if self._source.kind is SourceKind.DATABASE:
                from crm_sync.hooks.database import open_database

                return Way(database=open_database(self._source.connection_id))
            return Way(client=self.open_client(is_paced=False))
        except AirflowException as error:
            raise _missing(self._source.connection_id) from error

    def test_connection(self) -> tuple[bool, str]:
        """Tell whether every entity may be read; asks for one record at most each, and writes nothing.

        Returns:
            Whether all is well, and a line for each thing that was checked.
        """
        from crm_sync.sync.connection_check import check_source

        findings = list(check_source(self._source, self.open_way))
        return all(one.is_good for one in findings), "\n".join(map(str, findings))

    def open_client(self, *, is_paced: bool = True, stop: Callable[[], bool] = _never) -> RestClient:
        """Give a retrying client for the connection's host, which waits for its turn if it is paced."""
        from airflow.sdk.log import mask_secret

        from crm_sync.rest.registry import ConnectionFacts, build_client
        from crm_sync.storage.budget.rate_budget import NoRateBudget

        rest = self._rest()
        connection = self.get_connection(self._source.connection_id)
        facts = ConnectionFacts(
            connection_id=self._source.connection_id,
            login=connection.login or "",
            password=connection.password or "",
            extra=dict(connection.extra_dejson),
        )
        session, base_url = self._open_session()
        return build_client(
            rest,
            session,
            base_url,
            connection=facts,
            budget=self._open_budget(rest, facts.extra) if is_paced else NoRateBudget(),
            crm_source=self._source.crm_source,
            stop=stop,
            on_secret=mask_secret,
        )

    def _rest(self) -> RestConfig:
        if self._source.rest is None:
            raise ConfigError(
                f"{self._source.crm_source}/source.yaml", "rest", "a value for a CRM of kind rest"
            )
        return self._source.rest

    def _open_session(self) -> tuple[requests.Session, str]:
        """Let HttpHook build session and base URL, then take out what it would send along of the connection.

        HttpHook signs with Basic auth by default and sends every extra key it doesn't know as a header:
        tokens of ours would go out in clear. Source: apache-airflow-providers-http 6.3, read 2026-11-23.
        """
        from airflow.providers.http.hooks.http import HttpHook
        from requests.utils import default_headers

        hook = HttpHook(http_conn_id=self._source.connection_id)
        session = hook.get_conn()
        session.auth = None
        session.headers.clear()
        session.headers.update(default_headers())
        base_url = hook.base_url.rstrip("/")
        connection = hook.get_connection(self._source.connection_id)
        # without a scheme HttpHook takes http, and the key would be sent in clear
        has_scheme = bool(connection.schema) or "://" in (connection.host or "")
        if not (has_scheme and urlsplit(base_url).hostname):
            expected = "the CRM's address with https:// in front"
            raise ConfigError(f"connection {self._source.connection_id}", "host", expected)
        return session, base_url

    def _open_budget(self, rest: RestConfig, extra: Mapping[str, Any]) -> RateBudget:
        from crm_sync.rest.rate_limits import resolve_limits
        from crm_sync.storage.budget.rate_budget import NoRateBudget, PostgresRateBudget

        if extra.get("rate_limits") in (False, "false"):
            return NoRateBudget()
        return PostgresRateBudget(
            self._connect,
            self._source.crm_source,
            account=self._source.connection_id,
            limits=resolve_limits(rest, extra),
            reserve=rest.reserve,
        )

    def _open_store(self) -> Any:
        from crm_sync.sources.files.http_store import HttpStore
        from crm_sync.sources.files.path_store import PathStore

        connection = self.get_connection(self._source.connection_id)
        if connection.conn_type in {"http", "https"}:
            session, base_url = self._open_session()
            if connection.login:
                session.auth = (connection.login, connection.password or "")
            session.headers.update(connection.extra_dejson.get("headers") or {})
            return HttpStore(session, base_url, connection_id=self._source.connection_id)
        path = connection.extra_dejson.get("path") or connection.host
        if not path:
            raise ConfigError(
                f"connection {self._source.connection_id}", "extra.path", "a folder or an fsspec URL"
            )
        return PathStore(_open_path(str(path)))


def _missing(connection_id: str) -> ConfigError:
    expected = f"to be defined, as AIRFLOW_CONN_{connection_id.upper()} or in Airflow's UI"
    return ConfigError(f"connection {connection_id}", "", expected)


def _open_path(path: str) -> Any:
    from pathlib import Path

    if "://" not in path:
        return Path(path)
    from airflow.sdk import ObjectStoragePath

    return ObjectStoragePath(path)

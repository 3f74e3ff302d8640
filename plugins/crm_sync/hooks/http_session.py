"""Turns an Airflow connection of type http into a session that sends none of its values by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crm_sync.exceptions import ConfigError

if TYPE_CHECKING:
    import requests


def open_session(connection_id: str, usual_url: str = "") -> tuple[requests.Session, str]:
    """Let HttpHook build session and base URL, then remove the connection's values that it would send.

    Args:
        connection_id: the connection; its host counts, then its extra `endpoint_url` where there may be one.
        usual_url: address of the host where the connection names none; empty: it has to.

    HttpHook signs with Basic auth by default and sends every extra key it doesn't know as a header:
    tokens of ours would go out in clear. Source: apache-airflow-providers-http 6.3, read 2026-11-23.

    Raises:
        ConfigError: the connection has no host, or none with a scheme.
    """
    from airflow.providers.http.hooks.http import HttpHook
    from requests.utils import default_headers

    hook = HttpHook(http_conn_id=connection_id)
    if usual_url and not (named := hook.get_connection(connection_id)).host:
        return _open_usual(named, usual_url)
    session = hook.get_conn()
    session.auth = None
    session.headers.clear()
    session.headers.update(default_headers())
    base_url = hook.base_url.rstrip("/")
    connection = hook.get_connection(connection_id)
    # without a scheme, HttpHook uses http, and the key would be sent in clear
    has_scheme = bool(connection.schema) or "://" in (connection.host or "")
    if not (has_scheme and urlsplit(base_url).hostname):
        expected = "the CRM's address with https:// in front"
        raise ConfigError(f"connection {connection_id}", "host", expected)
    return session, base_url


def _open_usual(connection: Any, usual_url: str) -> tuple[requests.Session, str]:
    """Give a plain session and the address that the CRM has for everybody, or the extra `endpoint_url`."""
    import requests

    extra = connection.extra_dejson
    base_url = str(extra.get("endpoint_url") or usual_url).rstrip("/")
    if not base_url.startswith(("https://", "http://")) or not urlsplit(base_url).hostname:
        expected = "an address with https:// in front, or null"
        raise ConfigError(f"connection {connection.conn_id}", "extra.endpoint_url", expected)
    session = requests.Session()
    session.verify = extra.get("verify", True)
    return session, base_url

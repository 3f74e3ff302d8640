"""Turns an Airflow connection into a store of files: a folder, object storage, or a web server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook

from crm_sync.constants import SourceKind
from crm_sync.exceptions import ConfigError
from crm_sync.hooks.typed import is_typed

if TYPE_CHECKING:
    from crm_sync.hooks.opening import Opening
    from crm_sync.sources.files.store import FileStore

_BESIDE = "csv_path"
"""Extra with the folder of files that some entities of a CRM of another kind are read from."""


def open_connection(opening: Opening) -> FileStore:
    """Give the store of a CRM of kind files.

    Raises:
        ConfigError: the connection names no place.
    """
    from crm_sync.sources.files.http_store import HttpStore
    from crm_sync.sources.files.path_store import PathStore

    connection_id = opening.source.connection_id
    connection = BaseHook.get_connection(connection_id)
    if opening.source.kind is not SourceKind.FILES:
        # files beside what the CRM is read through: the connection's other fields are not theirs
        if not (folder := connection.extra_dejson.get(_BESIDE)):
            expected = "the folder or fsspec URL of the files, or the entities that are read from files off"
            raise ConfigError(f"connection {connection_id}", f"extra.{_BESIDE}", expected)
        return PathStore(_open_path(str(folder)))
    if _is_web(connection):
        from crm_sync.hooks.http_session import open_session

        session, base_url = open_session(connection_id)
        if connection.login:
            session.auth = (connection.login, connection.password or "")
        session.headers.update(connection.extra_dejson.get("headers") or {})
        return HttpStore(session, base_url, connection_id=connection_id)
    path = connection.extra_dejson.get("path") or connection.host
    if not path:
        raise ConfigError(f"connection {connection_id}", "extra.path", "a folder or an fsspec URL")
    return PathStore(_open_path(str(path)))


def _is_web(connection: Any) -> bool:
    """Tell a web server from a folder; one form of ours has fields for both."""
    if is_typed(connection):
        return str(connection.host or "").startswith(("http://", "https://"))
    return connection.conn_type in {"http", "https"}


def _open_path(path: str) -> Any:
    from pathlib import Path

    if "://" not in path:
        return Path(path)
    from airflow.sdk import ObjectStoragePath

    return ObjectStoragePath(path)

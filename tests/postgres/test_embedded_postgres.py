from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2
import pytest

from sandbox import postgres, server_user
from sandbox.postgres import start_postgres

pytestmark = pytest.mark.postgres

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder():
    """A path with blanks, too long for a socket, below a folder that only its owner may pass."""
    base = Path(tempfile.mkdtemp(prefix="crm-sync-embedded-"))
    yield base / ("x" * 110) / "a folder" / "postgres"
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def server(folder):
    server = start_postgres(folder, durable=False)
    yield server
    server.stop()


def _run(dsn, statement):
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else None
    connection.close()
    return rows


def test_start_postgres_twice_is_the_same_server(folder, server):
    assert start_postgres(folder) == server


def test_start_postgres_after_stop_has_the_data_and_the_port_asked_for(folder, server):
    _run(server.dsn, "create table if not exists kept as select 1 as n")
    server.stop()
    server.stop()
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(server.dsn)
    again = start_postgres(folder, port=server.port, durable=False)
    assert (again.port, _run(again.dsn, "select n from kept")) == (server.port, [(1,)])


def test_start_postgres_after_a_kill_recovers(folder, server):
    pid = int((folder / "pgdata" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    assert _run(start_postgres(folder, durable=False).dsn, "select 1") == [(1,)]


def test_server_wants_its_password_and_listens_on_loopback_only(server):
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(server.dsn.replace(server.password, "wrong"))
    assert _run(server.dsn, "show listen_addresses") == [("127.0.0.1",)]


def test_server_outlives_its_starter_and_is_stopped_from_the_command_line(folder, server):
    server.stop()
    environment = {**os.environ, "PYTHONPATH": f"{os.environ.get('PYTHONPATH', '')}:{ROOT}"}
    code = "import sys, pathlib as l, sandbox.postgres as p; print(p.start_postgres(l.Path(sys.argv[1])).dsn)"
    command = [sys.executable, "-c", code, str(folder)]
    dsn = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()
    assert _run(dsn, "show fsync") == [("on",)]
    stop = [sys.executable, "-m", "sandbox.postgres", "stop", str(folder)]
    subprocess.run(stop, env=environment, cwd=ROOT, check=True)
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(dsn)


def test_start_postgres_that_fails_shows_the_log(folder, server):
    server.stop()
    (folder / "pgdata" / "postgresql.conf").rename(folder / "pgdata" / "away.conf")
    try:
        with pytest.raises(RuntimeError, match=r"(?s)did not start.*postgresql\.conf"):
            start_postgres(folder, port=1024)
    finally:
        (folder / "pgdata" / "away.conf").rename(folder / "pgdata" / "postgresql.conf")


def test_program_below_a_folder_that_only_root_may_enter_is_found(tmp_path, monkeypatch):
    base = tmp_path / "home"
    base.mkdir(mode=0o700)
    (base / "install").symlink_to(postgres._find_install(18))
    monkeypatch.setattr(postgres, "_find_install", lambda _version: base / "install")
    server = start_postgres(base / "postgres", durable=False)
    try:
        assert _run(server.dsn, "select 1") == [(1,)]
    finally:
        server.stop()


@pytest.mark.skipif(not server_user.is_root(), reason="only root changes its user")
def test_root_without_its_usual_rights_is_told_what_to_do_in_one_sentence(tmp_path, monkeypatch):
    def refuse(*_arguments):
        raise PermissionError

    monkeypatch.setattr(server_user, "_call", refuse)
    with pytest.raises(
        RuntimeError, match=r"^Root may not start .* as an ordinary user, or put the [^.]*\.$"
    ):
        start_postgres(tmp_path / "postgres")

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import mysql.connector
import pytest

from sandbox import debian_packages, mariadb_program
from sandbox.mariadb import parse_url, start_mariadb
from sandbox.mariadb_process import _is_alive
from sandbox.mariadb_program import NoMariaDBError, find_mariadb


@pytest.fixture
def folder(mariadb, tmp_path):
    """A path with blanks that is too long for a socket, below a folder that only its owner may pass."""
    return tmp_path / ("x" * 110) / "a folder" / "mariadb"


@pytest.fixture
def server(folder):
    server = start_mariadb(folder, durable=False)
    yield server
    server.stop()


def _ask(server, statement):
    connection = server.connect()
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows = list(cursor.fetchall())
    connection.close()
    return rows


def test_start_mariadb_twice_is_the_same_server(folder, server):
    assert start_mariadb(folder) == server


def test_start_mariadb_after_stop_has_the_data_and_the_port_asked_for(folder, server):
    server.run("create database kept", "create table kept.t as select 1 as n")
    server.stop()
    server.stop()
    with pytest.raises(mysql.connector.Error):
        server.connect()
    again = start_mariadb(folder, port=server.port, durable=False)
    assert (again.port, _ask(again, "select n from kept.t")) == (server.port, [(1,)])


def test_start_mariadb_after_a_kill_recovers(folder, server):
    server.run("create database kept", "create table kept.t as select 1 as n")
    pid = int((folder / "data/server.pid").read_text())
    os.kill(pid, signal.SIGKILL)
    while _is_alive(pid):
        time.sleep(0.01)
    again = start_mariadb(folder, durable=False)
    assert _ask(again, "select n from kept.t") == [(1,)]


def test_another_server_removes_none_of_its_temporary_tables(folder, server):
    assert _ask(server, "select @@tmpdir") == [(str(folder / "tmp"),)]


def test_server_keeps_its_own_wall_clock_and_takes_zero_dates(server):
    assert _ask(server, "select @@session.time_zone") == [("-08:00",)]
    assert "NO_ZERO" not in _ask(server, "select @@sql_mode")[0][0]


def test_server_is_not_run_as_root(folder, server):
    pid = (folder / "data/server.pid").read_text().strip()
    assert Path("/proc", pid).stat().st_uid != 0


def test_url_given_is_the_server_that_is_used(server):
    copy = parse_url(server.url)
    assert (copy.host, copy.port, copy.user, copy.password) == (
        server.host,
        server.port,
        server.user,
        server.password,
    )
    assert copy.data_dir is None


def test_url_without_a_user_is_refused():
    with pytest.raises(ValueError, match="mysql://user:password@host:port"):
        parse_url("mysql://somewhere:3306")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (FileNotFoundError("apt-get"), "apt-get is missing"),
        (
            subprocess.CalledProcessError(100, ["apt-get"], stderr="W: one\nE: Could not resolve host\n"),
            "apt-get said: E: Could not resolve host",
        ),
    ],
    ids=["no-apt", "no-network"],
)
def test_machine_without_a_server_is_told_in_one_sentence(tmp_path, monkeypatch, answer, said):
    def refuse(name, cache):
        raise answer

    monkeypatch.setattr(mariadb_program.shutil, "which", lambda *_arguments, **_options: None)
    monkeypatch.setattr(debian_packages, "_unpack", refuse)
    with pytest.raises(NoMariaDBError) as caught:
        find_mariadb(tmp_path / "cache")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)

"""A sandbox keeps its port, while nothing else has it."""

from __future__ import annotations

import socket
from pathlib import Path

from sandbox import run_environment
from sandbox.kept_port import choose_port, keep_port


def test_port_stays_unless_it_is_taken(tmp_path: Path):
    file = tmp_path / "hubspot.port"
    port = keep_port(file)
    assert [keep_port(file), choose_port(file)] == [port, port]
    with socket.create_server(("127.0.0.1", port)):
        assert keep_port(file) != port
    assert keep_port(file) == port, "the other one was for once"


def test_file_that_names_no_port_is_no_error(tmp_path: Path):
    file = tmp_path / "hubspot.port"
    for text in ("", "x", "70000", "-1"):
        file.write_text(text)
        assert 1024 <= choose_port(file) <= 65535


def test_sandbox_crm_is_the_same_account_at_each_start(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(run_environment, "STATE", tmp_path)
    hosts = []
    for _ in range(2):
        with run_environment._SANDBOXES["salesrabbit"](activity=True) as connection:
            hosts.append(connection["host"])
    assert hosts[0] == hosts[1]

"""The servers of a benchmark: a CRM's fake in its own process, an embedded PostgreSQL and its databases."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from sandbox.postgres import EmbeddedPostgres, start_postgres

CHECKOUT = Path(__file__).resolve().parents[1]
_START_TIMEOUT_S = 120


@dataclass(frozen=True)
class Fake:
    """A running fake."""

    url: str
    pid: int

    def clear_log(self) -> None:
        """Forget the requests so far."""
        self._control("DELETE", "requests")

    def summarise(self, **query: str | float) -> dict[str, Any]:
        """Give counts of the requests since the log was cleared; see the fake's control endpoint."""
        parameters = "&".join(f"{name}={value}" for name, value in query.items())
        return self._control("GET", f"requests/summary?{parameters}")

    def list_calls(self, bucket: str) -> list[float]:
        """Give the moments of arrival, in seconds, of a rate window's requests that were not refused."""
        found = self._control("GET", f"requests?bucket={bucket}&limit=1000000")["results"]
        return [call["at_s"] for call in found if call["status"] != 429]

    def list_paths(self) -> list[str]:
        """Give paths and queries of all requests since the log was cleared, in the order of arrival."""
        found = self._control("GET", "requests?limit=1000000")["results"]
        return [f"{call['path']}?{call['query']}".rstrip("?") for call in found]

    def change(self, command: dict[str, Any]) -> None:
        """Change its data, as one of its operations says."""
        self._control("POST", "changes", command)

    def _control(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        # below the host, whatever path the vendor's own address has
        address = urljoin(self.url, f"/_sandbox/{path}")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data, method=method)  # noqa: S310  # own server
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found


@contextmanager
def running_fake(folder: Path, *arguments: str, crm_source: str = "hubspot") -> Iterator[Fake]:
    """Run a CRM's fake with the given arguments until the block ends."""
    url_file = folder / "fake.url"
    url_file.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        f"sandbox.{crm_source}",
        "--port",
        "0",
        "--url-file",
        str(url_file),
        *arguments,
    ]
    with (folder / "fake.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=CHECKOUT, stdout=log, stderr=log)  # noqa: S603  # own command line
    try:
        yield Fake(_wait_for_url(url_file, process), process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL and the databases that contestants get."""

    postgres: EmbeddedPostgres

    @property
    def pid(self) -> int:
        """Process of the postmaster."""
        lines = (self.postgres.data_dir / "pgdata" / "postmaster.pid").read_text(encoding="utf-8")
        return int(lines.splitlines()[0])

    def make_database(self, name: str, *, template: str = "template0") -> str:
        """Make a database anew and give its DSN; what was written before is flushed first."""
        self._run(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        self._run(
            sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        self._run(sql.SQL("checkpoint"))
        return self.dsn_of(name)

    def dsn_of(self, name: str) -> str:
        """Give the DSN of a database."""
        return urlunsplit(urlsplit(self.postgres.dsn)._replace(path=f"/{name}"))

    def _run(self, statement: sql.Composable) -> None:
        connection = psycopg2.connect(self.postgres.dsn)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()


@contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    """Run an embedded PostgreSQL with fsync on until the block ends."""
    postgres = start_postgres(folder / "postgres")
    try:
        yield Server(postgres)
    finally:
        postgres.stop()


def _wait_for_url(url_file: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        if url_file.exists() and (url := url_file.read_text(encoding="utf-8").strip()):
            return url
        if process.poll() is not None:
            break
        time.sleep(0.05)
    message = f"the fake did not start; its log is {url_file.with_suffix('.log')}"
    raise RuntimeError(message)

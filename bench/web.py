"""How long the page's API takes with ten million runs and a million open rejects, route by route."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg2

from bench.services import CHECKOUT, running_server
from bench.web_rows import fill, write_configs
from crm_sync.storage.migrations import migrate


def measure(folder: Path, *, runs: int, rejects: int) -> str:
    """Fill a warehouse and ask each route; gives the table.

    Args:
        folder: for the database, the YAML and Airflow's home.
        runs: rows of the history.
        rejects: open ones.
    """
    with running_server(folder) as server:
        dsn = server.make_database("page")
        migrate(lambda: psycopg2.connect(dsn))
        sources = write_configs(folder / "configs", CHECKOUT / "dags" / "configs")
        print(f"  filled in {fill(dsn, sources, runs=runs, rejects=rejects):.0f} s", flush=True)
        return ask_routes(folder, dsn, pid=server.pid, rejects=rejects)


def ask_routes(folder: Path, dsn: str, *, pid: int, rejects: int) -> str:
    """Ask each route of a filled warehouse, in a process with an Airflow of its own; gives the table."""
    own = {"AIRFLOW_HOME": str(folder / "airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    given = [str(folder / "configs"), dsn, str(rejects), str(pid)]
    command = [sys.executable, "-m", "bench.web_routes", *given]
    done = subprocess.run(  # noqa: S603  # own command line
        command, cwd=CHECKOUT, env={**os.environ, **own}, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout[done.stdout.index("| route") :].strip()

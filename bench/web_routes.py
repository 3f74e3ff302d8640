"""Asks each route of the page's API: `-m bench.web_routes CONFIGS DSN REJECTS PID`, with AIRFLOW_HOME."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
from airflow.utils.db import initdb
from fastapi.testclient import TestClient
from typing_extensions import override

from bench.tables import judge, make_table
from bench.usage import get_own_cpu_s, get_tree_cpu_s
from bench.web_rows import CRMS, LARGE
from crm_sync.web.app import build_app
from crm_sync.web.configured import ConfiguredReader
from crm_sync.web.guard import Viewer, get_viewer
from crm_sync.web.reach import Reach

_BAR_MS = 100
_ROUNDS = 40
_HEAD = (
    *("route", "first, ms", "median, ms", "95 % below, ms"),
    *("own CPU, ms", "PostgreSQL CPU, ms", f"target ≤ {_BAR_MS} ms"),
)


class _Everybody(Viewer):
    """Somebody who may see and edit everything."""

    @override
    def may_see(self, crm_source: str) -> bool:
        return bool(crm_source)

    @override
    def may_edit(self, crm_source: str) -> bool:
        return bool(crm_source)


def main(configs: str, dsn: str, rejects: str, pid: str) -> None:
    """Print the table.

    Args:
        configs: folder of the YAML.
        dsn: of the filled database.
        rejects: how many there are.
        pid: process of the PostgreSQL server.
    """
    initdb()
    reach = Reach(
        configs=ConfiguredReader(lambda: Path(configs)),
        open_warehouse=lambda _: lambda: psycopg2.connect(dsn, options="-c TimeZone=UTC"),
    )
    app = build_app(reach)
    app.dependency_overrides[get_viewer] = lambda: _Everybody(None)  # type: ignore[arg-type]  # never asked
    rows = []
    with TestClient(app) as client:
        for path in list_paths(client, int(rejects)):
            first = _ask(client, path)
            before = get_own_cpu_s(), get_tree_cpu_s(int(pid))
            times = [_ask(client, path) for _ in range(_ROUNDS)]
            own, theirs = get_own_cpu_s() - before[0], get_tree_cpu_s(int(pid)) - before[1]
            slow = statistics.quantiles(times, n=20)[-1]
            figures = (first, statistics.median(times), slow, own * 1000 / _ROUNDS, theirs * 1000 / _ROUNDS)
            rows.append((f"`{path}`", *(f"{value:.0f}" for value in figures), judge(slow, at_most=_BAR_MS)))
    print(make_table(_HEAD, rows))


def list_paths(client: TestClient, rejects: int) -> Iterator[str]:
    """Give the routes, with their dearest questions."""
    crm_source, sync_type = LARGE
    entity = f"/api/entities/{crm_source}/{sync_type}"
    yield "/api/overview"
    yield entity
    first = client.get(entity).json()
    yield f"{entity}?most=50&before={first['next_before']}"
    yield f"{entity}?most=50&before=400"
    yield f"/api/runs/{first['runs'][0]['id']}"
    yield f"/api/runs/{client.get(f'/api/entities/{CRMS[1]}/{sync_type}').json()['runs'][0]['id']}"
    yield "/api/runs/200"
    yield "/api/rejected"
    of_entity = f"/api/rejected?crm_source={crm_source}&sync_type={sync_type}"
    yield of_entity
    yield f"{of_entity}&after={rejects // 2 // 2 * 2}"
    yield f"{of_entity}&rule=type"
    yield f"{of_entity}&field=stage"
    yield f"{of_entity}&run=200"
    yield f"/api/rejected?crm_source={CRMS[3]}"
    yield "/api/rejected/2/record"
    yield "/api/budgets"
    yield f"/api/compare/{crm_source}/{sync_type}"


def _ask(client: TestClient, path: str) -> float:
    """Give the milliseconds of one answer."""
    started = time.perf_counter()
    answer = client.get(path)
    taken_ms = (time.perf_counter() - started) * 1000
    if answer.status_code != 200:
        message = f"{path}: {answer.status_code} {answer.text}"
        raise RuntimeError(message)
    return taken_ms


if __name__ == "__main__":
    main(*sys.argv[1:5])

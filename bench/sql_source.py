"""A table in MariaDB to the closed history row, against the floor and dlt; memory and deltas, too."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psycopg2

from bench import sql_floor
from bench.end_to_end import Outcome
from bench.product import STAGES
from bench.services import CHECKOUT, Server, running_server
from bench.sql_dlt import TARGET as DLT_TARGET
from bench.sql_tables import CRM_SOURCE, SYNC_TYPE, TABLE, list_statements, touch_statement
from bench.tables import judge, make_table
from bench.usage import Usage, get_tree_cpu_s
from bench.worker import read_usages, run_job
from sandbox.mariadb import MariaDBServer, start_mariadb

ROWS_PER_S, FLOOR_SHARE, DLT_SHARE = 40_000, 0.5, 1.0
HALF_S, DELTA_S, DELTA_ROWS = 15, 3, 1_000
TOLERANCE = 0.10
_OURS = f"{CRM_SOURCE}.{SYNC_TYPE}"
_TARGETS = {"ours": _OURS, "floor": sql_floor.TARGET}


@dataclass
class SqlBench:
    """One benchmark run; `outcomes` fills up round by round."""

    folder: Path
    rows: int
    server: Server
    source: MariaDBServer
    dlt_python: str
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    repeats: dict[str, float] = field(default_factory=dict)

    @property
    def contestants(self) -> list[str]:
        """Name who takes part."""
        return ["floor", "ours", *(["dlt connectorx", "dlt pyarrow"] if self.dlt_python else [])]

    def make_source(self, rows: int) -> str:
        """Make the table anew in a database of its own and give its address."""
        name = f"bench_{rows}"
        self.source.run(f"drop database if exists {name}", f"create database {name}")
        self.source.run(*list_statements(rows), database=name)
        return f"{self.source.url}/{name}"

    def compete(self, name: str, url: str, run_id: str) -> None:
        """Let one contestant load an empty database, and see that it left the rows of the others."""
        dsn = self._make_database(name)
        before = get_tree_cpu_s(self.server.pid)
        usages = self._start(name, url, dsn, run_id)
        outcome = Outcome(usages, get_tree_cpu_s(self.server.pid) - before)
        target = _TARGETS.get(name, DLT_TARGET)
        found = _ask(dsn, f"select count(*), count(distinct id), sum(job_id) from {target}")
        expected = self.source_figures(url)
        if found != expected:
            message = f"{name} left other rows than the source has: {found}, expected {expected}"
            raise RuntimeError(message)
        self.outcomes.setdefault(name, []).append(outcome)
        print(
            f"  {name} {run_id}: {outcome.wall_s:.1f} s, {self.rows / outcome.wall_s:,.0f} rows/s", flush=True
        )

    def repeat(self, name: str, url: str) -> None:
        """Let a contestant load the same rows once more, over those of its last round."""
        dsn = self.server.dsn_of(name.replace(" ", "_"))
        self.repeats[name] = sum(one.wall_s for one in self._start(name, url, dsn, "repeat").values())
        print(f"  {name} again: {self.repeats[name]:.1f} s", flush=True)

    def source_figures(self, url: str) -> tuple[int, ...]:
        """Ask the source for what must be in every target."""
        connection = self.source.connect(url.rpartition("/")[2])
        cursor = connection.cursor()
        cursor.execute(f"select count(*), count(distinct id), sum(job_id) from {TABLE}")
        found = tuple(int(str(value)) for value in cursor.fetchone() or ())
        connection.close()
        return found

    def _make_database(self, name: str) -> str:
        if name == "floor":
            dsn = self.server.make_database("floor", template="reference")
            sql_floor.prepare(dsn)
            return dsn
        return self.server.make_database(name.replace(" ", "_"))

    def _start(self, name: str, url: str, dsn: str, run_id: str) -> dict[str, Usage]:
        folder = self.folder / name.replace(" ", "_")
        shutil.rmtree(folder, ignore_errors=True)
        if name == "ours":
            return read_usages(run_job(folder, "sql_product", url=url, dsn=dsn, run_id=run_id))
        if name == "floor":
            return read_usages(run_job(folder, "sql_floor", url=url, dsn=dsn))
        return self._run_dlt(name.removeprefix("dlt "), url, dsn, folder)

    def _run_dlt(self, backend: str, url: str, dsn: str, folder: Path) -> dict[str, Usage]:
        folder.mkdir()
        result = folder / "result.json"
        command = [self.dlt_python, "-m", "bench.sql_dlt", url, dsn, str(folder), backend, str(result)]
        environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
        done = subprocess.run(  # noqa: S603  # own command line
            command, cwd=CHECKOUT, check=False, capture_output=True, text=True, env=environment
        )
        if done.returncode:
            message = f"dlt {backend} failed: {done.stderr[-2000:]}"
            raise RuntimeError(message)
        found = json.loads(result.read_text(encoding="utf-8"))
        return {step: Usage(**values) for step, values in found.items()}


def measure(folder: Path, *, rows: int, rounds: int, dlt_python: str) -> str:
    """Run all rounds; gives the report."""
    source = start_mariadb(folder / "mariadb")
    try:
        with running_server(folder) as server:
            bench = SqlBench(folder, rows, server, source, dlt_python)
            url = bench.make_source(rows)
            # its table is what the floor's is made like
            run_job(folder, "sql_product", url=url, dsn=server.make_database("reference"), run_id="reference")
            for number in range(rounds):
                names = bench.contestants
                for name in names[number % len(names) :] + names[: number % len(names)]:
                    bench.compete(name, url, f"round-{number + 1}")
            for name in [name for name in bench.contestants if name in ("ours", "dlt connectorx")]:
                bench.repeat(name, url)
            parts = [_report(bench), _report_steps(bench), _report_ratios(bench)]
            return "\n\n".join([*parts, _measure_delta(bench), _measure_memory(bench)])
    finally:
        source.stop()


def _measure_delta(bench: SqlBench) -> str:
    """Sync half as many rows, then changes among them."""
    rows = bench.rows // 2
    url, dsn = bench.make_source(rows), bench.server.make_database("delta")
    took = {}
    for what, full in (("full", True), ("delta", False)):
        if not full:
            bench.source.run(touch_statement(DELTA_ROWS), database=url.rpartition("/")[2])
        result = run_job(bench.folder / "delta", "sql_product", url=url, dsn=dsn, run_id=what, full=full)
        took[what] = sum(one.wall_s for one in read_usages(result).values())
        if not full and result["counts"]["updated"] != DELTA_ROWS:
            message = f"the delta brought {result['counts']}, expected {DELTA_ROWS} updates"
            raise RuntimeError(message)
    table = [
        [f"full, {rows:,} rows", f"{took['full']:.1f}", f"≤ {HALF_S}", judge(took["full"], at_most=HALF_S)],
        [f"delta, {DELTA_ROWS:,} of them changed", f"{took['delta']:.2f}", f"≤ {DELTA_S}",
         judge(took["delta"], at_most=DELTA_S)],
    ]  # fmt: skip
    return make_table(["run (the stages' own time)", "s", "target", ""], table)


def _measure_memory(bench: SqlBench) -> str:
    """Measure each stage's peak for a tenth of the rows and for all."""
    few, many = bench.rows // 10, bench.rows
    peaks: dict[int, dict[str, float]] = {}
    for rows in (few, many):
        url, dsn, history_id = bench.make_source(rows), bench.server.make_database(f"memory_{rows}"), None
        peaks[rows] = {}
        for stage in STAGES:
            job = {"url": url, "dsn": dsn, "stage": stage, "history_id": history_id}
            result = run_job(bench.folder / f"memory_{rows}", "sql_stage", **job)
            history_id = result["history_id"]
            peaks[rows][stage] = result["peak_mb"]
    table = []
    for stage in STAGES[1:]:
        ratio = peaks[many][stage] / peaks[few][stage]
        met = judge(ratio, at_most=1 + TOLERANCE)
        table.append([stage, f"{peaks[few][stage]:,.0f}", f"{peaks[many][stage]:,.0f}", f"{ratio:.2f}", met])
    head = ["stage", f"{few:,} rows, MB", f"{many:,} rows, MB", "ratio", f"target ≤ {1 + TOLERANCE}"]
    return make_table(head, table)


def _medians(bench: SqlBench, of: Callable[[Outcome], float]) -> dict[str, float]:
    return {name: median(of(one) for one in found) for name, found in bench.outcomes.items()}


def _report(bench: SqlBench) -> str:
    walls, own = _medians(bench, lambda one: one.wall_s), _medians(bench, lambda one: one.cpu_s)
    server = _medians(bench, lambda one: one.server_cpu_s)
    rows = []
    for name, found in bench.outcomes.items():
        times = sorted(one.wall_s for one in found)
        span = f"{walls[name]:.1f} ({times[0]:.1f} to {times[-1]:.1f})"
        share = f"{walls[name] / walls['ours']:.2f}"
        rate = f"{bench.rows / walls[name]:,.0f}"
        rows.append([name, rate, span, f"{own[name]:.1f}", f"{server[name]:.1f}", share])
    return make_table(
        ["contestant", "rows/s", "s, median (range)", "own CPU s", "PostgreSQL CPU s", "time / ours"], rows
    )


def _report_steps(bench: SqlBench) -> str:
    rows = []
    for name, found in bench.outcomes.items():
        total = sum(median(one.steps[step].wall_s for one in found) for step in found[0].steps)
        for step in found[0].steps:
            wall_s = median(one.steps[step].wall_s for one in found)
            cpu_s = median(one.steps[step].cpu_s for one in found)
            rate = f"{bench.rows / wall_s:,.0f}"
            rows.append([f"{name}: {step}", f"{wall_s:.2f}", f"{wall_s / total:.0%}", rate, f"{cpu_s:.2f}"])
    return make_table(["step (medians)", "s", "share", "rows/s", "own CPU s"], rows)


def _report_ratios(bench: SqlBench) -> str:
    walls = _medians(bench, lambda one: one.wall_s)
    rate, share = bench.rows / walls["ours"], walls["floor"] / walls["ours"]
    lines = [
        f"- ours: {rate:,.0f} rows/s (target ≥ {ROWS_PER_S:,}: {judge(rate, at_least=ROWS_PER_S)})",
        f"- ours / floor: {share:.2f} (target ≥ {FLOOR_SHARE}: {judge(share, at_least=FLOOR_SHARE)})",
    ]
    for name in [name for name in walls if name.startswith("dlt")]:
        ratio = walls[name] / walls["ours"]
        lines.append(
            f"- ours / {name}: {ratio:.2f} (target ≥ {DLT_SHARE}: {judge(ratio, at_least=DLT_SHARE)})"
        )
    for name, seconds in bench.repeats.items():
        lines.append(f"- the same rows again, {name}: {seconds:.1f} s, {bench.rows / seconds:,.0f} rows/s")
    if not bench.dlt_python:
        lines.append("- dlt was left out: name a Python that has it with --dlt-python")
    return "\n".join(lines)


def _ask(dsn: str, query: str) -> tuple[int, ...]:
    connection = psycopg2.connect(dsn)
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return tuple(int(value) for value in cursor.fetchone() or ())
    finally:
        connection.close()

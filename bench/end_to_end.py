"""Contacts from the fake to the closed history row, against the floor and dlt, in alternating order."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psycopg2

from bench import floor
from bench.services import Fake, Server, running_fake, running_server
from bench.tables import judge, make_table
from bench.usage import Usage, get_tree_cpu_s
from bench.worker import Job, read_usages, run_job

FLOOR_TARGET, DLT_TARGET = 0.70, 5.0
_PAGE = 100
_TABLE = {
    "ours": ("hubspot.contacts", "email"),
    "floor": (floor.TABLE, "email"),
    "dlt inferred": ("dlt_hubspot.contacts", "properties__email"),
    "dlt declared": ("dlt_hubspot.contacts", "properties__email"),
}
"""By contestant: its table, and the column with the address."""


@dataclass
class Outcome:
    """One contestant in one round."""

    steps: dict[str, Usage]
    server_cpu_s: float
    """Processor seconds of PostgreSQL meanwhile."""

    @property
    def wall_s(self) -> float:
        """Seconds of all steps together."""
        return sum(step.wall_s for step in self.steps.values())

    @property
    def cpu_s(self) -> float:
        """Processor seconds of the contestant's own processes."""
        return sum(step.cpu_s for step in self.steps.values())

    @property
    def total_cpu_s(self) -> float:
        """Processor seconds of contestant and PostgreSQL."""
        return self.cpu_s + self.server_cpu_s


@dataclass
class Bench:
    """One benchmark run; `outcomes` fills up round by round.

    Args:
        folder: for everything that is written.
        records: contacts of the fake.
        server: PostgreSQL.
        fake: HubSpot.
    """

    folder: Path
    records: int
    server: Server
    fake: Fake
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    repeats: dict[str, Outcome] = field(default_factory=dict)
    repeat_tuples: dict[str, int] = field(default_factory=dict)

    def prepare(self) -> None:
        """Let the fake build its pages, and make the floor's rows, in runs that don't count."""
        dsn = self.server.make_database("reference")
        run_job(self.folder, "product", url=self.fake.url, dsn=dsn, run_id="reference")
        floor.prepare(dsn, self.folder)
        floor.download(self.fake.url)

    def compete(self, name: str) -> None:
        """Let one contestant load everything into an empty database, and check that it did."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        dsn = self.server.make_database(name, template="reference" if name == "floor" else "template0")
        self.outcomes.setdefault(name, []).append(self._run(name, dsn, "first"))
        self._check(name, dsn)

    def repeat(self, name: str) -> None:
        """Let a contestant load the same records once more into the table it filled last."""
        dsn = self.server.dsn_of(name)
        before = _count_writes(dsn, name)
        self.repeats[name] = self._run(name, dsn, "again")
        self.repeat_tuples[name] = _count_writes(dsn, name) - before
        self._check(name, dsn)

    def _run(self, name: str, dsn: str, run_id: str) -> Outcome:
        self.fake.clear_log()
        before = get_tree_cpu_s(self.server.pid)
        result = _start(self, name, dsn, run_id)
        outcome = Outcome(read_usages(result), get_tree_cpu_s(self.server.pid) - before)
        summary = self.fake.summarise()
        if summary["by_status"].get("200", 0) < self.records / _PAGE or set(summary["by_status"]) != {"200"}:
            message = f"{name} did not read every page: {summary['by_status']}"
            raise RuntimeError(message)
        print(
            f"  {name} {run_id}: {outcome.wall_s:.1f} s, {self.records / outcome.wall_s:,.0f} records/s",
            flush=True,
        )
        return outcome

    def _check(self, name: str, dsn: str) -> None:
        expected = _fingerprint(self.server.dsn_of("reference"), "ours")
        found = _fingerprint(dsn, name)
        if found != expected or found[0] != self.records:
            message = f"{name} left other rows than ours: {found}, expected {expected}"
            raise RuntimeError(message)


def measure(folder: Path, *, records: int, rounds: int, with_dlt: bool) -> str:
    """Run all rounds; gives the report."""
    arguments = ("--static", "--records", str(records), "--no-rate-limits")
    with running_server(folder) as server, running_fake(folder, *arguments) as fake:
        bench = Bench(folder, records, server, fake)
        bench.prepare()
        names = ["floor", "ours", *(["dlt inferred", "dlt declared"] if with_dlt else [])]
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", flush=True)
            for name in names[number % len(names) :] + names[: number % len(names)]:
                bench.compete(name)
        for name in names:
            if name in ("ours", "dlt declared"):
                bench.repeat(name)
    return _report(bench)


def _fingerprint(dsn: str, name: str) -> tuple[int, int, str]:
    """Give rows, different ids, and a checksum over ids and addresses."""
    table, email = _TABLE[name]
    query = (
        "select count(*), count(distinct id), "
        f"md5(string_agg(id || ':' || coalesce({email}, ''), ',' order by id)) from {table}"
    )
    rows, ids, checksum = _ask(dsn, query)
    return int(rows), int(ids), str(checksum)


def _count_writes(dsn: str, name: str) -> int:
    schema, _, table = _TABLE[name][0].partition(".")
    query = (
        "select n_tup_ins + n_tup_upd + n_tup_del from pg_stat_user_tables "
        f"where schemaname = '{schema}' and relname = '{table}'"
    )
    return int(_ask(dsn, query)[0])


def _ask(dsn: str, query: str) -> tuple[str, ...]:
    connection = psycopg2.connect(dsn)
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone() or ()
    finally:
        connection.close()


def _start(bench: Bench, name: str, dsn: str, run_id: str) -> Job:
    where = {"url": bench.fake.url, "dsn": dsn}
    if name == "ours":
        return run_job(bench.folder / name, "product", run_id=run_id, **where)
    if name == "floor":
        return run_job(bench.folder, "floor", **where)
    return run_job(bench.folder / name, "dlt", declared=name == "dlt declared", **where)


def _report(bench: Bench) -> str:
    walls = {name: median(one.wall_s for one in found) for name, found in bench.outcomes.items()}
    ours_cpu_s = median(one.total_cpu_s for one in bench.outcomes["ours"])
    rows = []
    for name, found in bench.outcomes.items():
        times = sorted(one.wall_s for one in found)
        rows.append(
            [
                name,
                f"{bench.records / walls[name]:,.0f}",
                f"{walls[name]:.1f} ({times[0]:.1f} to {times[-1]:.1f})",
                f"{median(one.cpu_s for one in found):.1f}",
                f"{median(one.server_cpu_s for one in found):.1f}",
                f"{walls[name] / walls['ours']:.2f}",
                f"{median(one.total_cpu_s for one in found) / ours_cpu_s:.2f}",
            ]
        )
    head = [
        "contestant",
        "records/s",
        "s, median (range)",
        "own CPU s",
        "PostgreSQL CPU s",
        "time / ours",
        "CPU / ours",
    ]
    parts = [make_table(head, rows), _report_steps(bench), _report_ratios(walls), _report_repeats(bench)]
    return "\n\n".join(parts)


def _report_steps(bench: Bench) -> str:
    rows = []
    for name, found in bench.outcomes.items():
        total = sum(median(one.steps[step].wall_s for one in found) for step in found[0].steps)
        for step in found[0].steps:
            wall_s = median(one.steps[step].wall_s for one in found)
            cpu_s = median(one.steps[step].cpu_s for one in found)
            rate = f"{bench.records / wall_s:,.0f}"
            rows.append([f"{name}: {step}", f"{wall_s:.2f}", f"{wall_s / total:.0%}", rate, f"{cpu_s:.2f}"])
    return make_table(["step (medians)", "s", "share", "records/s", "own CPU s"], rows)


def _report_ratios(walls: dict[str, float]) -> str:
    ratio = walls["floor"] / walls["ours"]
    lines = [f"- ours / floor: {ratio:.2f} (target ≥ {FLOOR_TARGET}: {judge(ratio, at_least=FLOOR_TARGET)})"]
    for name in [name for name in walls if name not in ("ours", "floor")]:
        ratio = walls[name] / walls["ours"]
        verdict = judge(ratio, at_least=DLT_TARGET)
        lines.append(f"- ours / {name}: {ratio:.1f} (target ≥ {DLT_TARGET:.0f}: {verdict})")
    return "\n".join(lines)


def _report_repeats(bench: Bench) -> str:
    rows = [
        [name, f"{one.wall_s:.1f}", f"{bench.records / one.wall_s:,.0f}", f"{bench.repeat_tuples[name]:,}"]
        for name, one in bench.repeats.items()
    ]
    written = bench.repeat_tuples["ours"]
    table = make_table(
        ["the same records again", "s", "records/s", "tuples written (pg_stat_user_tables)"], rows
    )
    return f"{table}\n\n- tuples that a repeat writes: {written} (target 0: {judge(written, at_most=0)})"

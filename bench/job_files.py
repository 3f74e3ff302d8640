"""Rows of a finished job to the closed history row: from its file in a bucket, and from its pages.

The job is a query of the fake lake; what it takes until the query has ended is not counted.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg2

from bench.product import STAGES
from bench.services import Server, running_server
from bench.tables import judge, make_table
from bench.worker import read_usages, run_job
from sandbox.salespro import SalesProSandbox
from sandbox.salespro.bucket import write_csv

TARGET = 60_000
PAGES_SHARE = 10
"""The pages are measured with so many times fewer rows: each holds 999, and a call takes as long."""
_LOOKS = "/GetQueryExecution/payments"


@dataclass
class Outcome:
    """One run."""

    rows: int
    after_s: float
    """From the query's end to the closed history row."""
    stages_s: dict[str, float]
    cpu_s: float
    """Of the product's own process."""

    @property
    def rows_per_s(self) -> float:
        """Rows a second."""
        return self.rows / self.after_s


def measure(folder: Path, *, rows: int, rounds: int) -> str:
    """Read a table of so many rows by each way; gives the report."""
    found: dict[str, list[Outcome]] = {}
    with running_server(folder) as server:
        for way, count in (("file", rows), ("pages", rows // PAGES_SHARE)):
            with SalesProSandbox(counts={"payments": count}, quirks=False, rate_limits=False).serve() as fake:
                for number in range(rounds):
                    outcome = _run(folder, server, fake, way, number)
                    found.setdefault(way, []).append(outcome)
                    print(f"  {way}: {outcome.after_s:.1f} s, {outcome.rows_per_s:,.0f} rows/s", flush=True)
    rate = median(one.rows_per_s for one in found["file"])
    head = ["results", "rows", "rows/s", "s after the query, median (range)", *STAGES[1:], "own CPU s"]
    lines = [make_table(head, [_list(way, outcomes) for way, outcomes in found.items()])]
    by_pages = median(one.rows_per_s for one in found["pages"])
    lines.append(
        f"- from the file: {rate:,.0f} rows/s (target ≥ {TARGET:,}: {judge(rate, at_least=TARGET)})\n"
        f"- file / pages: {rate / by_pages:.1f}"
    )
    return "\n\n".join(lines)


def _run(folder: Path, server: Server, fake: SalesProSandbox, way: str, number: int) -> Outcome:
    dsn, ended = server.make_database("files"), [0.0]

    def end_query() -> None:
        # what the bucket holds is made by then; the answer to this look says that the query has ended
        query = list(fake.store.queries.values())[-1]
        query.content = write_csv(query)
        ended[0] = time.time()

    fake.hooks.before_page(_LOOKS, fake.config.query_polls + 1, end_query)
    config = fake.config
    result = run_job(
        folder / f"{way}_{number}",
        "job_product",
        url=fake.url,
        dsn=dsn,
        keys=[config.access_key, config.secret_key],
        from_file=way == "file",
    )
    rows = fake.store.counts()["payments"]
    kept = _ask(dsn)
    if kept != (rows, rows):
        message = f"{way} left {kept} rows and ids, expected {rows}"
        raise RuntimeError(message)
    usages = read_usages(result)
    stages_s = {name: one.wall_s for name, one in usages.items()}
    cpu_s = sum(one.cpu_s for one in usages.values())
    return Outcome(rows, result["ended_at"] - ended[0], stages_s, cpu_s)


def _list(way: str, outcomes: list[Outcome]) -> list[str]:
    times = sorted(one.after_s for one in outcomes)
    rate = median(one.rows_per_s for one in outcomes)
    stages = [f"{median(one.stages_s[name] for one in outcomes):.1f}" for name in STAGES[1:]]
    span = f"{median(times):.1f} ({times[0]:.1f} to {times[-1]:.1f})"
    cpu_s = median(one.cpu_s for one in outcomes)
    return [way, f"{outcomes[0].rows:,}", f"{rate:,.0f}", span, *stages, f"{cpu_s:.1f}"]


def _ask(dsn: str) -> tuple[int, int]:
    connection = psycopg2.connect(dsn)
    try:
        with connection.cursor() as cursor:
            cursor.execute("select count(*), count(distinct payment_id) from salespro.payments")
            rows, ids = cursor.fetchone() or (0, 0)
            return int(rows), int(ids)
    finally:
        connection.close()

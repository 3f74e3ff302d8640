"""Where the time of each stage goes, by function; `cProfile` sees one thread, so fetch reads with one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.product import STAGES
from bench.services import running_fake, running_server
from bench.tables import make_table
from bench.worker import run_job


def measure(folder: Path, *, records: int) -> str:
    """Profile the stages; gives the report."""
    reports = []
    arguments = ("--static", "--records", str(records), "--no-rate-limits")
    with running_server(folder) as server, running_fake(folder, *arguments) as fake:
        job: dict[str, Any] = {"url": fake.url, "dsn": server.make_database("profile"), "run_id": "profile"}
        history_id = None
        for stage in STAGES:
            result = run_job(folder, "stage", stage=stage, history_id=history_id, profile=True, **job)
            history_id = result["history_id"]
            head = [
                f"{stage}: {result['seconds']:.2f} s, {records:,} records",
                "calls",
                "own s",
                "with callees s",
            ]
            reports.append(make_table(head, result["profile"]))
    return "\n\n".join(reports)

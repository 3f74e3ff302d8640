"""One piece of measured work in a process of its own: `python -m bench.worker JOB RESULT`, both JSON files.

A process of its own keeps contestants apart, and gives each its own peak of memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.services import CHECKOUT
from bench.usage import Usage, get_peak_mb, measured
from crm_sync.sync.memory import return_freed_memory

if TYPE_CHECKING:
    from bench.product import Run

Job = dict[str, Any]
"""`task` names the function; the rest are its arguments."""


def run_job(folder: Path, task: str, **arguments: Any) -> Job:  # what JSON can say
    """Do a job in a process of its own and give its result.

    Raises:
        RuntimeError: it failed; the message ends with what it printed.
    """
    folder.mkdir(exist_ok=True)
    job, result = folder / "job.json", folder / "result.json"
    result.unlink(missing_ok=True)
    job.write_text(json.dumps({"task": task, "folder": str(folder), **arguments}), encoding="utf-8")
    command = [sys.executable, "-m", "bench.worker", str(job), str(result)]
    done = subprocess.run(  # noqa: S603  # own command line
        command, cwd=CHECKOUT, check=False, capture_output=True, text=True
    )
    if done.returncode or not result.exists():
        message = f"{task} failed with {done.returncode}: {(done.stdout + done.stderr)[-3000:]}"
        raise RuntimeError(message)
    found: Job = json.loads(result.read_text(encoding="utf-8"))
    return found


def read_usages(result: Job) -> dict[str, Usage]:
    """Give the figures per step of a result."""
    return {name: Usage(**values) for name, values in result["usages"].items()}


def main() -> None:
    """Read the job, do it, write the result."""
    job: Job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    result = _TASKS[job.pop("task")](**job)
    Path(sys.argv[2]).write_text(json.dumps({**result, "peak_mb": get_peak_mb()}), encoding="utf-8")


def _run_product(folder: str, *, url: str, dsn: str, run_id: str) -> Job:
    return_freed_memory()  # as its tasks do
    from bench.product import Run, make_options  # noqa: PLC0415 - a contestant must not pay for another's imports

    usages, result = Run(url, dsn, Path(folder) / "staging", run_id, make_options()).run_stages()
    return {"usages": _to_json(usages), "status": str(result.status), "counts": asdict(result.counts)}


def _run_stage(  # noqa: PLR0913 - the parts of a job
    folder: str,
    *,
    url: str,
    dsn: str,
    run_id: str,
    stage: str,
    history_id: int | None = None,
    rate_limits: bool = False,
    start_date: str | None = None,
    profile: bool = False,
) -> Job:
    return_freed_memory()  # as its operator does
    from bench.product import Run, make_options  # noqa: PLC0415

    start = None if start_date is None else datetime.fromisoformat(start_date)
    options = make_options(full=start is None, start_date=start)
    run = Run(url, dsn, Path(folder) / "staging", run_id, options, rate_limits, history_id)
    with measured() as usage:
        rows = _profile(run, stage) if profile else run.run_stage(stage)
    return {
        "history_id": run.history_id,
        "seconds": usage.wall_s,
        "cpu_s": usage.cpu_s,
        "profile": rows if profile else None,
    }


def _profile(run: Run, stage: str) -> list[list[str]]:
    from bench.profiler import profile  # noqa: PLC0415

    run.set_parallel(1)
    return profile(lambda: run.run_stage(stage))


def _run_list(folder: str, **job: Any) -> Job:  # noqa: ARG001  # every task has a folder
    from bench.list_reader import read_list  # noqa: PLC0415

    return read_list(**job)


def _run_download(folder: str, **job: Any) -> Job:  # noqa: ARG001  # every task has a folder
    from bench.list_reader import download  # noqa: PLC0415

    return dict(download(**job))


def _run_floor(folder: str, *, url: str, dsn: str) -> Job:
    from bench import floor  # noqa: PLC0415

    return {"usages": _to_json(floor.run(url, dsn, Path(folder)))}


def _run_sql_product(folder: str, *, url: str, dsn: str, run_id: str, full: bool = True) -> Job:
    return_freed_memory()  # as its tasks do
    from bench.product import make_options  # noqa: PLC0415
    from bench.sql_product import SqlRun  # noqa: PLC0415

    run = SqlRun(url, dsn, Path(folder) / "staging", run_id, make_options(full=full))
    usages, result = run.run_stages()
    return {"usages": _to_json(usages), "status": str(result.status), "counts": asdict(result.counts)}


def _run_job_product(folder: str, *, url: str, dsn: str, keys: list[str], from_file: bool) -> Job:
    return_freed_memory()  # as its tasks do
    from bench.job_product import JobRun  # noqa: PLC0415
    from bench.product import make_options  # noqa: PLC0415

    options = make_options()
    run = JobRun(
        url, dsn, Path(folder) / "staging", "job", options, keys=(keys[0], keys[1]), from_file=from_file
    )
    usages, result = run.run_stages()
    return {"usages": _to_json(usages), "status": str(result.status), "ended_at": time.time()}


def _run_sql_stage(folder: str, *, url: str, dsn: str, stage: str, history_id: int | None = None) -> Job:
    return_freed_memory()  # as its operator does
    from bench.product import make_options  # noqa: PLC0415
    from bench.sql_product import SqlRun  # noqa: PLC0415

    run = SqlRun(url, dsn, Path(folder) / "staging", "stages", make_options(), history_id=history_id)
    run.run_stage(stage)
    return {"history_id": run.history_id}


def _run_sql_floor(folder: str, *, url: str, dsn: str) -> Job:  # noqa: ARG001  # every task has a folder
    from bench import sql_floor  # noqa: PLC0415

    return {"usages": _to_json(sql_floor.run(url, dsn))}


def _run_dlt(folder: str, *, url: str, dsn: str, declared: bool) -> Job:
    from bench import dlt_contestant  # noqa: PLC0415

    return {"usages": _to_json(dlt_contestant.run(url, dsn, Path(folder), declared=declared))}


def _to_json(usages: dict[str, Usage]) -> Job:
    return {name: asdict(usage) for name, usage in usages.items()}


_TASKS: dict[str, Callable[..., Job]] = {
    "product": _run_product,
    "stage": _run_stage,
    "list": _run_list,
    "download": _run_download,
    "floor": _run_floor,
    "sql_product": _run_sql_product,
    "job_product": _run_job_product,
    "sql_stage": _run_sql_stage,
    "sql_floor": _run_sql_floor,
    "dlt": _run_dlt,
}


if __name__ == "__main__":
    main()

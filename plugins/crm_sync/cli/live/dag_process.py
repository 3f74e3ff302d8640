"""The process in which `crm-sync sync` runs a DAG: its output is the log, its news go to a pipe.

A process of its own, because a task swallows Ctrl-C as its own failure and the DAG would go on with the next
one; and because whatever a library prints belongs to the log.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crm_sync.sync.news import News, listen, stop_listening

_EVERY_S = 0.2
"""Least seconds between two news of progress."""


class NewsPipe:
    """Sends news as lines of JSON; a reader that is gone does no harm.

    Args:
        fd: the writing end.
    """

    def __init__(self, fd: int) -> None:
        self._fd: int | None = fd
        self._told_at = 0.0

    def send(self, news: News) -> None:
        """Send one piece of news, unless it is progress that comes too soon."""
        now = time.monotonic()
        if news["kind"] == "progress" and 0 < news["done"] != news["total"]:
            if now - self._told_at < _EVERY_S:
                return
            self._told_at = now
        if self._fd is None:
            return
        try:
            os.write(self._fd, json.dumps(news, default=str).encode() + b"\n")
        except OSError:
            self._fd = None


def main(arguments: list[str]) -> int:
    """Do the work for a parent that reads the news and keeps standard input open; returns the exit code.

    Args:
        arguments: the pipe's number, the stub, and the run's conf as JSON.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return work(int(arguments[0]), Path(arguments[1]), json.loads(arguments[2]))


def work(fd: int, stub: Path, conf: dict[str, Any]) -> int:
    """Run the DAG of a stub; returns the exit code.

    Args:
        fd: pipe for the news.
        stub: the DAG file.
        conf: of the run.
    """
    pipe = NewsPipe(fd)
    listen(pipe.send)
    try:
        fault = find_unmigrated() or find_scheduler(stub.stem) or run_stub(stub, conf, pipe)
    finally:
        stop_listening(pipe.send)
    if fault is not None:
        pipe.send({"kind": "fault", "text": fault})
        sys.stderr.write(f"{fault}\n")
    return 0 if fault is None else 1


def find_unmigrated() -> str | None:
    """Say what is to be done if Airflow's own database is not set up; None: it is."""
    from airflow.utils.db import check_migrations

    check: Callable[[int], object] = check_migrations
    try:
        check(0)
    except Exception as error:  # noqa: BLE001 - any fault of that database ends here, in one sentence
        reason = str(error).strip().partition("\n")[0]
        return f"Airflow's metadata database can't be used; `airflow db migrate` sets it up. ({reason})"
    return None


def find_scheduler(dag_id: str) -> str | None:
    """Say that a live scheduler would take the tasks of a run of this process; None: it leaves them alone.

    The run is a row of Airflow's database like any other: a scheduler queues its tasks as soon as they may
    run, and while this process works on one of them, it starts the others. It leaves a paused DAG alone.

    Source: airflow/models/dagrun.py, get_running_dag_runs_to_examine, Airflow 3.3.2, read 2026-11-30.
    """
    from airflow.jobs.job import most_recent_job
    from airflow.models.dag import DagModel

    job = most_recent_job("SchedulerJob")
    known = DagModel.get_current(dag_id)
    if job is None or not job.is_alive() or (known is not None and known.is_paused):
        return None
    return (
        f"A scheduler works on this metadata database (host {job.hostname}, last seen "
        f"{job.latest_heartbeat:%H:%M:%S} UTC) and would start tasks of this run a second time: add "
        f"--trigger, and it does the run, or pause the DAG {dag_id} meanwhile."
    )


def run_stub(stub: Path, conf: dict[str, Any], pipe: NewsPipe) -> str | None:
    """Run the DAG of a stub to its end; gives what kept it from beginning, in one sentence."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.sdk.exceptions import ParamValidationError

    bag = DagBag(stub)
    if bag.import_errors or stub.stem not in bag.dags:
        errors = [" ".join(text.split()) for text in bag.import_errors.values()]
        return f"{stub}: {errors[0] if errors else f'it has no DAG {stub.stem}'}"
    dag = bag.dags[stub.stem]
    # no scheduler watches this run, and DAG.test of Airflow 3.3.2 fails at the end of a DAG with a deadline
    dag.deadline = None
    try:
        run = dag.test(run_conf=conf)
    except ParamValidationError as error:
        return " ".join(str(error).split())
    pipe.send({"kind": "run", "run_id": run.run_id, "state": str(run.state)})
    return None


def _end_with_parent() -> None:
    """End as soon as the process that shows the run is gone; the next run closes what is left open."""
    # not by sys.stdin, whose lock this thread would still hold when Python ends: that is a fatal error
    while os.read(0, 1):
        pass
    os._exit(1)

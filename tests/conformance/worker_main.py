"""What a worker's process does: one run of one entity, which may kill itself at a named point."""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import connection as PgConnection  # noqa: N812 - a class, under its role

from bench.usage import get_peak_mb
from crm_sync.config.loader import load_source
from crm_sync.config.models import EntityConfig
from crm_sync.sources.base import Source
from crm_sync.sources.jobs.calls import JobCalls
from crm_sync.storage.copy import encode_rows
from crm_sync.storage.rows import piece_writer
from crm_sync.storage.staging import Staging
from crm_sync.sync.fetch_job import FetchJob
from tests.conformance.driver import Pipeline
from tests.conformance.run import Run

CHECKOUT = Path(__file__).resolve().parents[2]
KILL_POINTS = (
    "during_fetch",
    "after_fetch",
    "during_copy",
    "before_commit",
    "between_chunks",
    "after_commit",
)
JOB_KILL_POINTS = ("job_created", "job_known")
"""Of reads by jobs: the source has started one and nobody knows its id; the id is stored, and no more."""
_COMMITS_BEFORE_CHUNK_2 = 3
"""Of the save's connection: its settings, the table, the first chunk."""
_BETWEEN_CHECKPOINTS_S = 1.2 * FetchJob.checkpoint_s


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class _RemoteAccount:
    source: Any
    facts: dict[str, Any]

    def open_source(
        self, entity: EntityConfig, connect: Callable[[], Any], *, stop: Callable[[], bool]
    ) -> Source:
        module, _, function = self.facts["opener"].partition(":")
        opener = getattr(importlib.import_module(module), function)
        source: Source = opener(self.source, entity, self.facts, connect, stop=stop)
        return source


class _Connection(PgConnection):
    """Counts commits; one that was made for a save dies before or after one of them."""

    kill = ""
    commits = 0

    def commit(self) -> None:
        self.commits += 1
        if self.kill == "before_commit" and self.commits == _COMMITS_BEFORE_CHUNK_2 + 1:
            _die()
        super().commit()
        if self.kill == "between_chunks" and self.commits == _COMMITS_BEFORE_CHUNK_2:
            _die()


@dataclass
class _Warehouse:
    dsn: str
    kill: str = ""

    def connect(self) -> PgConnection:
        connection = psycopg2.connect(self.dsn, connection_factory=_Connection)
        connection.kill = self.kill
        return connection


class _Pipeline(Pipeline):
    kill: str | None = None
    records_before_death = 100

    def fetch(self, run: Run) -> None:
        if self.kill == "during_fetch":
            # asked before each page: dies once enough are stored
            self.stop = lambda: self._has_enough(run) and _die() is None
        super().fetch(run)

    def transform(self, run: Run) -> None:
        if self.kill == "after_fetch":
            _die()
        super().transform(run)

    def save(self, run: Run) -> None:
        self.warehouse.kill = self.kill or ""  # type: ignore[attr-defined]
        if self.kill == "after_commit":
            # the row is closed then, and the folder still there
            Staging.remove = lambda _: _die()  # type: ignore[method-assign]
        super().save(run)

    def _has_enough(self, run: Run) -> bool:
        # pages that come faster than this share a checkpoint: what counts here is that each has its own
        time.sleep(_BETWEEN_CHECKPOINTS_S)
        return run.staging is not None and run.staging.manifest.records >= self.records_before_death


def _die_during_copy() -> None:
    copy_rows = piece_writer.copy_rows

    def copy_and_die(cursor: Any, table: Any, frame: Any, **how: Any) -> int:
        if cursor.connection.commits < _COMMITS_BEFORE_CHUNK_2:
            return copy_rows(cursor, table, frame, **how)
        content = encode_rows(frame)

        class Half:
            sent = False

            def read(self, _size: int = -1) -> bytes:
                if self.sent:
                    _die()
                self.sent = True
                return content[: len(content) // 2]

        columns = ", ".join(f'"{name}"' for name in frame.columns)
        cursor.copy_expert(f"copy {table.as_string(cursor)} ({columns}) from stdin", Half())
        return 0

    piece_writer.copy_rows = copy_and_die


def _die_with_a_job(point: str) -> None:
    start = JobCalls.start

    def start_and_die(calls: JobCalls, part: Any, token: str) -> str:
        job = start(calls, part, token)
        _die()
        return job

    if point == "job_created":
        JobCalls.start = start_and_die  # type: ignore[method-assign]
    else:
        JobCalls.look = lambda *_: _die()  # type: ignore[method-assign, assignment, return-value]


def main(content: str) -> None:
    """Do the job."""
    job = json.loads(content)
    facts, kill = job["facts"], job.get("kill")
    configs = Path(facts.get("configs", CHECKOUT / "dags" / "configs"))
    source = load_source(configs, facts["crm_source"], with_disabled=True)
    pipeline = _Pipeline(_RemoteAccount(source, facts), _Warehouse(job["dsn"]), Path(job["folder"]))  # type: ignore[arg-type]
    pipeline.kill = kill
    pipeline.records_before_death = job.get("records", pipeline.records_before_death)
    if kill == "during_copy":
        _die_during_copy()
    if kill in JOB_KILL_POINTS:
        _die_with_a_job(kill)
    changes = job.get("changes", {})
    entity = pipeline.entity(
        job["sync_type"], **{**changes, "read": {**job["read"], **changes.get("read", {})}}
    )
    pipeline.run(entity, run_id=job.get("run_id"), **job.get("flags", {}))
    print(json.dumps({"peak_mb": round(get_peak_mb())}))  # noqa: T201 - the job's answer


if __name__ == "__main__":
    main(sys.argv[1])

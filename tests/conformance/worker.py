"""Starts processes that run one entity each and may kill themselves; what they do: `worker_main.py`."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import traceback
from dataclasses import dataclass
from functools import cache
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.driver import Pipeline
from tests.conformance.worker_main import CHECKOUT, main

_PRELOADED = ("polars", "crm_sync.sync.save", "crm_sync.sync.transform", "crm_sync.sync.validate",
              "crm_sync.sources.registry")  # fmt: skip
"""What a run imports on the way."""
_numbers = itertools.count(1)


@dataclass
class Worker:
    """A process that runs an entity, forked from one that has imported all that it needs.

    Args:
        process: started.
        errors: file that it writes what it dies of to.
        exit_code: what it has to end with, negative for a signal.
    """

    process: BaseProcess
    errors: Path
    exit_code: int

    def finish(self, timeout_s: float = 120) -> None:
        """Wait for its end, and fail if that is not as it should be."""
        self.process.join(timeout_s)
        told = self.errors.read_text() if self.errors.exists() else ""
        assert self.process.exitcode == self.exit_code, told[-2000:]
        self.process.close()


def start_worker(pipeline: Pipeline, sync_type: str, *, kill: str | None = None, **job: Any) -> Worker:
    """Start a process that runs an entity of the pipeline's account.

    Args:
        pipeline: whose account, warehouse and staging folder it uses.
        sync_type: the entity.
        kill: where it ends itself by SIGKILL, see the points in `worker_main.py`; None: nowhere.
        job: `flags`, `run_id`, `changes` (keys of the entity's YAML), `records` (before a death in fetch).
    """
    errors = pipeline.folder.parent / f"worker-{next(_numbers)}.txt"
    content = _describe(pipeline, sync_type, kill=kill, **job)
    process = _find_fork_server().Process(target=_work, args=(content, str(errors)))
    process.start()
    return Worker(process, errors, -signal.SIGKILL if kill else 0)


def run_worker(pipeline: Pipeline, sync_type: str, **job: Any) -> None:
    """Run one to the end that is expected of it; see `start_worker`."""
    start_worker(pipeline, sync_type, **job).finish()


def measure_peak_mb(pipeline: Pipeline, sync_type: str, **job: Any) -> float:
    """Run an entity in an interpreter of its own, and give the most memory that it took, in MB."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.conformance.worker_main", _describe(pipeline, sync_type, **job)],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": _build_import_path()},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return float(json.loads(done.stdout)["peak_mb"])


def _describe(pipeline: Pipeline, sync_type: str, **job: Any) -> str:
    content = {
        "facts": pipeline.account.facts,
        "dsn": pipeline.warehouse.dsn,
        "folder": str(pipeline.folder),
        "sync_type": sync_type,
        # an account may read otherwise than its YAML says; a run goes on only with files that were read alike
        "read": pipeline.account.source.entities[sync_type].read.model_dump(mode="json"),
        **job,
    }
    return json.dumps(content)


def _build_import_path() -> str:
    return os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(CHECKOUT / "plugins"), str(CHECKOUT)])


@cache
def _find_fork_server() -> ForkServerContext:
    """Give the server that forks workers: an interpreter that imports Polars takes a second to start."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__, *_PRELOADED])
    # the server does not get this process's own import path
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", _build_import_path())
        forkserver.ensure_running()
    return context


def _work(content: str, errors: str) -> None:
    try:
        main(content)
    except BaseException:
        Path(errors).write_text(traceback.format_exc())
        raise

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from crm_sync.constants import Stage
from crm_sync.exceptions import AlreadyRunningError
from crm_sync.storage.history.sync_history import read_history

pytestmark = pytest.mark.postgres


@pytest.fixture
def warehouse(clean_warehouse):
    return clean_warehouse


WORKER = Path(__file__).with_name("owner_worker.py")
ROOT = Path(__file__).parents[2]


@contextmanager
def _worker(warehouse, run_id, point):
    command = [sys.executable, str(WORKER), warehouse.dsn, run_id, point]
    inherited = os.environ.get("PYTHONPATH", "")
    environment = {**os.environ, "PYTHONPATH": f"{inherited}:{ROOT / 'plugins'}:{ROOT}"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("point", "chunks", "status"),
    [
        ("opened", 0, "failed"),
        ("after chunk 1", 1, "failed"),
        ("in chunk 2", 1, "failed"),
        ("before commit", 1, "failed"),
        ("after chunk 2", 2, "success"),
    ],
)
def test_killed_worker_leaves_counts_equal_to_the_table(warehouse, make_owner, point, chunks, status):
    warehouse.execute("drop table if exists target; create table target (n integer)")
    with _worker(warehouse, "run a", point) as process:
        assert process.stdout.readline().strip() == point
        with pytest.raises(AlreadyRunningError):
            make_owner("run b", in_process=True).open({})
        process.kill()
        process.wait()
    opened = make_owner("run b", in_process=True, patience_s=5).open({})
    row = read_history(warehouse.connect, 1)
    rows = warehouse.fetch_one("select count(*) from target")[0]
    assert (row.status, row.records_processed, rows) == (status, 10 * chunks, 10 * chunks)
    assert row.get_progress(Stage.SAVE) == (chunks or None)
    assert opened.history_id == 2


def test_two_processes_at_once_one_is_refused(warehouse):
    warehouse.execute("drop table if exists target; create table target (n integer)")
    with _worker(warehouse, "run a", "opened") as first, _worker(warehouse, "run b", "opened") as second:
        answers = sorted(process.stdout.readline().strip() for process in (first, second))
    assert answers[0] == "opened"
    assert answers[1].startswith("refused: hubspot/contacts is being synced by run run ")

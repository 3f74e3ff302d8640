"""What tests of a running Airflow share: the form's flags, and how a task that works is found and killed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import quote

import psycopg2

from crm_sync.constants import SyncStatus
from tests.command_line import run_command
from tests.conformance.tables import assert_table
from tests.e2e.dag_runs import latest_rows
from tests.e2e.processes import wait_for
from tests.warehouse import Warehouse

# what the form sends: every flag, unchanged ones included
FORM = {
    "entities": [],
    "full": False,
    "force": False,
    "dry_run": False,
    "skip_validation": False,
    "debug": False,
    "batch_size": 100,
    "max_records": 0,
    "start_date": None,
    "end_date": None,
    "replay_rejected": False,
    "replay_rule": None,
    "replay_ids": [],
}
_WORKER = """
select o.pid from crm_sync.sync_owners as o join crm_sync.sync_history as h on h.id = o.sync_history_id
where h.sync_type = %s and h.status = 'running'
"""
# whoever reads may go on, so that it is a save that waits
_HOLD_UP = "lock table hubspot.{} in exclusive mode"
_WAITER = "select count(*) from pg_locks where not granted and relation = %s::regclass"


def sync_by_command(url: str, names: Sequence[str]) -> str:
    """Let the command start a run of HubSpot's contacts and companies and show it; gives its id.

    Five companies are to be made good.
    """
    shown = run_command("sync", "hubspot", *names, "--trigger", "--url", url, "--json")
    assert shown.exit_code == 0, shown.output
    found = json.loads(shown.stdout)
    run_id = str(found["run_id"])
    assert found["url"] == f"{url}/dags/crm_sync_hubspot/runs/{quote(run_id)}"
    assert [(one["sync_type"], one["status"]) for one in found["entities"]] == [
        ("contacts", "success"),
        ("companies", "success"),
    ]
    assert found["entities"][1]["updated"] == 5
    return run_id


def assert_made_good(account: Any, warehouse: Warehouse, names: Sequence[str]) -> None:
    """See that the tables equal the account, and that the last run of companies changed the five."""
    for entity in (account.source.entities[name] for name in names):
        assert_table(warehouse, entity, account.expected(entity))
    row = latest_rows(warehouse)["companies"]
    assert (row.status, row.records_updated) == (SyncStatus.SUCCESS, 5)


def list_workers(warehouse: Warehouse, entity: str) -> list[int]:
    """Give the processes that work on an entity."""
    return [pid for (pid,) in warehouse.fetch_all(_WORKER, (entity,))]


@contextmanager
def saving_held_up(warehouse: Warehouse, entity: str) -> Iterator[SaveHolder]:
    """Let nobody save an entity of HubSpot, whose table is there, until the block ends."""
    with closing(psycopg2.connect(warehouse.dsn)) as reader:
        holder = SaveHolder(warehouse, entity, reader)
        holder.hold_up()
        yield holder


class SaveHolder:
    """Holds up those who save an entity, and kills them.

    Args:
        warehouse: with its table.
        entity: its name.
        reader: a session that keeps the table locked.
    """

    def __init__(self, warehouse: Warehouse, entity: str, reader: psycopg2.extensions.connection) -> None:
        self.warehouse, self.entity, self.reader = warehouse, entity, reader
        self.killed: list[int] = []

    def hold_up(self) -> None:
        """Lock the table, once more where those who waited have noticed that they are dead."""
        self.reader.rollback()
        with self.reader.cursor() as cursor:
            cursor.execute(_HOLD_UP.format(self.entity))

    def find_saver(self) -> int:
        """Wait for the next process that would save."""
        # three tasks come before it, each a process, and on a busy machine they take a minute
        pid = wait_for(self._find_waiting, f"{self.entity} to be saved", timeout_s=180)
        assert isinstance(pid, int)
        return pid

    def kill_saver(self) -> None:
        """Kill the next process that would save, and hold up the one after it."""
        pid = self.find_saver()
        os.kill(pid, signal.SIGKILL)
        self.killed.append(pid)
        self.hold_up()

    def _find_waiting(self) -> int | None:
        if self.warehouse.fetch_one(_WAITER, (f"hubspot.{self.entity}",)) == (0,):
            return None
        pids = [pid for pid in list_workers(self.warehouse, self.entity) if pid not in self.killed]
        return pids[0] if pids else None

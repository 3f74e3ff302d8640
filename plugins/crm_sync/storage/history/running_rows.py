"""The open row of an entity: who works on it, and whether that worker is dead."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import SupersededError
from crm_sync.storage.history.sync_history import RunIdentity, close
from crm_sync.storage.sql_files import load_sql

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

IsRunEnded = Callable[[str, str], bool]
"""Asks Airflow whether a DAG run (dag_id, run_id) has ended; an exception counts as no."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunningRow:
    """What is known about the run that holds an entity; fields as select_running_row.sql returns them."""

    id: int
    start_time: datetime
    dag_id: str | None
    run_id: str | None
    try_number: int | None
    in_process: bool
    host: str | None
    pid: int | None
    heartbeat_at: datetime
    silent_s: float
    """Seconds since the last sign of life, by the database's clock."""
    lock_holder: int | None
    """Database session that holds the entity's lock."""

    def is_of(self, identity: RunIdentity) -> bool:
        """Say whether it is a try of this very DAG run."""
        return (self.dag_id, self.run_id) == (identity.dag_id, identity.run_id)

    def is_dead(self, *, lease_s: float, is_run_ended: IsRunEnded | None) -> bool:
        """Say whether its worker is gone for good; to be asked only while its lock is free."""
        if self.dag_id is None or self.run_id is None or self.in_process or self.silent_s > lease_s:
            return True
        if is_run_ended is None:
            return False
        try:
            return is_run_ended(self.dag_id, self.run_id)
        except Exception as error:  # noqa: BLE001 - Airflow's API may fail in any way; then the lease decides
            logger.warning("could not ask Airflow about run %s of %s: %s", self.run_id, self.dag_id, error)
            return False

    def describe(self) -> str:
        """Name run, process and last sign of life."""
        return (
            f"run {self.run_id} of DAG {self.dag_id} (try {self.try_number}, host {self.host}, "
            f"process {self.pid}, last heartbeat {self.heartbeat_at:%Y-%m-%d %H:%M:%S%z}, "
            f"{self.silent_s:.0f} s ago)"
        )

    def explain_release(self, *, own_session: int | None, lease_s: float) -> str:
        """Say what a person can do to free the entity.

        Args:
            own_session: database session of the asker, which may hold the lock itself just now.
            lease_s: seconds without heartbeat after which the next run takes over.
        """
        if self.lock_holder is not None and self.lock_holder != own_session:
            statement = f"select pg_terminate_backend({self.lock_holder})"
            return f"stop that run in Airflow, or end its database session with {statement}"
        return (
            f"wait for that run or mark it failed in Airflow; {lease_s / 60:.0f} minutes after its last "
            "heartbeat the next run takes over"
        )


def select_running(cursor: PgCursor, crm_source: str, sync_type: str) -> RunningRow | None:
    """Return the open row of an entity with its owner, None when there is none."""
    cursor.execute(load_sql("queries/select_running_row"), {"crm_source": crm_source, "sync_type": sync_type})
    row = cursor.fetchone()
    return None if row is None else RunningRow(*row)


def mark_lost(cursor: PgCursor, running: RunningRow, *, reason: str) -> None:
    """End the row of a dead worker; waits for a chunk that is just being committed, which stays counted."""
    message = f"worker lost: {running.describe()} ended without closing its row; {reason}"
    try:
        close(cursor, running.id, status=SyncStatus.FAILED, error_message=message)
    except SupersededError:
        logger.info("row %d was closed by its own process in the last moment", running.id)

"""Decides which run may work on an entity: opens, continues and takes over rows of sync_history.

The rule: whoever holds the entity's advisory lock works. A row that is still running while its lock is free
belongs to a dead worker if Airflow says that its run ended, if it ran inside one process (`airflow dags
test`), or if its heartbeat is older than the lease; otherwise its run is between two stages, and any other
run stops.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import AlreadyRunningError, StorageError, SupersededError
from crm_sync.storage.connections import Connect
from crm_sync.storage.encoding import check_encoding
from crm_sync.storage.history.claimed_runs import OpenRun, claim_run, insert_run, write_owner
from crm_sync.storage.history.kept_sessions import forget_session, keep_session, take_session
from crm_sync.storage.history.owner_session import OwnerSession
from crm_sync.storage.history.run_marks import note_mark, read_mark
from crm_sync.storage.history.running_rows import IsRunEnded, RunningRow, mark_lost, select_running
from crm_sync.storage.history.sync_history import HistoryRow, RunIdentity, select_history

__all__ = ["OpenRun", "RunIdentity", "SyncOwner"]


@dataclass
class SyncOwner:
    """The right of one process to work on one entity.

    `acquire`, then `open` (fetch) or `attach` (later stages), and `release` in any case; it may be used again
    after that. A run inside one process keeps lock and heartbeat beyond `release`, until its row is closed;
    the owner that its next task makes takes them over.

    Args:
        connect: makes the dedicated connection.
        identity: who asks.
        is_run_ended: asks Airflow; None means that only in-process runs and the lease tell a dead run.
        lease_s: seconds without heartbeat after which a run without lock is dead.
        heartbeat_s: seconds between two signs of life.
        patience_s: longest wait for the lock, which another run's look at the row may hold for a moment.
        read_progress: says what the stage at work has done, for the page; None: nothing to say.
    """

    connect: Connect
    identity: RunIdentity
    is_run_ended: IsRunEnded | None = None
    lease_s: float = 900
    heartbeat_s: float = 30
    patience_s: float = 5
    read_progress: Callable[[], Mapping[str, object] | None] = lambda: None
    token: str = field(default_factory=lambda: str(uuid.uuid4()), init=False)
    """For `fence`: what this owner wrote into the row."""
    _session: OwnerSession | None = field(default=None, init=False, repr=False)
    _history_id: int | None = field(default=None, init=False, repr=False)

    def acquire(self) -> None:
        """Take the entity's lock; nothing happens when this owner has it.

        Raises:
            AlreadyRunningError: another process works on the entity; the message says which and how to
            release it. DatabaseUnavailableError: the warehouse can't be reached.
        """
        if self._session is not None:
            return
        crm_source, sync_type = self.identity.crm_source, self.identity.sync_type
        session = OwnerSession(self.connect, crm_source, sync_type, heartbeat_s=self.heartbeat_s)
        kept = take_session(session, self.identity)
        if kept is not None and kept.is_usable():
            session.close()
            self._session = kept
        else:
            self._lock(session)
            self._session = session
        if self.identity.in_process:
            keep_session(self._session, self.identity, is_idle=False)

    def open(self, configuration: Mapping[str, Any]) -> OpenRun:
        """Continue this run's row or begin a new one; takes the lock if need be, may be repeated.

        Args:
            configuration: window, options and source of a new row; a continued row keeps its own.

        Raises:
            AlreadyRunningError: another run of the entity works, or is between two of its stages.
            DatabaseUnavailableError: the warehouse can't be reached.
            SchemaFaultError: the warehouse is not in UTF-8.
        """
        self.acquire()
        try:
            return self._open(configuration)
        except BaseException:
            self.release()
            raise

    def attach(self, history_id: int) -> HistoryRow:
        """Own the row of this run for a later stage; takes the lock if need be, may be repeated.

        A row that an earlier try of this run ended as failed is opened again, as long as no other run of the
        entity has begun since: an engineer has cleared the failed task.

        Returns:
            The row. Status running: go on. Success or partial: the run is over (a late retry), nothing is
            owned; hand on the stored figures.

        Raises:
            AlreadyRunningError: another process works on the entity.
            SupersededError: the run was taken over.
            StorageError: there is no such row.
            DatabaseUnavailableError: the warehouse can't be reached.
        """
        self.acquire()
        try:
            row = self._attach(history_id)
        except BaseException:
            self.release()
            raise
        if row.status is not SyncStatus.RUNNING:
            self.release()
        return row

    def check(self) -> None:
        """Tell a loop to stop as soon as the heartbeat has noticed another owner.

        Raises:
            SupersededError: another process owns the row.
        """
        if self._session is not None and self._session.is_lost:
            raise SupersededError(f"sync_history row {self._history_id} was taken over by another process")

    def guard(self, stop: Callable[[], bool]) -> Callable[[], bool]:
        """Make a stage's loops also stop as soon as another process works on the run, in the same folder."""

        def is_stopped() -> bool:
            self.check()
            return stop()

        return is_stopped

    def release(self, *, force: bool = False) -> None:
        """Stop the heartbeat and free the lock; harmless when repeated.

        Args:
            force: an in-process run, too, lets go although its row is still running.
        """
        session, self._session = self._session, None
        if session is None:
            return
        if self.identity.in_process and not force and self._is_row_running(session):
            keep_session(session, self.identity, is_idle=True)
            return
        forget_session(session)
        session.close()

    def _lock(self, session: OwnerSession) -> None:
        try:
            self._lock_or_refuse(session)
        except BaseException:
            session.close()
            raise

    def _lock_or_refuse(self, session: OwnerSession) -> None:
        if not session.lock(patience_s=self.patience_s):
            with session.open_transaction() as cursor:
                running = select_running(cursor, session.crm_source, session.sync_type)
            raise self._refuse(running)

    def _is_row_running(self, session: OwnerSession) -> bool:
        if self._history_id is None:
            return False
        try:
            with session.open_transaction() as cursor:
                return select_history(cursor, self._history_id).status is SyncStatus.RUNNING
        except StorageError:
            # The connection is gone, and with it the lock that could have been kept.
            return False

    def _open(self, configuration: Mapping[str, Any]) -> OpenRun:
        session, identity = self._require_session(), self.identity
        with session.open_transaction() as cursor:
            check_encoding(cursor)
            running = select_running(cursor, identity.crm_source, identity.sync_type)
        is_own = running is not None and running.is_of(identity)
        # Asked outside of a transaction: Airflow's answer may take its time.
        if running is not None and not is_own:
            is_dead = running.is_dead(lease_s=self.lease_s, is_run_ended=self.is_run_ended)
            if not is_dead:
                raise self._refuse(running)
        with session.open_transaction() as cursor:
            if running is not None and is_own:
                opened = OpenRun(running.id, running.start_time, resumed=True)
            else:
                if running is not None:
                    mark_lost(cursor, running, reason=f"taken over by run {identity.run_id}")
                opened = insert_run(cursor, identity, configuration)
            write_owner(cursor, identity, opened.history_id, self.token)
            mark = read_mark(cursor, row=(opened.history_id, opened.start_time))
        note_mark(identity, opened.history_id, mark)
        self._start_heartbeat(opened.history_id)
        return opened

    def _attach(self, history_id: int) -> HistoryRow:
        with self._require_session().open_transaction() as cursor:
            row = claim_run(cursor, self.identity, history_id)
            if row.status is SyncStatus.RUNNING:
                write_owner(cursor, self.identity, history_id, self.token)
            mark = read_mark(cursor, row=(history_id, row.start_time))
        note_mark(self.identity, history_id, mark)
        if row.status is SyncStatus.RUNNING:
            self._start_heartbeat(history_id)
        return row

    def _start_heartbeat(self, history_id: int) -> None:
        self._history_id = history_id
        session = self._require_session()
        session.read_progress = self.read_progress
        session.start_heartbeat(history_id, self.token)

    def _require_session(self) -> OwnerSession:
        if self._session is None:
            raise RuntimeError("SyncOwner.acquire comes first")
        return self._session

    def _refuse(self, running: RunningRow | None) -> AlreadyRunningError:
        entity = f"{self.identity.crm_source}/{self.identity.sync_type}"
        if running is None:
            return AlreadyRunningError(
                f"{entity} is being opened or closed by another process: start this run again"
            )
        own_session = None if self._session is None else self._session.backend_pid
        release = running.explain_release(own_session=own_session, lease_s=self.lease_s)
        error = AlreadyRunningError(
            f"{entity} is being synced by {running.describe()}. To release it: {release}"
        )
        error.is_own_run = running.is_of(self.identity)
        return error

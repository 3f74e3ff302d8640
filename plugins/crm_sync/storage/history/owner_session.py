"""The database session that owns an entity while a stage works: its lock and its heartbeat.

Who may own what is decided in `sync_owners.py`. The lock is a session-level advisory lock, so it ends with
the process, and with the machine through the server's TCP keepalives, about a minute later. It needs a
session of its own: a pooler in transaction mode loses it, which the heartbeat notices.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import psycopg2
from psycopg2 import errors

from crm_sync.exceptions import DatabaseUnavailableError
from crm_sync.storage.connections import Connect, translate_outage
from crm_sync.storage.json_text import dump_json
from crm_sync.storage.sql_files import load_sql

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgConnection, PgCursor

_SETTINGS = {
    "application_name": "crm_sync owner",
    # The server's own probes: they end the session of a machine that vanished, and free its lock.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    # A takeover waits for the last chunk of the process it replaces, but not for ever.
    "statement_timeout": "90s",
    "lock_timeout": "60s",
}

logger = logging.getLogger(__name__)


class OwnerSession:
    """One connection in autocommit, one advisory lock, one heartbeat thread; all methods are thread-safe.

    Args:
        connect: makes the connection; called again when it was lost.
        crm_source: first half of the lock's key.
        sync_type: second half.
        heartbeat_s: seconds between two signs of life.
    """

    def __init__(self, connect: Connect, crm_source: str, sync_type: str, *, heartbeat_s: float) -> None:
        self.crm_source = crm_source
        self.sync_type = sync_type
        self.read_progress: Callable[[], Mapping[str, object] | None] = lambda: None
        """Says what the stage at work has done, for the page; called in the thread of the heartbeat."""
        self.is_lost = False
        """True once another owner is written in the row: the work of this process counts no more."""
        self._connect = connect
        self._heartbeat_s = heartbeat_s
        self._mutex = threading.RLock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._owned: tuple[int, str] | None = None
        with translate_outage():
            self._connection = self._open()

    @property
    def database(self) -> tuple[str, str, str]:
        """Host, port and name of the database, to tell the sessions of one process apart."""
        parameters = self._connection.info.dsn_parameters
        return parameters.get("host", ""), parameters.get("port", ""), parameters.get("dbname", "")

    @property
    def backend_pid(self) -> int:
        """Process id of this session in the server, as pg_locks shows it."""
        return int(self._connection.info.backend_pid)

    def is_usable(self) -> bool:
        """Say whether the connection still works."""
        try:
            with self.open_transaction() as cursor:
                cursor.execute("select 1")
        except DatabaseUnavailableError:
            return False
        return True

    def lock(self, *, patience_s: float) -> bool:
        """Take the entity's lock, waiting up to `patience_s` for its holder; False when it stays taken."""
        with self._mutex, translate_outage(), self._connection.cursor() as cursor:
            cursor.execute(
                "select set_config('lock_timeout', %s, false)", (f"{max(1, int(patience_s * 1000))}ms",)
            )
            try:
                cursor.execute(
                    "select pg_advisory_lock(crm_sync.owner_lock_key(%s, %s))",
                    (self.crm_source, self.sync_type),
                )
            except errors.LockNotAvailable:
                return False
            finally:
                cursor.execute("select set_config('lock_timeout', %s, false)", (_SETTINGS["lock_timeout"],))
            return True

    @contextlib.contextmanager
    def open_transaction(self) -> Iterator[PgCursor]:
        """Give a cursor in a transaction on this session."""
        with self._mutex, translate_outage(), self._connection, self._connection.cursor() as cursor:
            yield cursor

    def start_heartbeat(self, history_id: int, token: str) -> None:
        """Give signs of life for a row that this session owns; a second call changes row and token."""
        with self._mutex:
            self._owned = (history_id, token)
            self.is_lost = False
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._beat_for_ever, name="crm_sync heartbeat", daemon=True
                )
                self._thread.start()

    def close(self) -> None:
        """Stop the heartbeat and free the lock; harmless when repeated."""
        self._stop.set()
        with self._mutex, contextlib.suppress(psycopg2.Error):
            try:
                # the server notices the connection's end a moment later, a busy one seconds later
                with self._connection.cursor() as cursor:
                    cursor.execute("select pg_advisory_unlock_all()")
            finally:
                self._connection.close()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=5)

    def _open(self) -> PgConnection:
        connection = self._connect()
        connection.rollback()
        connection.autocommit = True
        with connection.cursor() as cursor:
            for name, value in _SETTINGS.items():
                cursor.execute("select set_config(%s, %s, false)", (name, value))
        return connection

    def _beat_for_ever(self) -> None:
        is_warned = False
        while not self._stop.wait(self._heartbeat_s) and not self.is_lost:
            try:
                self._beat()
                is_warned = False
            except psycopg2.Error as error:
                # The server restarts, or the network is away: work goes on, every write is fenced anyway.
                if not is_warned:
                    text = str(error).strip() or type(error).__name__
                    logger.warning(
                        "heartbeat of %s/%s failed: %s", self.crm_source, self.sync_type, text.splitlines()[0]
                    )
                is_warned = True

    def _beat(self) -> None:
        with self._mutex:
            if self._stop.is_set() or self._owned is None:
                return
            if self._connection.closed:
                self._connection = self._open()
            history_id, token = self._owned
            with self._connection.cursor() as cursor:
                asked = {"sync_history_id": history_id, "token": token}
                cursor.execute(load_sql("queries/update_heartbeat"), asked)
                row = cursor.fetchone()
                if row is None:
                    self.is_lost = True
                    logger.warning(
                        "%s/%s: another run owns sync_history row %d now; this process writes no more",
                        self.crm_source, self.sync_type, history_id,
                    )  # fmt: skip
                    return
                self._tell_progress(cursor, asked)
                if row[0]:
                    return
                cursor.execute(
                    "select pg_try_advisory_lock(crm_sync.owner_lock_key(%s, %s))",
                    (self.crm_source, self.sync_type),
                )
                (is_locked,) = cursor.fetchone() or (False,)
                message = "taken again" if is_locked else "not free yet; trying again"
                logger.warning(
                    "%s/%s: the owner's lock was lost with its connection, %s",
                    self.crm_source,
                    self.sync_type,
                    message,
                )

    def _tell_progress(self, cursor: PgCursor, asked: Mapping[str, object]) -> None:
        progress = self.read_progress()
        # a run that was begun by an earlier version has not made the column
        with contextlib.suppress(errors.UndefinedColumn):
            if progress is not None:
                cursor.execute(
                    load_sql("queries/update_progress"), {**asked, "progress": dump_json(progress)}
                )

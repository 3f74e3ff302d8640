"""Owner sessions that a run inside one process (`airflow dags test`) keeps between its tasks.

Its tasks run one after another in one process, each with an owner of its own; lock and heartbeat go from one
to the next until the row is closed.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass

from crm_sync.storage.history.history_rows import RunIdentity
from crm_sync.storage.history.owner_session import OwnerSession

_Key = tuple[int, tuple[str, str, str], str, str]


@dataclass
class _Kept:
    session: OwnerSession
    dag_id: str
    run_id: str
    is_idle: bool
    """No task of this process works with it at the moment."""


_kept: dict[_Key, _Kept] = {}
_mutex = threading.Lock()


def keep_session(session: OwnerSession, identity: RunIdentity, *, is_idle: bool) -> None:
    """Remember the session of an in-process run."""
    with _mutex:
        _kept[_make_key(session)] = _Kept(session, identity.dag_id, identity.run_id, is_idle)


def take_session(probe: OwnerSession, identity: RunIdentity) -> OwnerSession | None:
    """Return the session that this process has for the same database and entity, None when none can be taken.

    That of the same run is taken in any case, that of another run only when it is idle: then that run is
    over.
    """
    with _mutex:
        kept = _kept.get(_make_key(probe))
        if kept is None or not identity.in_process:
            return None
        if (kept.dag_id, kept.run_id) != (identity.dag_id, identity.run_id) and not kept.is_idle:
            return None
        return kept.session


def forget_session(session: OwnerSession) -> None:
    """Forget a session that is going to be closed; harmless when it was not kept."""
    with _mutex:
        for key in [key for key, kept in _kept.items() if kept.session is session]:
            del _kept[key]


def drop_sessions_of(dag_id: str, run_id: str) -> None:
    """Close what an in-process run still keeps here: its last task calls this, so nothing of it works now."""
    with _mutex:
        keys = [
            key
            for key, kept in _kept.items()
            if key[0] == os.getpid() and (kept.dag_id, kept.run_id) == (dag_id, run_id)
        ]
        sessions = [_kept.pop(key).session for key in keys]
    for session in sessions:
        session.close()


def _make_key(session: OwnerSession) -> _Key:
    return os.getpid(), session.database, session.crm_source, session.sync_type

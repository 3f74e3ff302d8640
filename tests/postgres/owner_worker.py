"""A sync in a process of its own that stops at a named point and waits to be killed.

Usage: owner_worker.py DSN RUN_ID POINT; prints one line with the point once it is there.
"""

from __future__ import annotations

import os
import sys
import time

import psycopg2

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import AlreadyRunningError
from crm_sync.storage.history.sync_history import Counts, RunIdentity, add_progress, close, fence
from crm_sync.storage.history.sync_owners import SyncOwner


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the test reads it


def _wait_to_be_killed(here: str, point: str) -> None:
    if here == point:
        _say(here)
        time.sleep(60)
        sys.exit("nobody killed this process")


def main(dsn: str, run_id: str, point: str) -> None:
    identity = RunIdentity("hubspot", "contacts", "crm_sync_hubspot", run_id, 1, True, "host", os.getpid())
    owner = SyncOwner(lambda: psycopg2.connect(dsn), identity, heartbeat_s=0.1, patience_s=0.3)
    try:
        opened = owner.open({"window": {"complete": False}})
    except AlreadyRunningError as error:
        _say(f"refused: {error}")
        return
    _wait_to_be_killed("opened", point)
    connection = psycopg2.connect(dsn)
    cursor = connection.cursor()
    for chunk in (1, 2):
        fence(cursor, opened.history_id, token=owner.token)
        cursor.execute("insert into target select 1 from generate_series(1, 10)")
        add_progress(cursor, opened.history_id, counts=Counts(created=10), stage="save", chunk=chunk)
        if chunk == 2:
            _wait_to_be_killed("in chunk 2", point)
            close(cursor, opened.history_id, status=SyncStatus.SUCCESS)
            _wait_to_be_killed("before commit", point)
        connection.commit()
        _wait_to_be_killed(f"after chunk {chunk}", point)
    owner.release()
    _say("done")


if __name__ == "__main__":
    main(*sys.argv[1:])

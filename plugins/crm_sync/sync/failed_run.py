"""Closes the row of a run that has failed."""

from __future__ import annotations

import contextlib

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import SupersededError
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.history.sync_history import add_progress, close, fence
from crm_sync.storage.manifest import Manifest


def close_failed(
    connect: Connect, history_id: int, token: str, manifest: Manifest | None, message: str
) -> None:
    """Close the row as failed; nothing happens to a closed row, or to one that another process works on.

    Args:
        connect: makes a warehouse connection.
        history_id: the row.
        token: of the process that owned it.
        manifest: of the latest stage's folder, if there was one.
        message: why.
    """
    with contextlib.suppress(SupersededError), open_transaction(connect) as cursor:
        # an orphan must not end the row if a later try of its own run now works on it
        fence(cursor, history_id, token=token)
        if manifest is not None and not manifest.fetched:  # it may have been paid for
            add_progress(cursor, history_id, metrics=manifest.metrics)
        close(cursor, history_id, status=SyncStatus.FAILED, error_message=message)

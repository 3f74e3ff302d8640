"""Writes and reads the rows of crm_sync.sync_history; who may open one is left to `sync_owners.py`.

Every writer of data calls `fence` first in its transaction, and `add_progress` in the same one: counts and
progress then match what is committed, also after a SIGKILL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import StorageError, SupersededError
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.history.history_rows import Counts, HistoryRow, RunIdentity, merge_metrics
from crm_sync.storage.json_text import clean_text, dump_json
from crm_sync.storage.sql_files import load_sql

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

__all__ = [
    "Counts",
    "HistoryRow",
    "RunIdentity",
    "add_metrics",
    "add_progress",
    "close",
    "fence",
    "read_history",
    "select_history",
]

_MESSAGE_CHARS = 10_000


def fence(cursor: PgCursor, history_id: int, *, token: str | None = None) -> dict[str, int]:
    """Lock the run's own row until the end of the transaction: how every writing transaction begins.

    Args:
        cursor: in the transaction that is going to write.
        history_id: row of the run.
        token: `SyncOwner.token`; then the row must also still be owned by that very process. None checks the
            row only.

    Returns:
        Stage to its last committed chunk: a chunk that is in it must not be written again.

    Raises:
        SupersededError: the row is not running any more, or has another owner: stop without writing.
    """
    cursor.execute(load_sql("queries/lock_running_row"), {"id": history_id, "token": token})
    row = cursor.fetchone()
    if row is None:
        raise SupersededError(
            f"sync_history row {history_id} is no longer this process's: it was closed or taken over"
        )
    return dict(row[0])


def add_progress(  # noqa: PLR0913 - each part is optional and has its own meaning
    cursor: PgCursor,
    history_id: int,
    *,
    counts: Counts | None = None,
    stage: str | None = None,
    chunk: int | None = None,
    metrics: Mapping[str, Any] | None = None,
    configuration: Mapping[str, Any] | None = None,
) -> None:
    """Add what a piece of work came to to its running row, in the caller's transaction.

    Args:
        cursor: in the transaction that writes the data.
        history_id: row of the run.
        counts: added to the row's counts, and to records_unchanged, records_deleted and duplicates in the
            metrics.
        stage: whose progress `chunk` is.
        chunk: last chunk that the stage has done.
        metrics: as for `add_metrics`.
        configuration: merged, one level deep: `{"window": {"complete": True}}` keeps the window's bounds.

    Raises:
        SupersededError: the row is not running.
    """
    counts = counts or Counts()
    merged = dict(configuration or {})
    if stage is not None and chunk is not None:
        merged["progress"] = {str(stage): chunk}
    cursor.execute(
        load_sql("queries/add_sync_progress"),
        {
            "id": history_id,
            "processed": counts.processed,
            "created": counts.created,
            "updated": counts.updated,
            "failed": counts.failed,
            "sums": dump_json(counts.make_metrics()),
            "configuration": dump_json(merged),
        },
    )
    _expect_row(cursor, history_id)
    if metrics:
        add_metrics(cursor, history_id, metrics)


def add_metrics(cursor: PgCursor, history_id: int, metrics: Mapping[str, Any]) -> None:
    """Put figures of a stage into performance_metrics, in the caller's transaction, also of an ended run.

    How they meet what is stored is told by `merge_metrics`.

    Raises:
        StorageError: there is no such row.
    """
    cursor.execute(load_sql("queries/select_metrics_for_update"), {"id": history_id})
    row = cursor.fetchone()
    if row is None:
        raise StorageError(f"sync_history has no row {history_id}")
    merged = merge_metrics(row[0], metrics)
    cursor.execute(load_sql("queries/update_metrics"), {"id": history_id, "metrics": dump_json(merged)})


def close(
    cursor: PgCursor,
    history_id: int,
    *,
    status: SyncStatus,
    error_message: str | None = None,
    metrics: Mapping[str, Any] | None = None,
    configuration: Mapping[str, Any] | None = None,
) -> None:
    """End a running row, in the caller's transaction; duration and rates are worked out by the database.

    That records_processed is the sum of its parts is held by a constraint of the table.

    Args:
        cursor: in the transaction of the last chunk.
        history_id: row of the run.
        status: anything but running.
        error_message: why it failed or is partial, reason first; free of secrets.
        metrics: as for `add_metrics`.
        configuration: merged into configuration, one level deep.

    Raises:
        SupersededError: the row is not running.
        ValueError: the status is running.
    """
    if status is SyncStatus.RUNNING:
        raise ValueError("a run is not closed with the status running")
    if metrics:
        add_metrics(cursor, history_id, metrics)
    cursor.execute(
        load_sql("queries/close_sync_history"),
        {
            "id": history_id,
            "status": status.value,
            "error_message": None if error_message is None else clean_text(error_message)[:_MESSAGE_CHARS],
            "configuration": dump_json(configuration or {}),
        },
    )
    _expect_row(cursor, history_id)


def read_history(connect: Connect, history_id: int) -> HistoryRow:
    """Return one row, whatever its status.

    Raises:
        StorageError: there is no such row.
    """
    with open_transaction(connect) as cursor:
        return select_history(cursor, history_id)


def select_history(cursor: PgCursor, history_id: int) -> HistoryRow:
    """Return one row, as the caller's transaction sees it.

    Raises:
        StorageError: there is no such row.
    """
    cursor.execute(load_sql("queries/select_sync_history"), {"id": history_id})
    row = cursor.fetchone()
    if row is None:
        raise StorageError(f"sync_history has no row {history_id}")
    return build_row(row)


def build_row(row: tuple[Any, ...]) -> HistoryRow:
    """Make a row of what a query gives whose columns are as in HistoryRow."""
    id_, crm_source, sync_type, status, *rest = row
    return HistoryRow(id_, crm_source, sync_type, SyncStatus(status), *rest)


def _expect_row(cursor: PgCursor, history_id: int) -> None:
    if cursor.fetchone() is None:
        raise SupersededError(
            f"sync_history row {history_id} is no longer running: it was closed or taken over"
        )

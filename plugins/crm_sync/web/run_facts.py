"""What the page says of a run, from its row in the history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm_sync.insight.runs import read_bound
from crm_sync.storage.history.history_rows import HistoryRow
from crm_sync.web.answers.runs import RunShort


def build_short(row: HistoryRow, now: datetime) -> RunShort:
    """Give a run as lists show it."""
    return RunShort(**collect_short(row, now))


def collect_short(row: HistoryRow, now: datetime) -> dict[str, Any]:
    """Give the fields of `RunShort`.

    Args:
        row: of the history.
        now: aware; until then an open run has worked.
    """
    counts, metrics, window = row.counts, row.performance_metrics, row.configuration.get("window") or {}
    seconds = max(0.0, ((row.end_time or now) - row.start_time).total_seconds())
    calls, retries = metrics.get("api_calls"), metrics.get("retries")
    return {
        "id": row.id,
        "crm_source": row.crm_source,
        "sync_type": row.sync_type,
        "status": row.status,
        "start_time": row.start_time,
        "end_time": row.end_time,
        "duration_s": seconds,
        "records_processed": row.records_processed,
        "created": counts.created,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "deleted": counts.deleted,
        "failed": counts.failed,
        "older": counts.older,
        "duplicates": counts.duplicates,
        "records_per_s": row.records_processed / seconds if seconds and row.end_time else None,
        "api_calls": None if calls is None else int(calls),
        "retries": None if retries is None else int(retries),
        "wait_s": metrics.get("rate_limit_wait_seconds"),
        "error_message": row.error_message,
        "mode": window.get("mode"),
        "since": read_bound(row, "since"),
        "until": read_bound(row, "until"),
        "complete": window.get("complete"),
        "dag_id": row.dag_id,
        "run_id": row.run_id,
    }

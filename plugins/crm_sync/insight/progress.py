"""How far a run is that works at this moment: what is done, how fast, and how much longer it will take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm_sync.constants import Stage, SyncStatus
from crm_sync.insight.runs import find_last_stage, read_usual
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.history.history_rows import HistoryRow
from crm_sync.storage.sql_files import load_sql


@dataclass(frozen=True)
class LiveProgress:
    """How far a run is.

    Args:
        stage: at work.
        fetched: records that were read; None: nothing said so yet.
        expected: records that the read will probably bring; None: nobody knows.
        written: records that were saved or rejected.
        rate_per_s: records a second, of the stage's process.
        share: of the stage, 0 to 1.
        seconds_left: of the stage.
        heartbeat_at: last sign of life.
    """

    stage: Stage
    fetched: int | None
    expected: int | None
    written: int
    rate_per_s: float | None
    share: float | None
    seconds_left: float | None
    heartbeat_at: datetime | None


def read_progress(connect: Connect, row: HistoryRow) -> LiveProgress | None:
    """Give how far a run is; None: it has ended.

    The process at work tells it with its signs of life, every half minute. What a fetch will bring is what
    its source has counted, else what the entity's reads of that kind usually brought.
    """
    if row.status is not SyncStatus.RUNNING:
        return None
    with open_transaction(connect) as cursor:
        cursor.execute(load_sql("queries/select_run_owner"), {"id": row.id})
        heartbeat_at, told = cursor.fetchone() or (None, None)
    told = told or {}
    usual = None
    if told.get("stage", Stage.FETCH) == Stage.FETCH and told.get("total") is None:
        usual = read_usual(connect, row.crm_source, row.sync_type, told.get("mode")).records
    return measure(row, told, heartbeat_at, usual)


def measure(
    row: HistoryRow, told: Mapping[str, Any], heartbeat_at: datetime | None, usual: float | None
) -> LiveProgress:
    """Work out how far a run is.

    Args:
        row: the open run.
        told: `progress` of crm_sync.sync_owners, empty where nothing was told yet.
        heartbeat_at: the moment at which it was told.
        usual: records that such a read usually brings; None: unknown.
    """
    stage = Stage(told["stage"]) if "stage" in told else find_last_stage(row)
    done: Any = told.get("done")
    total: Any = told.get("total")
    if stage is Stage.FETCH and total is None and usual is not None:
        total = round(usual)
    if stage is Stage.SAVE:
        # each chunk is committed with its counts
        done = row.counts.fetched
    rate = _find_rate(told, done, heartbeat_at)
    share = done / total if done is not None and total and total >= done else None
    return LiveProgress(
        stage=stage,
        fetched=told.get("fetched"),
        expected=total if stage is Stage.FETCH else told.get("fetched"),
        written=row.records_processed,
        rate_per_s=rate,
        share=share,
        seconds_left=(total - done) / rate if share is not None and rate is not None else None,
        heartbeat_at=heartbeat_at,
    )


def _find_rate(told: Mapping[str, Any], done: int | None, heartbeat_at: datetime | None) -> float | None:
    """Give the records a second since the stage's process began; None: it has done none yet."""
    since = told.get("since")
    if done is None or since is None or heartbeat_at is None:
        return None
    seconds = (heartbeat_at - datetime.fromisoformat(since)).total_seconds()
    records = done - int(told.get("before", 0))
    return records / seconds if seconds > 0 and records > 0 else None

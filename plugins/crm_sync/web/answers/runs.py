"""Runs of an entity: the short form for lists, and everything that is known of one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm_sync.constants import SyncStatus
from crm_sync.web.answers.base import Answer


class RunShort(Answer):
    """One run, as a list of runs shows it."""

    id: int
    crm_source: str
    sync_type: str
    status: SyncStatus
    start_time: datetime
    end_time: datetime | None
    duration_s: float
    """Until now, while it works."""
    records_processed: int
    created: int
    updated: int
    unchanged: int
    deleted: int
    failed: int
    older: int
    """Of `unchanged`: rows that differ and are newer than the source's record."""
    duplicates: int
    records_per_s: float | None
    api_calls: int | None
    retries: int | None
    wait_s: float | None
    """Time spent waiting for the rate budget."""
    error_message: str | None
    mode: str | None
    """`full`, `delta` or `replay`; null where the run ended before its window was chosen."""
    since: datetime | None
    until: datetime | None
    complete: bool | None
    """Whether the watermark moved to `until`."""
    dag_id: str | None
    run_id: str | None


class Progress(Answer):
    """How far a run is that works at this moment."""

    stage: str
    """`fetch`, `transform`, `validate` or `save`."""
    fetched: int | None
    """Records that were read from the source."""
    expected: int | None
    """Records that the read will probably bring."""
    written: int
    """Records that were saved or rejected."""
    rate_per_s: float | None
    """Records a second, of the stage."""
    share: float | None
    """Of the stage, 0 to 1."""
    seconds_left: float | None
    """Of the stage."""
    heartbeat_at: datetime | None
    """Last sign of life of the process."""


class RunDetail(RunShort):
    """Everything that is known of one run."""

    notes: list[str]
    options: dict[str, Any]
    """The run's flags."""
    metrics: dict[str, Any]
    """All figures, by the names of performance_metrics."""
    task_ids: list[str]
    """The entity's tasks in Airflow, in their order."""
    log_url: str | None
    """The log of the task that ended the run, below Airflow's base URL."""
    open_rejects_of_run: int
    open_rejects_more: bool
    progress: Progress | None

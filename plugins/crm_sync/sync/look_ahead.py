"""Looks at what a run would read, by the run's own code, and asks the source how much that is."""

from __future__ import annotations

from crm_sync.constants import SyncMode
from crm_sync.exceptions import FatalSourceError, QuotaExhaustedError
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.pace import ask_length, get_pace
from crm_sync.sources.rest.refresh import Refresh
from crm_sync.sync.ahead import Ahead
from crm_sync.sync.crm import Stop
from crm_sync.sync.fetch_job import FetchJob
from crm_sync.sync.run import EntityRun
from crm_sync.sync.window import RunPlan


def look_ahead(run: EntityRun, *, stop: Stop) -> Ahead:
    """Choose the window of a run that is not begun, and ask the source about it; nothing is written.

    Raises:
        OptionsError: a flag does not fit the watermark.
        SourceError: the source can't be asked.
    """

    def ask(job: FetchJob, plan: RunPlan, request: ReadRequest) -> Ahead:
        count = _count(job, request)
        calls = float(job.source.metrics().get("api_calls", 0))
        if count is None and plan.mode is not SyncMode.REPLAY:
            count = _ask_length(job, request)
        refresh = Refresh(job.entity)
        refresh.begin(request)
        return Ahead(
            plan,
            request.page_size,
            request.max_records,
            count,
            calls,
            get_pace(job.source),
            refreshes=refresh.is_due(request),
        )

    return run.look_ahead(ask, stop=stop)


def count_source(run: EntityRun, *, stop: Stop) -> int | None:
    """Ask the source how many records it has; None: it does not say.

    Raises:
        SourceError: the source can't be asked.
    """
    return look_ahead(run, stop=stop).count


def _count(job: FetchJob, request: ReadRequest) -> int | None:
    try:
        return None if request.mode is SyncMode.REPLAY else job.source.count(request)
    except (QuotaExhaustedError, FatalSourceError):
        return None  # as in a run, where only its progress needs it


def _ask_length(job: FetchJob, request: ReadRequest) -> int | None:
    try:
        return ask_length(job.source, request)
    except (QuotaExhaustedError, FatalSourceError):
        return None

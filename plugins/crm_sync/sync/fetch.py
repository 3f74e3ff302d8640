"""The first stage: stores a source's pages as raw chunks, with checkpoints for a later try."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Any

from crm_sync.constants import SyncMode
from crm_sync.exceptions import (
    FatalSourceError,
    LongWaitError,
    PaginationLoopError,
    QuotaExhaustedError,
    SyncCancelledError,
)
from crm_sync.rest.loop_guard import PageCount
from crm_sync.sources.base import Page, ReadRequest, is_snapshot, name_error
from crm_sync.sources.shapes import shape_pages
from crm_sync.storage.history.history_rows import merge_metrics
from crm_sync.sync.checkpoint import Checkpoint
from crm_sync.sync.fetch_job import FetchJob, FetchOutcome, build_request
from crm_sync.sync.fetch_notes import remember_keys, take_labels, take_notes
from crm_sync.sync.pages import store_page
from crm_sync.sync.progress import ProgressLog
from crm_sync.sync.window import RunPlan, plan_run

log = logging.getLogger(__name__)


def fetch_entity(job: FetchJob) -> FetchOutcome:
    """Read the run's window into raw chunks; a repeated call goes on after the last stored page.

    Raises:
        OptionsError: a flag does not fit the watermark.
        SourceError: the CRM failed; what was staged stays.
        LongWaitError: a limit asks for a long pause; a call after it continues.
        SyncCancelledError: Airflow asked the task to end.
    """
    manifest = job.staging.manifest
    started = time.monotonic()
    try:
        plan = choose_plan(job)
        if not manifest.fetched:
            _read_pages(job, plan)
    except LongWaitError as wait:
        _note_wait(job, wait)
    plan = RunPlan.from_json(manifest.plan)
    metrics = {**manifest.metrics, "fetch_seconds": round(time.monotonic() - started, 3)}
    # parents without any link are no records, yet their rows have to go; without a watermark there may be no
    # table, and it is made even for nothing: watermark and resume point count for a table that is there
    may_lack_table = job.watermark is None and plan.mode is not SyncMode.REPLAY
    ends_here = not manifest.chunks and plan.sweep == "none" and not may_lack_table
    return FetchOutcome(plan, manifest.records, ends_here, metrics)


def choose_plan(job: FetchJob) -> RunPlan:
    """Give the plan of a run: the one that an earlier try made, or a new one, which the manifest then has.

    Raises:
        OptionsError: a flag does not fit the watermark.
        SourceError: the source's clock can't be asked.
    """
    manifest = job.staging.manifest
    if manifest.plan:
        plan = RunPlan.from_json(manifest.plan)
        log.info("Resuming after %s records of the first try.", f"{manifest.records:,}")
        return plan
    entity = job.entity
    manifest.own_options, manifest.origin = dict(job.options.extra), job.origin
    manifest.earlier_labels = {name: dict(paths) for name, paths in job.earlier_labels.items()}
    if job.resume and job.options.is_plain() and (resumed := _take_up(job, job.resume)) is not None:
        return resumed
    try:
        source_now = job.read_clock()
    except QuotaExhaustedError as error:
        _end_unread(job, str(error))
        return RunPlan.from_json(manifest.plan)
    plan = _make_plan(job, source_now)
    manifest.plan = plan.to_json()
    job.staging.save_manifest()
    span = "everything" if plan.since is None else f"changes since {plan.since.isoformat()}"
    why = " (a comparison with the whole source is due)" if plan.is_reconciliation else ""
    log.info("Starting %s %s sync: %s, %s%s", entity.crm_source, entity.sync_type, plan.mode, span, why)
    return plan


def _make_plan(job: FetchJob, source_now: datetime | None) -> RunPlan:
    return plan_run(
        job.entity,
        job.options,
        job.watermark,
        now=job.now(),
        source_now=source_now,
        reads_whole=job.source.reads_whole,
    )


def _note_wait(job: FetchJob, wait: LongWaitError) -> None:
    """Count a pause that outlasts the process's client; end reading if the pauses are too long in total.

    Raises:
        LongWaitError: the same, while the total is within `max_wait_s`.
    """
    metrics = job.staging.manifest.metrics
    waited_s = metrics.get("rate_limit_wait_seconds", 0) + max(0.0, (wait.until - job.now()).total_seconds())
    if waited_s > job.max_wait_s:
        _end_unread(job, f"waiting for {wait.limit_name} would take over {job.max_wait_s:.0f} s in all.")
        return
    metrics["rate_limit_wait_seconds"] = waited_s
    job.staging.save_manifest()
    raise wait


def _end_unread(job: FetchJob, reason: str) -> None:
    """End reading before the source did: staged records are saved, and the next default run continues."""
    manifest = job.staging.manifest
    manifest.can_resume = bool(manifest.plan)
    plan = RunPlan.from_json(manifest.plan) if manifest.plan else _make_plan(job, None)
    manifest.plan = replace(plan, sweep="none").to_json()
    manifest.incomplete_reason, manifest.fetched = reason, True
    job.staging.save_manifest()


def _count(job: FetchJob, request: ReadRequest) -> int | None:
    try:
        return None if request.mode is SyncMode.REPLAY else job.source.count(request)
    except (QuotaExhaustedError, FatalSourceError):
        return None  # only the progress lines need it; if there is a fault, reading will meet it, too


def _take_up(job: FetchJob, resume: dict[str, Any]) -> RunPlan | None:
    """Continue where a quota cut off an earlier run's read: the same window, with its cursors.

    None if that run had other flags of the CRM's own, or its resume point has another version: then
    everything is read again.
    """
    manifest, entity = job.staging.manifest, job.entity
    try:
        plan = RunPlan.from_json(resume["plan"]).resume(is_first=job.is_first)
        cursors = dict(resume["cursors"])
        labels = dict(resume.get("labels") or {})
        is_same_read = resume["own_options"] == manifest.own_options
    except (KeyError, TypeError, ValueError):
        log.warning("The resume point of an earlier run can't be read; its window is read again.")
        return None
    if not is_same_read:
        return None
    manifest.plan, manifest.cursors, manifest.labels = plan.to_json(), cursors, labels
    job.staging.save_manifest()
    log.info(
        "Starting %s %s sync: %s, going on where a quota stopped the previous run, window up to %s",
        *(entity.crm_source, entity.sync_type, plan.mode, plan.until.isoformat()),
    )
    return plan


def _read_pages(job: FetchJob, plan: RunPlan) -> None:
    staging, manifest = job.staging, job.staging.manifest
    request = build_request(job, plan)
    earlier, total = dict(manifest.metrics), _count(job, request)
    job.expect(total)
    if job.warn is not None and not manifest.cursors:
        warning = job.warn(plan, request, total)
        take_notes(job, [warning] if warning else [])
    progress = ProgressLog("Fetched", total=total, done=manifest.records)
    read = job.source.read_pages(request, dict(manifest.cursors))
    # what is replayed was shaped when it was fetched
    with closing(read if plan.mode is SyncMode.REPLAY else shape_pages(job.entity, read)) as pages:
        checkpoint = Checkpoint(
            staging,
            read_metrics=lambda: merge_metrics(earlier, job.source.metrics()),
            every_s=job.checkpoint_s,
        )
        try:
            _store_pages(job, pages, checkpoint, progress)
        finally:
            take_notes(job)
            take_labels(job)
            checkpoint.save()
    left_unread = job.source.incomplete_reason or plan.unread_reason
    manifest.incomplete_reason = manifest.incomplete_reason or left_unread
    manifest.can_resume = job.source.can_resume
    manifest.source, manifest.is_snapshot = job.source.describe(), is_snapshot(job.source)
    remember_keys(job, plan)
    if not job.source.is_whole:
        manifest.plan["sweep"] = "none"
    scope = job.source.sweep_scope
    manifest.sweep_scope = None if scope is None else scope.to_json()
    manifest.metrics = merge_metrics(earlier, job.source.metrics())
    manifest.fetched = True
    staging.save_manifest()
    progress.close()


def _store_pages(job: FetchJob, pages: Iterator[Page], checkpoint: Checkpoint, progress: ProgressLog) -> None:
    staging, manifest, entity = job.staging, job.staging.manifest, job.entity
    count = PageCount(entity.max_pages)
    while True:
        if job.stop():
            raise SyncCancelledError(
                f"Stopped from Airflow after {manifest.records:,} records; they are kept."
            )
        limit = job.options.max_records
        if limit and manifest.records >= limit:
            manifest.incomplete_reason = f"max_records {limit:,} left the rest unread."
            break
        page = next(pages, None)
        if page is None:
            break
        try:
            count.add()
        except PaginationLoopError as error:
            name_error(error, entity)
            raise
        take_notes(job)
        take_labels(job)
        checkpoint.begin_page()
        store_page(staging, entity, page, room=limit - manifest.records if limit else None)
        checkpoint.end_page(is_landmark=page.is_landmark)
        progress.advance(manifest.records)

"""The first stage: a source's pages into raw chunks, with checkpoints from which a later try goes on."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from crm_sync.config.models import EntityConfig
from crm_sync.config.run_options import RunOptions
from crm_sync.constants import DEFAULT_BATCH_SIZE, SyncMode
from crm_sync.exceptions import PaginationLoopError, SyncCancelledError
from crm_sync.sources.base import Page, ParentReader, ReadRequest, Source
from crm_sync.storage.staging import RawChunk, Staging
from crm_sync.sync.checkpoint import Checkpoint
from crm_sync.sync.progress import ProgressLog
from crm_sync.sync.window import RunPlan, Watermark, plan_run

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FetchJob:
    """What a fetch needs.

    Args:
        entity: the entity's configuration.
        options: the run's flags.
        staging: the run's folder, new or left by an earlier try.
        source: where the records come from.
        watermark: state left by earlier runs, None for the first.
        read_parents: gives the ids whose links are to be read, for sources that need parents.
        stop: True once Airflow asked the task to end.
        now: the worker's clock, aware UTC.
        checkpoint_s: least seconds between two checkpoints; at 20 calls a second each page has its own.
        resume: the resume point that an earlier run left, None: there is none.
    """

    entity: EntityConfig
    options: RunOptions
    staging: Staging
    source: Source
    watermark: Watermark | None = None
    read_parents: ParentReader | None = None
    stop: Callable[[], bool] = lambda: False
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    checkpoint_s: float = 0.05
    resume: dict[str, Any] | None = None


@dataclass(frozen=True)
class FetchOutcome:
    """What a fetch left in its folder.

    Args:
        plan: what the run reads.
        records: records staged, by all tries together.
        ends_here: nothing changed and nothing has to be swept: the other stages have nothing to do.
        metrics: figures for the history row.
    """

    plan: RunPlan
    records: int
    ends_here: bool
    metrics: dict[str, float]


def fetch_entity(job: FetchJob) -> FetchOutcome:
    """Read the run's window into raw chunks; a repeated call goes on after the last stored page.

    Raises:
        OptionsError: a flag does not fit the watermark.
        SourceError: the CRM failed; what was staged stays.
        SyncCancelledError: Airflow asked the task to end.
    """
    manifest = job.staging.manifest
    started = time.monotonic()
    plan = _load_plan(job)
    if not manifest.fetched:
        _read_pages(job, plan)
        plan = RunPlan.from_json(manifest.plan)
    metrics = {**manifest.metrics, "fetch_seconds": round(time.monotonic() - started, 3)}
    # parents without any link are no records, yet their rows have to go
    ends_here = not manifest.chunks and plan.sweep == "none"
    return FetchOutcome(plan, manifest.records, ends_here, metrics)


def _load_plan(job: FetchJob) -> RunPlan:
    manifest = job.staging.manifest
    if manifest.plan:
        plan = RunPlan.from_json(manifest.plan)
        log.info("Resuming after %s records of the first try.", f"{manifest.records:,}")
        return plan
    entity = job.entity
    manifest.own_options = dict(job.options.extra)
    if job.resume and job.options.is_plain() and job.resume["own_options"] == manifest.own_options:
        return _take_up(job, job.resume)
    plan = plan_run(
        entity,
        job.options,
        job.watermark,
        now=job.now(),
        source_now=job.source.read_clock(),
        reads_whole=job.source.reads_whole,
    )
    manifest.plan = plan.to_json()
    job.staging.save_manifest()
    span = "everything" if plan.since is None else f"changes since {plan.since.isoformat()}"
    why = " (the whole source is due to be compared)" if plan.is_reconciliation else ""
    log.info("Starting %s %s sync: %s, %s%s", entity.crm_source, entity.sync_type, plan.mode, span, why)
    return plan


def _take_up(job: FetchJob, resume: dict[str, Any]) -> RunPlan:
    """Go on where an earlier run's read was cut off by a quota: same window, its cursors.

    That run's records are saved; what it saw is not known any more, so nothing is swept.
    """
    manifest, entity = job.staging.manifest, job.entity
    plan = replace(RunPlan.from_json(resume["plan"]), sweep="none")
    manifest.plan, manifest.cursors = plan.to_json(), dict(resume["cursors"])
    job.staging.save_manifest()
    log.info(
        "Starting %s %s sync: %s, going on where a quota stopped the run before, window up to %s",
        *(entity.crm_source, entity.sync_type, plan.mode, plan.until.isoformat()),
    )
    return plan


def _read_pages(job: FetchJob, plan: RunPlan) -> None:
    staging, manifest = job.staging, job.staging.manifest
    request = _build_request(job, plan)
    earlier = dict(manifest.metrics)
    total = job.source.count(request) if plan.mode is not SyncMode.REPLAY else None
    progress = ProgressLog("Fetched", total=total, done=manifest.records)
    with closing(job.source.read_pages(request, dict(manifest.cursors))) as pages:
        checkpoint = Checkpoint(
            staging, read_metrics=lambda: _add(earlier, job.source.metrics()), every_s=job.checkpoint_s
        )
        try:
            _store_pages(job, pages, checkpoint, progress)
        finally:
            checkpoint.save()
    manifest.incomplete_reason = (
        manifest.incomplete_reason or job.source.incomplete_reason or plan.unread_reason
    )
    manifest.can_resume = job.source.can_resume
    manifest.source = job.source.describe()
    if not job.source.is_whole:
        manifest.plan["sweep"] = "none"
    manifest.metrics = _add(earlier, job.source.metrics())
    manifest.fetched = True
    staging.save_manifest()
    progress.close()


def _store_pages(job: FetchJob, pages: Iterator[Page], checkpoint: Checkpoint, progress: ProgressLog) -> None:
    staging, manifest, entity = job.staging, job.staging.manifest, job.entity
    for number in itertools.count(1):
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
        if number > entity.max_pages:
            raise PaginationLoopError(
                f"{entity.crm_source} {entity.sync_type}: more than max_pages {entity.max_pages:,} pages."
            )
        checkpoint.begin_page()
        _store_page(staging, entity, page, room=limit - manifest.records if limit else None)
        checkpoint.end_page()
        progress.advance(manifest.records)


def _build_request(job: FetchJob, plan: RunPlan) -> ReadRequest:
    entity, asked = job.entity, job.options.batch_size
    page_size = entity.page_size if asked == DEFAULT_BATCH_SIZE else min(asked, entity.max_page_size)
    if asked > entity.max_page_size:
        log.info("batch_size %d is above the vendor's maximum: %d is used.", asked, page_size)
    return ReadRequest(
        entity=entity,
        mode=plan.mode,
        since=plan.since,
        until=plan.until,
        page_size=page_size,
        max_records=job.options.max_records,
        own_options=dict(job.options.extra),
        parents=job.read_parents,
        previous=(job.watermark.source or {}) if job.watermark else {},
        must_read=job.options.full or job.options.force or plan.is_reconciliation,
    )


def _store_page(staging: Staging, entity: EntityConfig, page: Page, *, room: int | None) -> None:
    """Append a page to the current chunk, cut to what `max_records` leaves, and note its cursor."""
    manifest = staging.manifest
    kept = page if room is None or page.records <= room else page.head(room)
    parents = kept.parents if kept.parents is not None and kept.parents.height else None
    if kept.records or parents is not None:
        # one chunk for both: the save of a chunk replaces the link sets of the parents noted with it
        chunk = _current_chunk(staging, entity, "ndjson" if kept.frame is None else "parquet")
        if kept.lines is not None:
            staging.append_lines(chunk, kept.lines)
        elif kept.frame is not None:
            staging.append_frame(chunk, kept.frame)
        if parents is not None:
            staging.append_parents(chunk, parents)
        chunk.records += kept.records
        chunk.key_paths = _merge_paths(chunk, kept)
        manifest.records += kept.records
    manifest.cursors[page.cursor_key] = page.cursor


def _current_chunk(staging: Staging, entity: EntityConfig, suffix: str) -> RawChunk:
    chunks = staging.manifest.chunks
    last = chunks[-1] if chunks else None
    if (
        last is None
        or last.suffix != suffix
        or last.records >= entity.chunk_records
        or last.bytes >= entity.chunk_bytes
    ):
        chunks.append(RawChunk(number=len(chunks), suffix=suffix, key_paths=[]))
    return chunks[-1]


def _merge_paths(chunk: RawChunk, page: Page) -> list[str] | None:
    if page.key_paths is None or chunk.key_paths is None:
        return None
    known = set(chunk.key_paths)
    return chunk.key_paths if page.key_paths <= known else sorted(known | page.key_paths)


def _add(first: dict[str, float], second: dict[str, float]) -> dict[str, float]:
    sums: dict[str, Any] = {key: first.get(key, 0) + second.get(key, 0) for key in {*first, *second}}
    if "clock_skew_seconds" in sums:  # a skew is measured, not summed
        sums["clock_skew_seconds"] = second.get("clock_skew_seconds", first.get("clock_skew_seconds", 0))
    return sums

"""A fetch's input, its request to the source, and its result."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crm_sync.config.models import EntityConfig
from crm_sync.config.run_options import RunOptions
from crm_sync.constants import DEFAULT_BATCH_SIZE
from crm_sync.fields.labels import Labels, settle_labels
from crm_sync.sources.base import ParentReader, ReadRequest, Source
from crm_sync.storage.history.watermark import Watermark
from crm_sync.storage.rows.sweep import SweepJob
from crm_sync.storage.rows.sweep_scope import SweepScope
from crm_sync.storage.staging import Staging
from crm_sync.sync.origin import Origin
from crm_sync.sync.raw_keys import read_raw_keys
from crm_sync.sync.window import RunPlan

if TYPE_CHECKING:
    import polars as pl

log = logging.getLogger(__name__)

MAX_WAIT_S = 6 * 3600
"""Longest total wait of a run whose source names none of its own."""
_NO_RUN = 0
"""A history id that no run has, for when nothing of this run is in the table yet."""


@dataclass(frozen=True)
class FetchJob:
    """The input of a fetch.

    Args:
        entity: the entity's configuration.
        options: the run's flags.
        staging: the run's folder, new or left by an earlier try.
        source: where the records come from.
        watermark: state left by earlier runs, None for the first.
        read_parents: gives the ids whose links are to be read, for sources that need parents.
        count_absent: counts the rows that a sweep with these keys would take as deleted; None: unknown.
        expect: is told how many records the source says there are; None: it can't say.
        stop: True once Airflow asked the task to end.
        now: the worker's clock, aware UTC.
        second_clock: asked where a source that is read by changes has no clock, so that a worker's that is
            ahead moves no watermark into the future; None: there is none.
        checkpoint_s: least seconds between two checkpoints; at 10 calls a second each page has its own.
        resume: the resume point that an earlier run left, None: there is none.
        earlier_labels: what earlier runs filled columns by label from.
        max_wait_s: longest total wait for limits, deferrals included; then the run ends as partial.
        origin: which account is read and by which words.
        is_moved: earlier runs read another account, or by other words, so their state does not count.
        warn: given the plan, the request and the source's count, says before the first page why the read
            can't be finished today; None: nobody looks.
    """

    entity: EntityConfig
    options: RunOptions
    staging: Staging
    source: Source
    watermark: Watermark | None = None
    read_parents: ParentReader | None = None
    count_absent: Callable[[SweepJob, Iterable[pl.DataFrame]], int] | None = None
    expect: Callable[[int | None], None] = lambda _: None
    stop: Callable[[], bool] = lambda: False
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    second_clock: Callable[[], datetime] | None = None
    checkpoint_s: float = 0.1
    resume: dict[str, Any] | None = None
    earlier_labels: Labels = field(default_factory=dict)
    max_wait_s: float = MAX_WAIT_S
    origin: Origin = field(default_factory=dict)
    is_moved: bool = False
    warn: Callable[[RunPlan, ReadRequest, int | None], str | None] | None = None

    @property
    def is_first(self) -> bool:
        """Whether no run before this one has read the entity, so that the table had no rows to compare."""
        return self.watermark is None and not self.is_moved

    def read_clock(self) -> datetime | None:
        """Give the source's clock, or else the second one; None: there is neither, or it decides nothing."""
        moment = self.source.read_clock()
        if moment is not None or self.second_clock is None or self.source.reads_whole:
            return moment
        return self.second_clock()


@dataclass(frozen=True)
class FetchOutcome:
    """The result of a fetch, whose records are in its folder.

    Args:
        plan: what the run reads.
        records: records staged, by all tries together.
        ends_here: nothing changed and nothing has to be swept, so the other stages have nothing to do.
        metrics: figures for the history row.
    """

    plan: RunPlan
    records: int
    ends_here: bool
    metrics: dict[str, float]


def build_request(job: FetchJob, plan: RunPlan) -> ReadRequest:
    """Build the request for the source; a page size above the vendor's maximum is reduced to it."""
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
        labels=job.staging.manifest.labels,
        earlier_labels=job.earlier_labels,
        previous=(job.watermark.source or {}) if job.watermark else {},
        known_walks=plan.known_walks,
        bookmarks=plan.bookmarks,
        count_absent=_build_count(job, plan),
        must_read=job.options.full or job.options.force or plan.is_reconciliation,
        is_forced=job.options.force,
    )


def _build_count(job: FetchJob, plan: RunPlan) -> Callable[[SweepScope | None], int] | None:
    """Give a function that counts the rows to be taken as deleted; None: the run takes none as deleted."""
    ask, mode = job.count_absent, plan.sweep
    if ask is None or mode == "none":
        return None

    def count(scope: SweepScope | None) -> int:
        sweep = SweepJob(job.entity, _NO_RUN, mode=mode, force=plan.force, scope=scope)
        entity = settle_labels(job.entity, job.staging.manifest.labels)
        return ask(sweep, read_raw_keys(job.staging, entity))

    return count

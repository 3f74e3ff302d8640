"""Puts together what the fetch of a run works with: the source, and what earlier runs left behind."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.config.run_options import RunOptions
from crm_sync.fields.labels import has_labels
from crm_sync.sources.base import Source
from crm_sync.sources.replay import ReplaySource
from crm_sync.storage.connections import Connect, KeptConnection
from crm_sync.storage.history.emptied_table import is_emptied
from crm_sync.storage.history.known_labels import read_labels
from crm_sync.storage.history.resume_points import read_resume_point
from crm_sync.storage.history.watermark import read_watermark
from crm_sync.storage.replay_part import ReplayPart
from crm_sync.storage.rows.absent_rows import count_absent
from crm_sync.storage.rows.parents import read_parent_ids
from crm_sync.storage.staging import Staging
from crm_sync.sync.crm import Crm, Stop
from crm_sync.sync.fetch_job import MAX_WAIT_S, FetchJob
from crm_sync.sync.fetch_start import read_clock, read_warehouse_clock
from crm_sync.sync.live_progress import LiveProgress
from crm_sync.sync.origin import describe_origin, find_change
from crm_sync.sync.quota_warning import QuotaWarning

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobMaker:
    """Makes the job of one fetch.

    Args:
        source: configuration of the CRM.
        entity: configuration of the entity.
        options: the run's flags, checked.
        connect: makes a warehouse connection.
        kept: the run's own one.
        crm: where the records come from.
        live: takes the progress.
        clock: the worker's, aware UTC.
    """

    source: SourceConfig
    entity: EntityConfig
    options: RunOptions
    connect: Connect
    kept: KeptConnection
    crm: Crm
    live: LiveProgress
    clock: Callable[[], datetime]

    def open_source(self, stop: Stop) -> Source:
        """Open the CRM, or the rejected records that are to be replayed."""
        if self.options.replay_rejected:
            return ReplaySource(self.kept, self.entity, ReplayPart.of(self.options))
        return self.crm.open_source(self.entity, stop=stop)

    def build(self, staging: Staging, source: Source, stop: Stop) -> FetchJob:
        """Build the job; the run's connection is closed, because reading may take hours."""
        entity, connect, rest = self.entity, self.kept, self.source.rest
        origin = describe_origin(entity, staging.manifest.mark.get("connection", ""))
        watermark, resume = read_watermark(connect, entity), read_resume_point(connect, entity)
        change = None if watermark is None else find_change(watermark.origin, origin)
        is_known = (watermark, resume) != (None, None)
        if has_lost_all := is_known and is_emptied(connect, entity):
            change = "its table has no row any more, though earlier runs wrote some"
        if change is not None and not self.options.replay_rejected:
            log.warning(
                "%s %s is read as if for the first time: %s.", entity.crm_source, entity.sync_type, change
            )
        # the run that was cut off may have been the first one of this origin
        is_other_read = has_lost_all or find_change((resume or {}).get("origin"), origin) is not None
        job = FetchJob(
            entity=entity,
            options=self.options,
            staging=staging,
            source=source,
            watermark=watermark if change is None else None,
            resume=None if is_other_read else resume,
            origin=origin,
            is_moved=change is not None,
            read_parents=partial(read_parent_ids, connect, self.source),
            count_absent=partial(count_absent, connect),
            expect=self.live.expect,
            stop=stop,
            now=lambda: read_clock(self.connect, entity, self.clock()),
            second_clock=partial(read_warehouse_clock, self.connect),
            earlier_labels=read_labels(connect, entity) if has_labels(entity) else {},
            max_wait_s=MAX_WAIT_S if rest is None else rest.max_wait_s,
            warn=QuotaWarning(self.connect, self.source, entity, source),
        )
        connect.close()
        return job

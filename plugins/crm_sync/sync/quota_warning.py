"""Says before the first page of a run that the day's quota is not enough for it."""

from __future__ import annotations

from dataclasses import dataclass

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.constants import SyncMode
from crm_sync.sources.base import ReadRequest, Source
from crm_sync.sources.pace import get_pace
from crm_sync.storage.connections import Connect
from crm_sync.sync.ahead import Ahead
from crm_sync.sync.estimate import estimate_run
from crm_sync.sync.window import RunPlan


@dataclass(frozen=True)
class QuotaWarning:
    """Looks ahead when a run has its plan and has read nothing yet.

    Args:
        connect: makes a warehouse connection.
        source: configuration of the CRM.
        entity: configuration of the entity.
        opened: the source, open.
    """

    connect: Connect
    source: SourceConfig
    entity: EntityConfig
    opened: Source

    def __call__(self, plan: RunPlan, request: ReadRequest, count: int | None) -> str | None:
        """Give the sentence for log and history; None: the quota is enough, or nobody knows.

        Args:
            plan: of the run.
            request: to the source.
            count: records, as the source says.
        """
        pace = get_pace(self.opened)
        if not pace.calls_per_day or plan.mode is SyncMode.REPLAY:
            return None
        calls = float(self.opened.metrics().get("api_calls", 0))
        ahead = Ahead(plan, request.page_size, request.max_records, count, calls, pace)
        return estimate_run(self.connect, self.source, self.entity, ahead).warning

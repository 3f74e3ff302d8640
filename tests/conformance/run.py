"""One run of one entity, as the driver fills it stage by stage."""

from __future__ import annotations

from dataclasses import dataclass

from crm_sync.config.models import EntityConfig
from crm_sync.storage.history.history_rows import HistoryRow
from crm_sync.storage.staging import Staging
from crm_sync.sync.fetch_job import FetchOutcome
from crm_sync.sync.run import EntityRun
from crm_sync.sync.save import SaveResult
from crm_sync.sync.window import RunPlan


@dataclass
class Run:
    """One run of one entity.

    Args:
        made: the product's own run, which does the work.
        outcome: of fetch.
        result: of save, None where fetch ended the run.
        history: the row at the end.
    """

    made: EntityRun
    outcome: FetchOutcome | None = None
    result: SaveResult | None = None
    history: HistoryRow | None = None

    @property
    def entity(self) -> EntityConfig:
        """Its configuration."""
        return self.made.entity

    @property
    def history_id(self) -> int | None:
        """The row, None for a dry run."""
        return self.made.history_id

    @property
    def staging(self) -> Staging | None:
        """Its folder, gone after a save without `debug`."""
        return self.made.staging

    @property
    def plan(self) -> RunPlan:
        """What the run read."""
        assert self.outcome is not None
        return self.outcome.plan

    @property
    def row(self) -> HistoryRow:
        """The history row."""
        assert self.history is not None
        return self.history

    @property
    def is_complete(self) -> bool:
        """Whether the run moves the watermark."""
        return bool(self.row.configuration.get("window", {}).get("complete"))

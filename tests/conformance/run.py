"""One run of one entity, as the driver fills it stage by stage."""

from __future__ import annotations

from dataclasses import dataclass

from crm_sync.config.models import EntityConfig
from crm_sync.config.run_options import RunOptions
from crm_sync.storage.history.history_rows import HistoryRow
from crm_sync.storage.staging import Staging
from crm_sync.sync.fetch_job import FetchOutcome
from crm_sync.sync.save import SaveResult
from crm_sync.sync.window import RunPlan


@dataclass
class Run:
    """One run of one entity.

    Args:
        entity: its configuration.
        options: the flags.
        run_id: as Airflow would name it; the same for a retry.
        history_id: row of the run, None for a dry run.
        staging: its folder.
        outcome: of fetch.
        result: of save, None where fetch ended the run or for a dry run.
        history: the row at the end.
    """

    entity: EntityConfig
    options: RunOptions
    run_id: str
    history_id: int | None = None
    staging: Staging | None = None
    outcome: FetchOutcome | None = None
    result: SaveResult | None = None
    history: HistoryRow | None = None

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

"""The fetch task: from the CRM into raw chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import DownstreamTasksSkipped

from crm_sync.exceptions import LongWaitError
from crm_sync.operators.stage import CrmStageOperator
from crm_sync.sync.news import tell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow.sdk import Context

    from crm_sync.sync.run import EntityRun


class CrmFetchOperator(CrmStageOperator):
    """Reads the run's window; an empty delta closes the history row and skips the other stages.

    Args:
        every_s: seconds between two reads in scheduled runs; 0: each of them reads.
        kwargs: the base's arguments.
    """

    # Airflow keeps these of a stored DAG, so the scheduler knows the rhythm
    template_fields: Sequence[str] = ("every_s",)

    def __init__(self, *, every_s: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.every_s = every_s

    def work(self, run: EntityRun, context: Context) -> dict[str, Any]:
        """Fetch, and return the reference to the staged files."""
        try:
            outcome = run.fetch(stop=self.is_stopped)
        except LongWaitError as wait:
            self._defer_for(wait)
        if outcome.ends_here:
            self.tell_end(run, run.closed)
            self.note_complete(run, context)
            from crm_sync.telemetry.metrics import report_run

            report_run(run)
            self.note_dry_run(run, context)
            skip: Callable[..., Exception] = DownstreamTasksSkipped
            raise skip(tasks=[f"{self.sync_type}.{stage}" for stage in ("transform", "validate", "save")])
        return run.reference()

    def resume(self, context: Context, event: object = None) -> dict[str, Any]:
        """Continue after a deferral: the manifest has the last stored page."""
        reference: dict[str, Any] = self.execute(context)
        return reference

    def get_openlineage_facets_on_complete(self, task_instance: object) -> Any:
        """Tell OpenLineage what was read; called by its provider."""
        if self._worked_on is None:
            return None
        from crm_sync.telemetry.lineage import build_fetch_lineage

        return build_fetch_lineage(self._worked_on.entity)

    def _defer_for(self, wait: LongWaitError) -> None:
        from airflow.providers.standard.triggers.temporal import DateTimeTrigger

        tell("wait", until=wait.until.isoformat(), limit=wait.limit_name)
        self.log.info("Waiting until %s for %s; the worker is free until then.", wait.until, wait.limit_name)
        self.defer(trigger=DateTimeTrigger(moment=wait.until), method_name="resume")

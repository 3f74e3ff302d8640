"""The save task: typed chunks minus verdicts into PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowSkipException

from crm_sync.operators.stage import CrmStageOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from crm_sync.sync.run import EntityRun


class CrmSaveOperator(CrmStageOperator):
    """Writes the target table and closes the history row in the transaction of the last chunk."""

    def work(self, run: EntityRun, context: Context) -> dict[str, Any]:
        """Save every remaining chunk.

        Raises:
            AirflowSkipException: a dry run; a skipped task sends no asset event.
        """
        result = run.save(stop=self.is_stopped)
        self.tell_end(run, result)
        if run.history_id is None:
            self.note_dry_run(run, context)
            raise AirflowSkipException(
                "Dry run: nothing was written; the log above says what would have been."
            )
        from crm_sync.telemetry.metrics import report_run

        report_run(run)
        figures: dict[str, Any] = result.to_json()
        self.announce(context, figures)
        self.note_complete(run, context)
        return {**run.reference(), **figures}

    def get_openlineage_facets_on_complete(self, task_instance: object) -> Any:
        """Tell OpenLineage from which fields the table's columns come; called by its provider."""
        run = self._worked_on
        if run is None or run.closed is None:
            return None
        from crm_sync.fields.labels import settle_labels
        from crm_sync.telemetry.lineage import build_save_lineage

        found = run.staging.manifest.labels if run.staging is not None else {}
        return build_save_lineage(run.source, settle_labels(run.entity, found), run.closed.to_json())

    def announce(self, context: Context, figures: dict[str, Any]) -> None:
        """Send the figures, and which run they are of, along with the asset event."""
        run = self._worked_on
        of_run = {} if run is None else {"sync_history_id": run.history_id}
        for asset in self.outlets:
            context["outlet_events"][asset].extra = {**figures, **of_run}

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
        if run.history_id is None:
            self.note_dry_run(run, context)
            raise AirflowSkipException(
                "Dry run: nothing was written; the log above says what would have been."
            )
        figures: dict[str, Any] = result.to_json()
        self.announce(context, figures)
        self.note_complete(run, context)
        return {**run.reference(), **figures}

    def announce(self, context: Context, figures: dict[str, Any]) -> None:
        """Send the figures along with the asset event."""
        for asset in self.outlets:
            context["outlet_events"][asset].extra = figures

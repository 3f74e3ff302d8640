"""The save task: typed chunks minus verdicts into PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk.exceptions import AirflowSkipException

from crm_sync.constants import Stage
from crm_sync.operators.stage import CrmStageOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from crm_sync.entity_run import EntityRun


class CrmSaveOperator(CrmStageOperator):
    """Writes the target table and closes the history row in the transaction of the last chunk."""

    stage: ClassVar[Stage] = Stage.SAVE

    closes_history: ClassVar[bool] = True

    def work(self, run: EntityRun, context: Context) -> dict[str, Any]:
        """Save every chunk that isn't saved yet.

        Raises:
            AirflowSkipException: a dry run; a skipped task sends no asset event.
        """
        from crm_sync.sync.save import save_entity

        staging = run.open_staging()
        result = save_entity(
            run.entity,
            staging,
            run.connect,
            history_id=run.history_id,
            stop=self.is_stopped,
        )
        if not run.options.debug:
            staging.remove()
        if run.history_id is None:
            raise AirflowSkipException(
                "Dry run: nothing was written; the log above says what would have been."
            )
        figures: dict[str, Any] = result.to_json()
        self.announce(context, figures)
        return {**run.reference(), **figures}

    def announce(self, context: Context, figures: dict[str, Any]) -> None:
        """Send the figures along with the asset event."""
        for asset in self.outlets:
            context["outlet_events"][asset].extra = figures

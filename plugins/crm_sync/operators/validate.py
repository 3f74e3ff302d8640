"""The validate task: typed chunks to verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crm_sync.operators.stage import CrmStageOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from crm_sync.sync.run import EntityRun


class CrmValidateOperator(CrmStageOperator):
    """Says which rows must not be saved, and why."""

    def work(self, run: EntityRun, context: Context) -> dict[str, Any]:
        """Validate every remaining typed chunk."""
        run.validate(stop=self.is_stopped)
        return run.reference()

"""The transform task: raw chunks to typed chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crm_sync.operators.stage import CrmStageOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from crm_sync.sync.run import EntityRun


class CrmTransformOperator(CrmStageOperator):
    """Turns the CRM's records into the columns of the target table."""

    def work(self, run: EntityRun, context: Context) -> dict[str, Any]:
        """Transform every remaining raw chunk."""
        run.transform(stop=self.is_stopped)
        return run.reference()

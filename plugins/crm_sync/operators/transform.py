"""The transform task: raw chunks to typed chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from crm_sync.constants import Stage
from crm_sync.operators.stage import CrmStageOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from crm_sync.entity_run import EntityRun


class CrmTransformOperator(CrmStageOperator):
    """Turns what the CRM sent into the columns of the target table."""

    stage: ClassVar[Stage] = Stage.TRANSFORM

    def work(self, run: EntityRun, context: Context) -> dict[str, Any]:
        """Transform every raw chunk that isn't transformed yet."""
        from crm_sync.sync.chunks import transform_chunks

        run.metrics.update(transform_chunks(run.entity, run.open_staging(), stop=self.is_stopped))
        return run.reference()

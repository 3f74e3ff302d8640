"""The validate task: typed chunks to verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from crm_sync.constants import Stage
from crm_sync.operators.stage import CrmStageOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from crm_sync.entity_run import EntityRun


class CrmValidateOperator(CrmStageOperator):
    """Says which rows must not be saved, and why."""

    stage: ClassVar[Stage] = Stage.VALIDATE

    def work(self, run: EntityRun, context: Context) -> dict[str, Any]:
        """Validate every typed chunk that isn't validated yet."""
        from crm_sync.sync.chunks import validate_chunks

        skip = run.options.skip_validation
        run.metrics.update(
            validate_chunks(run.entity, run.open_staging(), skip_validation=skip, stop=self.is_stopped)
        )
        return run.reference()

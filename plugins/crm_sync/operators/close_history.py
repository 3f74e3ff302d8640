"""The teardown task: closes every history row that a killed task of its run left open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

if TYPE_CHECKING:
    from pathlib import Path

    from airflow.sdk import Context


class CrmCloseHistoryOperator(BaseOperator):
    """Closes the run's rows that are still `running` and whose owner is dead.

    Args:
        crm_source: CRM of this DAG.
        configs: folder of the YAML, see `build_dag`; None takes the one of `configs_dir`.
        kwargs: BaseOperator's own arguments.
    """

    def __init__(self, *, crm_source: str, configs: Path | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.configs = configs
        self.crm_source = crm_source

    def execute(self, context: Context) -> list[int]:
        """Close the rows that are left; an owner that still holds its lock closes its row itself.

        Returns:
            Ids of the rows that were closed.
        """
        from crm_sync.config.loader import load_source
        from crm_sync.hooks.warehouse import build_connect
        from crm_sync.settings import configs_dir
        from crm_sync.storage.history.abandoned_runs import close_abandoned

        source = load_source(self.configs or configs_dir(), self.crm_source)
        connect, ti = build_connect(source.warehouse_connection_id), context["ti"]
        closed = close_abandoned(connect, ti.dag_id, ti.run_id)
        for history_id in closed:
            self.log.warning(
                "History row %d was left running by a lost worker: closed as failed.", history_id
            )
        return closed

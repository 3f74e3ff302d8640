"""The DAG `crm_sync_health`: one task that fails as long as an entity is not as it should be."""

from __future__ import annotations

import inspect
from pathlib import Path

import pendulum
from airflow.sdk import DAG

from crm_sync.operators.health import CrmHealthOperator
from crm_sync.settings import configs_beside

_TEXT = """Looks at the history of every CRM that has run, and fails with one sentence for each entity that
failed, is late by its schedule, was never read completely, or fails too often. `crm-sync status` says the
same; `docs/operations.md` has what to do.
"""


def build_health_dag(*, schedule: str | None, configs: Path | None = None) -> DAG:
    """Build the DAG `crm_sync_health`.

    Args:
        schedule: cron expression; None: it runs only when it is triggered.
        configs: folder with one folder per CRM; None takes the folder `configs` beside the calling file.

    Raises:
        ConfigError: there is no such folder.
    """
    if configs is None:
        frame = inspect.currentframe()
        caller = None if frame is None else frame.f_back
        configs = configs_beside(Path(caller.f_globals["__file__"] if caller else __file__).absolute())
    with DAG(
        dag_id="crm_sync_health",
        description="Fails with one sentence for each entity that needs a look",
        schedule=schedule,
        start_date=pendulum.datetime(2025, 1, 1),
        catchup=False,
        max_active_runs=1,
        tags=["crm_sync"],
        doc_md=_TEXT,
    ) as dag:
        CrmHealthOperator(task_id="look", configs=configs, retries=2, doc_md=_TEXT)
    return dag

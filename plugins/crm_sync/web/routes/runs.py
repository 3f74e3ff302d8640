"""Everything that is known of one run, and how far it is while it works."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query

from crm_sync.constants import Stage
from crm_sync.insight.progress import read_progress
from crm_sync.insight.reject_pages import count_of_run
from crm_sync.insight.runs import find_last_stage, find_run, find_run_of_dag
from crm_sync.storage.connections import Connect
from crm_sync.storage.history.history_rows import HistoryRow
from crm_sync.web.answers.runs import Progress, RunDetail
from crm_sync.web.guard import DAG_PREFIX, ViewerDep, not_found
from crm_sync.web.reach import ReachDep
from crm_sync.web.run_facts import collect_short

router = APIRouter()
Where = Annotated[
    str | None, Query(description="Its CRM, where several warehouses have something of this number.")
]


@router.get("/runs/{number}")
def read_run(viewer: ViewerDep, reach: ReachDep, number: int, crm_source: Where = None) -> RunDetail:
    """Give what is known of a run: what was asked, read, written and left, and how far it is."""

    def look(connect: Connect) -> RunDetail | None:
        row = find_run(connect, number)
        if row is None or not viewer.may_see(row.crm_source):
            return None
        return _describe(connect, row, reach.clock())

    found = reach.search(viewer, crm_source, look)
    if found is None:
        raise not_found(f"run {number}")
    return found


@router.get("/airflow-runs/{dag_id}/{run_id}/{sync_type}")
def read_run_of_dag(
    viewer: ViewerDep, reach: ReachDep, dag_id: str, run_id: str, sync_type: str
) -> RunDetail:
    """Give what is known of an entity's run within a run of its DAG: where the links from tasks lead."""
    crm_source = dag_id.removeprefix(DAG_PREFIX)

    def look(connect: Connect) -> RunDetail | None:
        row = find_run_of_dag(connect, dag_id, run_id, crm_source=crm_source, sync_type=sync_type)
        return None if row is None else _describe(connect, row, reach.clock())

    found = reach.search(viewer, crm_source, look)
    if found is None:
        raise HTTPException(
            404,
            f"{run_id} of {dag_id} has left nothing in the history of {sync_type}: it has not begun, was a "
            "dry run, or you may not see it.",
        )
    return found


def _describe(connect: Connect, row: HistoryRow, now: datetime) -> RunDetail:
    progress = read_progress(connect, row)
    open_rejects, has_more = count_of_run(connect, row.id)
    return RunDetail(
        **collect_short(row, now),
        notes=row.configuration.get("notes") or [],
        options=row.configuration.get("options") or {},
        metrics=row.performance_metrics,
        task_ids=[f"{row.sync_type}.{stage}" for stage in Stage],
        log_url=_find_log(row),
        open_rejects_of_run=open_rejects,
        open_rejects_more=has_more,
        progress=None if progress is None else Progress(**asdict(progress)),
    )


def _find_log(row: HistoryRow) -> str | None:
    """Give where Airflow shows the log of the task that ended the run; None: Airflow did not start it."""
    if row.dag_id is None or row.run_id is None:
        return None
    task_id = f"{row.sync_type}.{find_last_stage(row)}"
    return f"dags/{quote(row.dag_id)}/runs/{quote(row.run_id, safe='')}/tasks/{task_id}"

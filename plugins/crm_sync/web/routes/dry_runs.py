"""What a dry run found: what its tasks have left with Airflow, as the log has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter

from crm_sync.constants import Stage
from crm_sync.web.airflow_rows import AirflowRun, read_run
from crm_sync.web.answers.dry_runs import DryRun, DryRunEntity
from crm_sync.web.guard import DAG_PREFIX, ViewerDep, not_found
from crm_sync.web.reach import ReachDep

router = APIRouter()
_BROKEN = frozenset({"failed", "upstream_failed"})


@router.get("/dry-runs/{dag_id}/{run_id}")
def read_dry_run(viewer: ViewerDep, reach: ReachDep, dag_id: str, run_id: str) -> DryRun:
    """Give what a dry run would have done to each table, as far as it has come."""
    crm_source = dag_id.removeprefix(DAG_PREFIX)
    source = reach.configs.read().sources.get(crm_source)
    named = f"run {run_id} of {dag_id}"
    if source is None or not dag_id.startswith(DAG_PREFIX) or not viewer.may_see(crm_source):
        raise not_found(named)
    run = read_run(dag_id, run_id)
    if run is None:
        raise not_found(named)
    may_read = viewer.may_read_xcoms(crm_source)
    found = (_build(run, name, may_read=may_read) for name in source.entities)
    return DryRun(state=run.state, entities=[one for one in found if one.state != "skipped"])


def _build(run: AirflowRun, sync_type: str, *, may_read: bool) -> DryRunEntity:
    tasks = [f"{sync_type}.{stage}" for stage in Stage]
    note: Mapping[str, Any] = next((run.notes[task] for task in tasks if task in run.notes), {})
    return DryRunEntity(
        sync_type=sync_type,
        state="success" if note else _sum_up([run.states.get(task) for task in tasks]),
        created=note.get("created"),
        updated=note.get("updated"),
        unchanged=note.get("unchanged"),
        deleted=note.get("deleted"),
        rejected=note.get("failed"),
        samples=note.get("report", []) if may_read else [],
    )


def _sum_up(states: list[str | None]) -> str | None:
    """Say in one word how an entity's tasks are."""
    if _BROKEN.intersection(states):
        return "failed"
    if all(state == "skipped" for state in states):
        return "skipped"
    return "running" if any(states) else None

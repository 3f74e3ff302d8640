"""What a dry run found."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from crm_sync.web.answers.dry_runs import DryRun
from crm_sync.web.guard import ViewerDep

router = APIRouter()


@router.get("/dry-runs/{dag_id}/{run_id}")
def read_dry_run(viewer: ViewerDep, dag_id: str, run_id: str) -> DryRun:
    """What a dry run found."""
    raise HTTPException(501, "This is not there yet.")

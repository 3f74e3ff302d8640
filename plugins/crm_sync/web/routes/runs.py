"""Everything that is known of one run."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from crm_sync.web.answers.runs import RunDetail
from crm_sync.web.guard import ViewerDep

router = APIRouter()


@router.get("/runs/{number}")
def read_run(viewer: ViewerDep, number: int, crm_source: str | None = None) -> RunDetail:
    """Everything that is known of one run."""
    raise HTTPException(501, "This is not there yet.")

"""A table beside its source."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from crm_sync.web.answers.compare import Comparison
from crm_sync.web.guard import ViewerDep

router = APIRouter()


@router.get("/compare/{crm_source}/{sync_type}")
def read_comparison(viewer: ViewerDep, crm_source: str, sync_type: str) -> Comparison:
    """A table beside its source."""
    raise HTTPException(501, "This is not there yet.")

"""Every entity with its state, the worst first."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from crm_sync.web.answers.overview import Overview
from crm_sync.web.guard import ViewerDep

router = APIRouter()


@router.get("/overview")
def read_overview(viewer: ViewerDep) -> Overview:
    """Every entity with its state, the worst first."""
    raise HTTPException(501, "This is not there yet.")

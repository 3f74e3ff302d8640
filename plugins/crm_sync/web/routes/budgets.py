"""What each limit allows, and who has used it."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from crm_sync.web.answers.budgets import Budgets
from crm_sync.web.guard import ViewerDep

router = APIRouter()


@router.get("/budgets")
def read_budgets(viewer: ViewerDep) -> Budgets:
    """What each limit allows, and who has used it."""
    raise HTTPException(501, "This is not there yet.")

"""Everything that is known of one entity."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from crm_sync.web.answers.entity import EntityDetail
from crm_sync.web.guard import ViewerDep

router = APIRouter()


@router.get("/entities/{crm_source}/{sync_type}")
def read_entity(
    viewer: ViewerDep, crm_source: str, sync_type: str, most: int = 50, before: int | None = None
) -> EntityDetail:
    """Everything that is known of one entity."""
    raise HTTPException(501, "This is not there yet.")

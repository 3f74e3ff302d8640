"""Open rejects: by rule, field and run."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from crm_sync.web.answers.rejected import RawRecord, Rejected
from crm_sync.web.guard import ViewerDep

router = APIRouter()


@router.get("/rejected")
def read_rejected(
    viewer: ViewerDep,
    crm_source: str | None = None,
    sync_type: str | None = None,
    rule: str | None = None,
    field: str | None = None,
    run: int | None = None,
    most: int = 50,
    after: int | None = None,
) -> Rejected:
    """Open rejects, by rule and field."""
    raise HTTPException(501, "This is not there yet.")


@router.get("/rejected/{number}/record")
def read_record(viewer: ViewerDep, number: int, crm_source: str | None = None) -> RawRecord:
    """The record behind a reject."""
    raise HTTPException(501, "This is not there yet.")

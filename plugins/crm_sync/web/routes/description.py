"""The API's own description, for those who have logged in."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

router = APIRouter()


@router.get("/openapi.json", include_in_schema=False)
def describe(request: Request) -> dict[str, Any]:
    """Give the OpenAPI document."""
    document: dict[str, Any] = request.app.openapi()
    return document

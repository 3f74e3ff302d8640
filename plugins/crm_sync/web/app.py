"""Builds the FastAPI app of the page: all routes behind one guard, and the page's files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, Response
from fastapi.staticfiles import StaticFiles

from crm_sync.web.answers.base import Fault
from crm_sync.web.faults import add_handlers
from crm_sync.web.guard import get_viewer
from crm_sync.web.reach import Reach
from crm_sync.web.routes import (
    budgets,
    compare,
    description,
    dry_runs,
    entities,
    overview,
    rejected,
    runs,
)

STATIC = Path(__file__).parent / "static"
_ROUTERS = (overview, entities, runs, rejected, budgets, compare, dry_runs, description)


def build_app(reach: Reach | None = None) -> FastAPI:
    """Give the app, which Airflow mounts below `/crm-sync`.

    Each route is behind the login, and reads only. Public is what lies in static/: code without data.

    Args:
        reach: what the routes read; None: what this Airflow has.
    """
    app = FastAPI(
        title="CRM Sync",
        description="What the history of crm_sync says: it reads, and changes nothing.",
        dependencies=[Depends(get_viewer)],
        docs_url=None,
        redoc_url=None,
        # FastAPI would serve it without the guard
        openapi_url=None,
        responses={status: {"model": Fault} for status in (401, 403, 404, 422, 503)},
    )
    app.state.reach = reach or Reach()
    add_handlers(app)
    for module in _ROUTERS:
        app.include_router(module.router, prefix="/api")
    app.mount("/static", _CheckedFiles(directory=STATIC), name="static")
    return app


class _CheckedFiles(StaticFiles):
    """Lets browsers ask each time whether a file is the same: no upgrade mixes old and new modules."""

    def file_response(self, *given: Any, **named: Any) -> Response:
        """Give a file, or that it has not changed."""
        response = super().file_response(*given, **named)
        response.headers["Cache-Control"] = "no-cache"
        return response

"""Builds the FastAPI app of the page: all routes behind one guard, and the page's files."""

from __future__ import annotations

from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from crm_sync.web.guard import get_viewer
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


def build_app() -> FastAPI:
    """Give the app, which Airflow mounts below `/crm-sync`.

    Each route is behind the login, and reads only. Public is what lies in static/: code without data.
    """
    app = FastAPI(
        title="CRM Sync",
        description="What the history of crm_sync says: it reads, and changes nothing.",
        dependencies=[Depends(get_viewer)],
        docs_url=None,
        redoc_url=None,
        # FastAPI would serve it without the guard
        openapi_url=None,
    )
    for module in _ROUTERS:
        app.include_router(module.router, prefix="/api")
    app.mount("/static", StaticFiles(directory=STATIC, check_dir=False), name="static")
    return app

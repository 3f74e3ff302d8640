"""The paths below `/api` and their endpoints; only reading is offered."""

from __future__ import annotations

from functools import partial

from sandbox.arrivy import details
from sandbox.arrivy.config import BASE_PATH, KINDS
from sandbox.arrivy.lists import list_records
from sandbox.frame.messages import Request
from sandbox.frame.routes import Match, Route, find_route

_ROUTES = (
    Route("users/profile", "", details.show_profile),
    Route("crews", "groups", details.list_crews),
    Route("tasks/*/status", "tasks", details.list_task_statuses),
    Route("entities/*/readings", "entities", details.list_readings),
    *(Route(kind, kind, partial(list_records, kind=kind)) for kind in KINDS),
    *(Route(f"{kind}/*", kind, partial(details.show_record, kind=kind)) for kind in KINDS),
)


def find_endpoint(request: Request) -> Match | None:
    """The endpoint of a request; `None` for a path or a method that there is not."""
    if request.method != "GET" or not request.path.startswith(BASE_PATH + "/"):
        return None
    return find_route(_ROUTES, request.path.removeprefix(BASE_PATH))

"""From a path below `/api` to its endpoint; only reading is offered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from sandbox.arrivy import details
from sandbox.arrivy.config import BASE_PATH, KINDS
from sandbox.arrivy.lists import Account, list_records
from sandbox.frame.messages import Request, Response

# A star stands for one segment, which becomes an argument.
_ROUTES: tuple[tuple[str, str, Callable[..., Response]], ...] = (
    ("users/profile", "", details.show_profile),
    ("crews", "groups", details.list_crews),
    ("tasks/*/status", "tasks", details.list_task_statuses),
    ("entities/*/readings", "entities", details.list_readings),
    *((kind, kind, partial(list_records, kind=kind)) for kind in KINDS),
    *((f"{kind}/*", kind, partial(details.show_record, kind=kind)) for kind in KINDS),
)
_PATTERNS = tuple((pattern.split("/"), kind, endpoint) for pattern, kind, endpoint in _ROUTES)


class Match(NamedTuple):
    """The endpoint of a request, its argument, and the kind that the key must be allowed to read."""

    endpoint: Callable[..., Response]
    arguments: dict[str, str]
    kind: str

    def run(self, account: Account, request: Request) -> Response:
        """Answer the request."""
        return self.endpoint(account, request, **self.arguments)


def find_endpoint(request: Request) -> Match | None:
    """The endpoint of a request; `None` for a path or a method that there is not."""
    path = request.path
    if request.method != "GET" or not path.startswith(BASE_PATH + "/"):
        return None
    segments = path.removeprefix(BASE_PATH).strip("/").split("/")
    for pattern, kind, endpoint in _PATTERNS:
        if len(pattern) == len(segments) and all(
            part in ("*", segment) for part, segment in zip(pattern, segments, strict=True)
        ):
            ids = [segment for part, segment in zip(pattern, segments, strict=True) if part == "*"]
            return Match(endpoint, {"record_id": ids[0]} if ids else {}, kind)
    return None

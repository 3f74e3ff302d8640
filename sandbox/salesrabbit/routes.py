"""From a path to its endpoint; the API has no version in its paths."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sandbox.frame.messages import Request, Response
from sandbox.salesrabbit import lists
from sandbox.salesrabbit.lists import Account

Endpoint = Callable[..., Response]
# Path, kind of which the token needs the right, endpoint. A star stands for one segment.
_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("leads", "leads", lists.list_leads),
    ("leads/*", "leads", lists.get_lead),
    ("users", "users", lists.list_users),
    ("leadStatuses", "lead_statuses", lists.list_lead_statuses),
    ("leadStatusHistories", "lead_status_histories", lists.list_lead_status_histories),
    ("leadStatusActivities", "lead_status_activities", lists.list_lead_status_activities),
)


class Match(NamedTuple):
    """The endpoint of a request and its arguments."""

    kind: str
    endpoint: Endpoint
    arguments: list[str]

    def run(self, account: Account, request: Request) -> Response:
        """Answer the request."""
        return self.endpoint(account, request, *self.arguments)


def find_endpoint(request: Request) -> Match | None:
    """The endpoint of a request; None where there is none."""
    if request.method != "GET":
        return None
    segments = request.path.strip("/").split("/")
    for pattern, kind, endpoint in _ROUTES:
        parts = pattern.split("/")
        if len(parts) == len(segments) and all(
            part in ("*", segment) for part, segment in zip(parts, segments, strict=True)
        ):
            arguments = [s for part, s in zip(parts, segments, strict=True) if part == "*"]
            return Match(kind, endpoint, arguments)
    return None

"""From a method and a path below a version to the endpoint."""

from __future__ import annotations

from typing import NamedTuple

from sandbox.frame.messages import Request, Response
from sandbox.frame.routes import Endpoint, match_segments
from sandbox.salesforce import bulk, directory, query_pages
from sandbox.salesforce.account import Account
from sandbox.salesforce.errors import ApiError, not_found

DATA_PATH = "/services/data"
TOKEN_PATH = "/services/oauth2/token"  # noqa: S105  # a path
# A star stands for one segment; the version and those segments are the endpoint's arguments.
_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "", directory.list_resources),
    ("GET", "limits", directory.show_limits),
    ("GET", "sobjects", directory.list_objects),
    ("GET", "sobjects/*/describe", directory.describe_object),
    ("GET", "sobjects/*/deleted", directory.list_deleted),
    ("GET", "sobjects/*/updated", directory.list_updated),
    ("GET", "query", query_pages.query),
    ("GET", "queryAll", query_pages.query_all),
    ("GET", "query/*", query_pages.query_more),
    ("GET", "queryAll/*", query_pages.query_more),
    ("POST", "jobs/query", bulk.create_job),
    ("GET", "jobs/query", bulk.list_jobs),
    ("GET", "jobs/query/*", bulk.poll_job),
    ("PATCH", "jobs/query/*", bulk.change_job),
    ("DELETE", "jobs/query/*", bulk.delete_job),
    ("GET", "jobs/query/*/results", bulk.read_results),
)


class Match(NamedTuple):
    """An endpoint and the segments that it gets."""

    endpoint: Endpoint
    arguments: list[str]

    def run(self, account: Account, request: Request) -> Response:
        """Answer the request."""
        return self.endpoint(account, request, *self.arguments)


def find_endpoint(request: Request, *, oldest: float, newest: float) -> Match:
    """The endpoint of a request for data.

    Raises:
        ApiError: 404, no such version or path; 405, another method.
    """
    version, *segments = request.path.removeprefix(DATA_PATH).strip("/").split("/")
    if not _is_version(version, oldest, newest):
        raise not_found()
    methods = []
    for method, path, endpoint in _ROUTES:
        arguments = match_segments(path.split("/"), segments or [""])
        if arguments is not None and method == request.method:
            return Match(endpoint, [version, *arguments])
        if arguments is not None:
            methods.append(method)
    if not methods:
        raise not_found()
    message = f"HTTP Method '{request.method}' not allowed. Allowed are {', '.join(methods)}"
    raise ApiError(405, "METHOD_NOT_ALLOWED", message)


def _is_version(text: str, oldest: float, newest: float) -> bool:
    number = text.removeprefix("v")
    if not text.startswith("v") or not number.endswith(".0") or not number[:-2].isdecimal():
        return False
    return oldest <= float(number) <= newest

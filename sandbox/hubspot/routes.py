"""From a path to its endpoint: numeric and dated versions lead to the same code.

`/crm/v3/objects/contacts` and `/crm/objects/2026-03/contacts` are both `objects/contacts`.
"""

from __future__ import annotations

from typing import NamedTuple

from sandbox.frame.messages import Request, Response
from sandbox.frame.routes import Endpoint, match_segments
from sandbox.hubspot import directory
from sandbox.hubspot.account import Account
from sandbox.hubspot.associations import batch_read_links, list_labels, list_links
from sandbox.hubspot.batch_read import batch_read
from sandbox.hubspot.list_objects import get_object, list_objects
from sandbox.hubspot.object_types import find_object_type
from sandbox.hubspot.search import search_objects
from sandbox.hubspot.tokens import ALL_SCOPES, OWNER_SCOPE

VERSIONS = frozenset({"v3", "v4", "2026-03", "2026-09"})
# A star stands for one segment; the segments it stands for are the endpoint's arguments.
_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "crm/objects/*", list_objects),
    ("POST", "crm/objects/*/search", search_objects),
    ("POST", "crm/objects/*/batch/read", batch_read),
    ("GET", "crm/objects/*/*", get_object),
    ("GET", "crm/objects/*/*/associations/*", list_links),
    ("POST", "crm/associations/*/*/batch/read", batch_read_links),
    ("GET", "crm/associations/*/*/labels", list_labels),
    ("GET", "crm/owners", directory.list_owners),
    ("GET", "crm/owners/*", directory.get_owner),
    ("GET", "crm/properties/*", directory.list_properties),
    ("GET", "crm/properties/*/*", directory.get_property),
    ("GET", "crm/pipelines/*", directory.list_pipelines),
    ("GET", "crm/pipelines/*/*", directory.get_pipeline),
    ("GET", "crm/schemas", directory.list_schemas),
    ("GET", "account-info/api-usage/daily/private-apps", directory.show_daily_usage),
    ("GET", "account-info/details", directory.show_account),
)
_PATTERNS = tuple((method, pattern.split("/"), endpoint) for method, pattern, endpoint in _ROUTES)


class Match(NamedTuple):
    """The endpoint of a request, its arguments, and the scopes of which each group needs one."""

    endpoint: Endpoint
    arguments: list[str]
    scopes: list[tuple[str, ...]]

    def run(self, account: Account, request: Request) -> Response:
        """Answer the request."""
        return self.endpoint(account, request, *self.arguments)


def find_endpoint(request: Request) -> tuple[Match | None, bool]:
    """The endpoint of a request, and whether the path exists with any method."""
    segments = _without_version(request.path)
    path_exists = False
    for method, pattern, endpoint in _PATTERNS:
        arguments = match_segments(pattern, segments)
        if arguments is not None:
            path_exists = True
            if method == request.method:
                return Match(endpoint, arguments, _needed_scopes(segments)), True
    return None, path_exists


def is_token_request(request: Request) -> bool:
    """Whether it is `POST /oauth/{version}/token`."""
    segments = request.path.strip("/").split("/")
    known = ("v1", "v3", "2026-03", "2026-09")
    return (
        request.method == "POST"
        and len(segments) == 3
        and (segments[0], segments[2]) == ("oauth", "token")
        and segments[1] in known
    )


def _without_version(path: str) -> list[str]:
    segments = path.strip("/").split("/")
    for position in (1, 2):
        if len(segments) > position and segments[position] in VERSIONS:
            return segments[:position] + segments[position + 1 :]
    return []


def _needed_scopes(segments: list[str]) -> list[tuple[str, ...]]:
    area = segments[1]
    if area == "owners":
        return [(OWNER_SCOPE,)]
    if area == "properties":
        # HubSpot takes any read scope of objects or schemas for a property list.
        return [tuple(scope for scope in ALL_SCOPES if scope not in ("oauth", OWNER_SCOPE))]
    if segments[0] == "account-info":
        return [("oauth",)]
    if area == "objects":
        names = segments[2:3] + segments[5:6]
    else:
        names = segments[2:4] if area == "associations" else segments[2:3]
    types = [find_object_type(name) for name in names]
    return [object_type.scopes for object_type in types if object_type is not None]

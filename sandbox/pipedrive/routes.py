"""The paths, their endpoints and what a call costs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from sandbox.frame.messages import Response
from sandbox.frame.routes import Route, find_route
from sandbox.pipedrive import lists_v1, lists_v2
from sandbox.pipedrive.kinds import ARCHIVED_TOKENS, FIELD_LISTS, FIELD_TOKENS, KINDS, RETIRED

_V2 = [one for one in KINDS.values() if one.version == 2]


class Target(NamedTuple):
    """An endpoint for a request, with its price."""

    kind: str
    tokens: int
    run: Callable[..., Response]


def _make_v2() -> list[tuple[Route, int]]:
    archived = partial(lists_v2.list_records, kind="deals", archived=True)
    found = [(Route("deals/archived", "deals", archived), ARCHIVED_TOKENS)]
    for one in _V2:
        many, single = (
            partial(lists_v2.list_records, kind=one.name),
            partial(lists_v2.get_record, kind=one.name),
        )
        found.append((Route(one.name, one.name, many), one.list_tokens))
        found.append((Route(f"{one.name}/*", one.name, single), one.single_tokens))
    fields = {name: partial(lists_v2.list_fields, name=name) for name in FIELD_LISTS}
    found += [(Route(name, "fields", endpoint), FIELD_TOKENS) for name, endpoint in fields.items()]
    return found


def _make_v1() -> list[tuple[Route, int]]:
    archived = partial(lists_v1.list_leads, archived=True)
    return [
        (Route("users", "users", lists_v1.list_users), 20),
        (Route("users/me", "me", lists_v1.get_me), 2),
        (Route("leads", "leads", lists_v1.list_leads), 20),
        (Route("leads/archived", "leads", archived), 20),
        (Route("leads/*", "leads", lists_v1.get_lead), 2),
        *((Route(name, "fields", partial(lists_v1.list_fields, name=name)), 20) for name in FIELD_LISTS),
        *((Route(name, name, lists_v1.refuse), 0) for name in RETIRED),
    ]


_ROUTES = {"/api/v2/": _make_v2(), "/api/v1/": _make_v1(), "/v1/": _make_v1()}


def find_target(path: str) -> Target | None:
    """The endpoint of a path; None where there is none."""
    for prefix, routes in _ROUTES.items():
        if not path.startswith(prefix):
            continue
        match = find_route((route for route, _ in routes), path.removeprefix(prefix))
        if match is not None:
            tokens = next(price for route, price in routes if route is match.route)
            return Target(match.route.kind, tokens, match.run)
    return None

"""The endpoints: lists of events by id and time, single events, flows and destinations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.frame.clock import SandboxClock
from sandbox.frame.messages import Request, Response, json_response
from sandbox.frame.routes import Route
from sandbox.leadconduit.config import MOST_LIMIT, USUAL_LIMIT, LeadConduitConfig
from sandbox.leadconduit.errors import bad_request, not_found
from sandbox.leadconduit.ids import is_id, read_moment, second_of
from sandbox.leadconduit.store import Fields, Store

_DAY_S = 86_400


@dataclass
class Account:
    """What every endpoint works on."""

    config: LeadConduitConfig
    store: Store
    clock: SandboxClock

    @property
    def oldest_s(self) -> float:
        """The second before which events are gone."""
        return self.clock.now_s() - self.config.retention_days * _DAY_S


def list_events(account: Account, request: Request) -> Response:
    """GET /events: a bare array, the newest first unless asked otherwise.

    Raises:
        ApiError: 400, a parameter can't be.
    """
    limit, is_ascending, shape = _read_limit(request), _read_sort(request), _read_shape(request)
    after, before = (_read_id(request, name) for name in ("after_id", "before_id"))
    start, end = (_read_time(request, name) for name in ("start", "end"))
    fits = _read_rules(request)
    found = account.store.list_visible(
        account.clock.now_ms(), max(account.oldest_s, start or 0), after=after, before=before
    )
    chosen = _take(found, limit if is_ascending else None, lambda one: _is_by(one, end) and fits(one))
    if not is_ascending:
        chosen = chosen[::-1][:limit]
    return json_response(200, [shape(one) for one in chosen])


def get_event(account: Account, _request: Request, event_id: str) -> Response:
    """GET /events/{id}.

    Raises:
        ApiError: 400, no id; 404, no such event, or not any more.
    """
    if not is_id(event_id):
        raise bad_request("invalid id")
    found = account.store.list_visible(account.clock.now_ms(), account.oldest_s, before=f"{event_id}z")
    event = next((one for one in found if one["id"] == event_id), None)
    if event is None:
        raise not_found()
    return json_response(200, event)


def list_flows(account: Account, _request: Request) -> Response:
    """GET /flows: one page."""
    return json_response(200, account.store.flows)


def get_flow(account: Account, _request: Request, flow_id: str) -> Response:
    """GET /flows/{id}.

    Raises:
        ApiError: 404, no such flow.
    """
    flow = next((one for one in account.store.flows if one["id"] == flow_id), None)
    if flow is None:
        raise not_found()
    return json_response(200, flow)


def list_destinations(account: Account, _request: Request) -> Response:
    """GET /destinations: one page."""
    return json_response(200, account.store.destinations)


ROUTES = (
    Route("events", "events", list_events),
    Route("events/*", "events", get_event),
    Route("flows", "flows", list_flows),
    Route("flows/*", "flows", get_flow),
    Route("destinations", "destinations", list_destinations),
)


def _take(events: Iterator[Fields], limit: int | None, fits: Callable[[Fields], bool]) -> list[Fields]:
    chosen: list[Fields] = []
    for one in events:
        if limit is not None and len(chosen) >= limit:
            break
        if fits(one):
            chosen.append(one)
    return chosen


def _is_by(event: Fields, end: float | None) -> bool:
    return end is None or second_of(event["id"]) <= end


def _read_limit(request: Request) -> int:
    text = request.param("limit")
    if text is None:
        return USUAL_LIMIT
    if not text.isdecimal() or not 1 <= int(text) <= MOST_LIMIT:
        raise bad_request(f"limit must be between 1 and {MOST_LIMIT}")
    return int(text)


def _read_sort(request: Request) -> bool:
    text = request.param("sort") or "desc"
    if text not in ("asc", "desc"):
        raise bad_request("sort must be asc or desc")
    return text == "asc"


def _read_id(request: Request, name: str) -> str:
    text = request.param(name)
    if text is not None and not is_id(text):
        raise bad_request(f"{name} is not a valid id")
    return text or ""


def _read_time(request: Request, name: str) -> float | None:
    text = request.param(name)
    if text is None:
        return None
    try:
        return read_moment(text)
    except ValueError:
        raise bad_request(f"{name} is not a valid time") from None


def _read_shape(request: Request) -> Callable[[Fields], Fields]:
    """How much of an event is shown."""
    include, exclude = (request.param(name) for name in ("include", "exclude"))
    if include is not None and exclude is not None:
        raise bad_request("include and exclude are mutually exclusive")
    names = set((include or exclude or "").split(","))
    if include is not None:
        return lambda event: {name: value for name, value in event.items() if name in names}
    return lambda event: {name: value for name, value in event.items() if name not in names}


def _read_rules(request: Request) -> Callable[[Fields], bool]:
    """Filters of the source's own; that `type` can be filtered so is a guess (INFERRED)."""
    try:
        rules: list[dict[str, Any]] = json.loads(request.param("rules") or "[]")
        tests = [(one["lhv"], one["op"], one["rhv"]) for one in rules]
    except (ValueError, KeyError, TypeError):
        raise bad_request("rules is not valid") from None
    if any(op not in ("is equal to", "is not equal to") for _, op, _ in tests):
        raise bad_request("unknown operator in rules")
    return lambda event: all((event.get(name) == value) is (op == "is equal to") for name, op, value in tests)

"""The endpoints under `/_sandbox`: request log, faults, clock and, through the vendor, changes of data.

Tests in the same process use the objects themselves; these serve a fake that runs in another process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from sandbox.frame.app import CONTROL_PREFIX
from sandbox.frame.clock import SandboxClock
from sandbox.frame.faults import FaultPlan
from sandbox.frame.hooks import PageHooks
from sandbox.frame.messages import Request, Response, json_response
from sandbox.frame.request_log import RequestLog


class Controlled(Protocol):
    """The parts of a vendor's fake that can be steered from outside."""

    clock: SandboxClock
    faults: FaultPlan
    hooks: PageHooks
    requests: RequestLog

    def change(self, command: dict[str, Any]) -> dict[str, Any]:
        """Apply one change of data and say what it did."""

    def describe(self) -> dict[str, Any]:
        """Figures about the fake: records by type, settings."""


def answer_control(fake: Controlled, request: Request) -> Response:
    """Answer a request under `/_sandbox`."""
    name = request.path.removeprefix(CONTROL_PREFIX).strip("/")
    handler = _HANDLERS.get((request.method, name))
    if handler is None:
        known = sorted(f"{method} {CONTROL_PREFIX}/{path}" for method, path in _HANDLERS)
        return json_response(404, {"error": "no such control endpoint", "known": known})
    try:
        return json_response(200, handler(fake, request))
    except (ValueError, KeyError, TypeError) as error:
        return json_response(400, {"error": f"{type(error).__name__}: {error}"})


def _list_requests(fake: Controlled, request: Request) -> object:
    entries = fake.requests.entries(request.param("path") or "*", bucket=request.param("bucket"))
    start = int(request.param("offset") or 0)
    shown = entries[start : start + int(request.param("limit") or 1000)]
    rows = [
        {**entry._asdict(), "request_body": entry.request_body.decode("utf-8", "replace")} for entry in shown
    ]
    return {"total": len(entries), "results": rows}


def _summarise_requests(fake: Controlled, request: Request) -> object:
    summary = fake.requests.summary()
    limit, window_s = request.param("limit"), request.param("window_s")
    if limit and window_s:
        bucket = request.param("bucket")
        summary["utilisation"] = fake.requests.utilisation(int(limit), float(window_s), bucket=bucket)
        summary["max_in_window"] = fake.requests.max_in_window(float(window_s), bucket=bucket)
    return summary


def _clear_requests(fake: Controlled, _request: Request) -> object:
    fake.requests.clear()
    return {"cleared": True}


def _list_faults(fake: Controlled, _request: Request) -> object:
    planned = [
        {"kind": f.kind, "path": f.path, "seen": f.seen, "fired": f.fired} for f in fake.faults.planned
    ]
    return {"kinds": sorted(fake.faults.kinds), "planned": planned}


def _add_fault(fake: Controlled, request: Request) -> object:
    settings = request.json_object()
    fault = fake.faults.add(settings.pop("kind"), **settings)
    return {"kind": fault.kind, "path": fault.path, "times": fault.times}


def _clear_faults(fake: Controlled, _request: Request) -> object:
    fake.faults.clear()
    return {"cleared": True}


def _apply_change(fake: Controlled, request: Request) -> object:
    command = request.json_object()
    moment = command.pop("before", None)
    if moment is None:
        return fake.change(command)
    fake.hooks.before_page(
        moment["path"], int(moment["page"]), lambda: fake.change(command), method=moment.get("method")
    )
    return {"waiting": moment}


def _set_clock(fake: Controlled, request: Request) -> object:
    fake.clock.offset_s = float(request.json_object()["offset_s"])
    return {"offset_s": fake.clock.offset_s}


_HANDLERS: dict[tuple[str, str], Callable[[Controlled, Request], object]] = {
    ("GET", ""): lambda fake, _request: fake.describe(),
    ("GET", "requests"): _list_requests,
    ("GET", "requests/summary"): _summarise_requests,
    ("DELETE", "requests"): _clear_requests,
    ("GET", "faults"): _list_faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "changes"): _apply_change,
    ("POST", "clock"): _set_clock,
}

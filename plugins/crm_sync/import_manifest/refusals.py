"""Reads error handlers: answers that are no failure, and how long to wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.findings import Doubts

_PASSING = frozenset({408, 425, 429, *range(500, 600)})
"""Statuses that are asked again here without any word."""


@dataclass
class Refusals:
    """What a stream's answers without records mean."""

    off: set[int] = field(default_factory=set)
    """Statuses that mean that there is nothing to read."""
    pause_headers: set[str] = field(default_factory=set)
    """Headers that say how long to wait."""


def read_refusals(requester: Component, doubts: Doubts) -> Refusals:
    """Give what the error handler of a requester says."""
    found = Refusals()
    for handler in requester.parts("error_handler"):
        for one in _list_handlers(handler):
            _read_one(one, found, doubts)
    return found


def _list_handlers(handler: Component) -> Iterator[Component]:
    if handler.type == "CompositeErrorHandler":
        handler.leave("backoff_strategies")
        for inner in handler.parts("error_handlers"):
            yield from _list_handlers(inner)
    else:
        yield handler


def _read_one(handler: Component, found: Refusals, doubts: Doubts) -> None:
    if handler.class_name:
        doubts.add(
            "own Python code judges errors in the manifest, and the usual rules do here", handler.class_name
        )
        handler.leave_all()
        return
    handler.leave("max_retries", "max_time", "error_handlers")
    for one in handler.parts("backoff_strategies"):
        _read_wait(one, found, doubts)
    for one in handler.parts("response_filters"):
        _read_filter(one, found, doubts)


def _read_wait(one: Component, found: Refusals, doubts: Doubts) -> None:
    header = str(one.take("header", ""))
    if one.type == "WaitTimeFromHeader" and one.own("regex") is None and "{" not in header:
        if header.lower() != "retry-after":
            found.pause_headers.add(header)
    elif one.type not in ("ConstantBackoffStrategy", "ExponentialBackoffStrategy"):
        doubts.add("waits after a refusal are those of this sync", one.class_name or f"{one.type} {header}")
    one.leave_all()


def _read_filter(one: Component, found: Refusals, doubts: Doubts) -> None:
    action = str(one.own("action") or "")
    codes = {int(code) for code in one.own("http_codes") or () if str(code).isdigit()}
    one.leave("error_message", "failure_type", "name", "primary_key", "path")
    has_text = one.own("predicate") is not None or one.own("error_message_contains") is not None
    said = one.own("predicate") or one.own("error_message_contains") or ""
    what = f"{action} {sorted(codes) or ''} {said}".strip()
    if action in ("IGNORE", "SUCCESS"):
        if codes and not has_text:
            found.off |= {code for code in codes if not 200 <= code < 300}
        else:
            doubts.add("an answer that the manifest ignores for what it says is an error here", what)
    elif action in ("RETRY", "RATE_LIMITED", "REFRESH_TOKEN_THEN_RETRY") and (has_text or codes - _PASSING):
        doubts.add(
            "an answer that the manifest asks again for is an error here, unless its status says so", what
        )
    elif action == "RESET_PAGINATION":
        doubts.add("an answer after which the manifest begins a list anew is an error here", what)
    elif action == "FAIL" and has_text and not codes:
        doubts.add("an answer that the manifest fails for is read here, where it has records", what)

"""A fake log of events: rising ids with the second in them, late ones below the last, old ones gone."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sandbox.frame.clock import SandboxClock
from sandbox.frame.fault_kinds import common_fault_kinds
from sandbox.frame.faults import FaultPlan
from sandbox.frame.hooks import PageHooks
from sandbox.frame.messages import Request, Response, json_response
from sandbox.frame.request_log import RequestLog
from sandbox.frame.server import serving

ACCOUNTS = ("north", "south")
_ID = re.compile(r"[0-9a-f]{24}")


class EventsFake:
    """Answers `/events`, `/accounts` and `/accounts/<name>/events`.

    Args:
        retention_days: events older than that are gone.
    """

    max_request_line = 8000
    latency_s = 0.0

    def __init__(self, *, retention_days: int = 90) -> None:
        self.clock = SandboxClock()
        self.faults = FaultPlan(common_fault_kinds(self.clock))
        self.hooks = PageHooks()
        self.requests = RequestLog()
        self.lock = threading.RLock()
        self.url = ""
        self.refused: dict[str, int] = {}
        """Accounts that answer with a status."""
        self._retention_s = retention_days * 86400
        self._events: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count(1)

    @contextmanager
    def serve(self) -> Iterator[EventsFake]:
        """Serve from a thread until the block ends."""
        with serving(self) as self.url:
            yield self

    def add(
        self, count: int = 1, *, age_s: float = 0, step_s: float = 0, account: str = "north"
    ) -> list[str]:
        """Let events be written: the first `age_s` ago, each next one `step_s` after the one before.

        One that is older than the newest becomes visible late: its id lies below ids that were sent already.
        """
        with self.lock:
            return [
                self._add(self.clock.now_s() - age_s + number * step_s, account) for number in range(count)
            ]

    def forget(self, key: str) -> None:
        """Let an event vanish without a trace."""
        with self.lock:
            del self._events[key]

    def list_ids(self, account: str | None = None) -> list[str]:
        """Give the ids of what is not gone yet."""
        with self.lock:
            return [one["id"] for one in self._list_live(account)]

    def asked(self, path: str = "/events") -> list[dict[str, str]]:
        """Give the parameters of each request to a path, in the order of arrival."""
        queries = (entry.query for entry in self.requests.entries(path))
        scope = {"method": "GET", "path": path, "headers": []}
        found = (Request({**scope, "query_string": query.encode()}, b"").query for query in queries)
        return [{name: values[0] for name, values in query.items()} for query in found]

    def bucket_of(self, _request: Request) -> str:
        """One limit for everything."""
        return "default"

    def control(self, _request: Request) -> Response:
        """Tests steer the fake itself."""
        return json_response(404, {})

    def answer(self, request: Request) -> Response:
        """Answer as the log does."""
        if request.header(b"authorization") is None:
            return json_response(401, {"error": "authentication failed"})
        if request.path == "/accounts":
            return json_response(200, {"accounts": [{"id": name} for name in ACCOUNTS]})
        if request.path == "/events":
            return self._answer_events(request, None)
        _, _, account, *rest = request.path.split("/")
        if rest != ["events"] or account not in ACCOUNTS:
            return json_response(404, {"error": "no such path"})
        if account in self.refused:
            return json_response(self.refused[account], {"error": "not this one"})
        return self._answer_events(request, account)

    def _answer_events(self, request: Request, account: str | None) -> Response:
        behind, limit = request.param("after_id") or "", int(request.param("limit") or 100)
        if limit > 1000 or (behind and not _ID.fullmatch(behind)):
            return json_response(400, {"error": "bad id or limit"})
        start, end = (_read_second(request.param(name)) for name in ("start", "end"))
        found = [
            one
            for one in self._list_live(account)
            if one["id"] > behind
            and (start is None or _second_of(one) >= start)
            and (end is None or _second_of(one) <= end)
            and request.param("type") in (None, one["type"])
        ]
        if request.param("sort") != "asc":
            found.reverse()
        return json_response(200, [{k: v for k, v in one.items() if k != "in"} for one in found[:limit]])

    def _list_live(self, account: str | None) -> list[dict[str, Any]]:
        oldest = self.clock.now_s() - self._retention_s
        found = (self._events[key] for key in sorted(self._events))
        return [one for one in found if _second_of(one) >= oldest and account in (None, one["in"])]

    def _add(self, written_s: float, account: str) -> str:
        number = next(self._numbers)
        key = f"{int(written_s):08x}{number:016x}"
        kind = "source" if number % 2 else "filter"
        event = {"id": key, "type": kind, "end_timestamp": int(written_s * 1000), "in": account}
        self._events[key] = event
        return key


def _second_of(event: dict[str, Any]) -> int:
    """An event's second by its id, which `start` and `end` go by."""
    return int(event["id"][:8], 16)


def _read_second(text: str | None) -> float | None:
    # a plus sign that was not quoted arrives as a blank
    return None if text is None else datetime.fromisoformat(text.replace(" ", "+")).timestamp()


def days(count: float) -> float:
    """Give days in seconds."""
    return timedelta(days=count).total_seconds()

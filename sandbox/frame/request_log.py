"""Every request the fake received, and the figures that conformance checks ask of it."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from sandbox.frame.messages import Request, Response

KEPT_BODY_BYTES = 16_384


class LoggedRequest(NamedTuple):
    """One request as it arrived, and the status it got."""

    at_s: float
    """Monotonic seconds at arrival; only differences mean something."""
    at: float
    """Real epoch seconds at arrival, whatever the fake's clock says."""
    method: str
    path: str
    query: str
    request_body: bytes
    """The first 16 KB."""
    status: int
    bucket: str
    """The rate window it counts in."""
    body_bytes: int
    """Length of the answer's body."""


class RequestLog:
    """Appends in arrival order; reading it while requests arrive is safe."""

    def __init__(self) -> None:
        self._entries: list[LoggedRequest] = []

    def add(self, request: Request, response: Response, bucket: str) -> None:
        """Log one request."""
        self._entries.append(
            LoggedRequest(
                request.arrived_s,
                time.time() - (time.monotonic() - request.arrived_s),
                request.method,
                request.path,
                request.query_string.decode("latin-1"),
                request.body[:KEPT_BODY_BYTES],
                response.status,
                bucket,
                len(response.body),
            )
        )

    def __len__(self) -> int:
        return len(self._entries)

    def clear(self) -> None:
        """Forget everything logged so far."""
        self._entries.clear()

    def entries(
        self, path: str = "*", *, bucket: str | None = None, method: str | None = None
    ) -> list[LoggedRequest]:
        """Requests whose path fits the shell-style pattern, in arrival order."""
        return [
            entry
            for entry in list(self._entries)
            if (bucket is None or entry.bucket == bucket)
            and (method is None or entry.method == method)
            and (path == "*" or fnmatchcase(entry.path, path))
        ]

    def max_in_window(self, window_s: float, *, bucket: str | None = None) -> int:
        """Most requests that arrived in any window of that length, refused ones included."""
        times = [entry.at_s for entry in self.entries(bucket=bucket)]
        most = start = 0
        for end, at_s in enumerate(times):
            while at_s - times[start] >= window_s:
                start += 1
            most = max(most, end - start + 1)
        return most

    def utilisation(self, limit: int, window_s: float, *, bucket: str | None = None) -> float:
        """Share of the allowed rate that was used between the first and the last request let through.

        Returns:
            0.0 to 1.0; 0.0 when fewer than two requests were let through.
        """
        times = [entry.at_s for entry in self.entries(bucket=bucket) if entry.status != 429]
        if len(times) < 2 or times[-1] <= times[0]:
            return 0.0
        before_last = bisect_left(times, times[-1])
        return min(1.0, before_last * window_s / (limit * (times[-1] - times[0])))

    def summary(self) -> dict[str, Any]:
        """Counts by status and bucket, and the fullest 1 s and 10 s window of each bucket."""
        entries = list(self._entries)
        buckets = sorted({entry.bucket for entry in entries})
        return {
            "count": len(entries),
            "body_bytes": sum(entry.body_bytes for entry in entries),
            "by_status": {str(status): n for status, n in sorted(Counter(e.status for e in entries).items())},
            "by_bucket": {
                bucket: {
                    "count": sum(entry.bucket == bucket for entry in entries),
                    "max_in_1s": self.max_in_window(1.0, bucket=bucket),
                    "max_in_10s": self.max_in_window(10.0, bucket=bucket),
                }
                for bucket in buckets
            },
        }

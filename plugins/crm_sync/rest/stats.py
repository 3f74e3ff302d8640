"""Counters of one client, fed by many threads; turning them into metrics is left to `sync`."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class ClientStats:
    """What one client did so far; plain reads are safe, writes go through `add`."""

    api_calls: int = 0
    """Requests sent, repeated ones included."""
    retries: int = 0
    rate_limited: int = 0
    """Answers that asked for a pause (429)."""
    rate_limit_wait_s: float = 0.0
    """Time in which a request waited for its turn and none was under way."""
    bytes_fetched: int = 0
    """Bytes of the answers' bodies, decompressed."""
    answer_s: float = 0.0
    """Time spent between sending and the last byte, summed over all requests."""
    clock_skew_s: float = 0.0
    """The source's clock minus the worker's, from the latest answer that named a date."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def add(
        self,
        *,
        api_calls: int = 0,
        retries: int = 0,
        rate_limited: int = 0,
        bytes_fetched: int = 0,
        answer_s: float = 0.0,
    ) -> None:
        """Add to the counters."""
        with self._lock:
            self.api_calls += api_calls
            self.retries += retries
            self.rate_limited += rate_limited
            self.bytes_fetched += bytes_fetched
            self.answer_s += answer_s

    def note_clock(self, date: datetime, received_at: datetime) -> None:
        """Note the source's clock; cut to whole seconds, it is only good for more."""
        skew_s = (date - received_at).total_seconds()
        self.clock_skew_s = 0.0 if -1.5 < skew_s < 0.5 else skew_s

    def to_metrics(self) -> dict[str, float]:
        """Give the figures by the names of sync_history.performance_metrics."""
        return {
            "api_calls": self.api_calls,
            "retries": self.retries,
            "rate_limited": self.rate_limited,
            "rate_limit_wait_seconds": round(self.rate_limit_wait_s, 3),
            "bytes_fetched": self.bytes_fetched,
            "clock_skew_seconds": round(self.clock_skew_s, 3),
        }

    @property
    def latency_s(self) -> float:
        """Mean time of one request, 0.0 before the first."""
        return self.answer_s / self.api_calls if self.api_calls else 0.0

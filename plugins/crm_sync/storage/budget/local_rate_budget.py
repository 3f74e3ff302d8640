"""The rate budget of one process alone: for a dry run against a warehouse without the crm_sync schema."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Pace:
    """One limit as the budget keeps it: at most `max_calls` in any window, none closer than `spacing_s`."""

    max_calls: int
    window_s: float
    spacing_s: float
    per_day: int | None
    day_zone: str


@dataclass
class LocalRateBudget:
    """The rule of crm_sync.take_rate_slot in memory; thread-safe.

    Args:
        clock: seconds since the epoch.
    """

    clock: Callable[[], float] = time.time
    _slots: dict[str, deque[float]] = field(default_factory=dict, init=False)
    _blocked_until: dict[str, float] = field(default_factory=dict, init=False)
    _day_counts: dict[str, tuple[date, int]] = field(default_factory=dict, init=False)
    _mutex: threading.Lock = field(default_factory=threading.Lock, init=False)

    def take(self, endpoint_class: str, pace: Pace) -> float | None:
        """Promise one call; return the seconds to wait for it, None when the day's quota is used up."""
        with self._mutex:
            now = self.clock()
            slots = self._slots.setdefault(endpoint_class, deque(maxlen=pace.max_calls))
            slot = max(now, self._blocked_until.get(endpoint_class, 0.0))
            if slots:
                slot = max(slot, slots[-1] + pace.spacing_s)
            if len(slots) == pace.max_calls:
                slot = max(slot, slots[0] + pace.window_s)
            if pace.per_day is not None:
                day = datetime.fromtimestamp(slot, UTC).astimezone(ZoneInfo(pace.day_zone)).date()
                stored_day, count = self._day_counts.get(endpoint_class, (day, 0))
                count = count if stored_day == day else 0
                if count >= pace.per_day:
                    return None
                self._day_counts[endpoint_class] = (day, count + 1)
            slots.append(slot)
            return slot - now

    def block(self, endpoint_class: str, pause_s: float) -> None:
        """Promise no call within the next `pause_s` seconds."""
        with self._mutex:
            until = self.clock() + pause_s
            self._blocked_until[endpoint_class] = max(until, self._blocked_until.get(endpoint_class, 0.0))

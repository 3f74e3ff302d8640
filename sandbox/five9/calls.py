"""The count of calls in a window that starts anew as a whole."""

from __future__ import annotations

import math


class CallWindow:
    """At most `limit` calls until the window starts anew.

    Args:
        limit: calls.
        window_s: length of the window.
    """

    def __init__(self, limit: int, window_s: float) -> None:
        self.limit = limit
        self.window_s = window_s
        self.used = 0
        self.refused = 0
        self._began_s: float | None = None
        self._now_s = 0.0

    def take(self, now_s: float) -> bool:
        """Count a call at `now_s`, a monotonic clock; false: there is no room."""
        self._now_s = now_s
        if self._began_s is None or now_s - self._began_s >= self.window_s:
            self._began_s, self.used = now_s, 0
        if self.used >= self.limit:
            self.refused += 1
            return False
        self.used += 1
        return True

    @property
    def resets_in_s(self) -> int:
        """Whole seconds until the window starts anew."""
        began = self._now_s if self._began_s is None else self._began_s
        return max(0, math.ceil(self.window_s - (self._now_s - began)))

"""Rate windows and daily quotas, measured where the vendor measures them: at the server."""

from __future__ import annotations

from collections import deque


class RollingWindow:
    """At most `limit` requests in any `window_s` seconds; refused requests do not count.

    Args:
        limit: Requests allowed in a window.
        window_s: Length of the window in seconds.
    """

    def __init__(self, limit: int, window_s: float) -> None:
        self.limit = limit
        self.window_s = window_s
        self._taken: deque[float] = deque()

    def try_take(self, now_s: float) -> bool:
        """Count a request at `now_s` (any monotonic clock); false when the window is full."""
        self._forget(now_s)
        if len(self._taken) >= self.limit:
            return False
        self._taken.append(now_s)
        return True

    def remaining(self, now_s: float) -> int:
        """Requests still allowed at `now_s`."""
        self._forget(now_s)
        return self.limit - len(self._taken)

    def wait_s(self, now_s: float) -> float:
        """Seconds from `now_s` until a request is allowed again; 0.0 when one is."""
        self._forget(now_s)
        return 0.0 if len(self._taken) < self.limit else self.window_s - (now_s - self._taken[0])

    def _forget(self, now_s: float) -> None:
        while self._taken and now_s - self._taken[0] >= self.window_s:
            self._taken.popleft()


class DailyQuota:
    """At most `limit` requests on one calendar day.

    Args:
        limit: Requests allowed a day.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self._day = ""

    def try_take(self, day: str) -> bool:
        """Count a request on `day` (any text that changes at midnight); false when the quota is used up."""
        if day != self._day:
            self._day, self.used = day, 0
        if self.used >= self.limit:
            return False
        self.used += 1
        return True

    @property
    def remaining(self) -> int:
        """Requests left today."""
        return max(0, self.limit - self.used)

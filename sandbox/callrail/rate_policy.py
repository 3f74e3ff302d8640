"""CallRail's request limits: an hour's and a day's, counted per account over everyone who calls.

Source: the rate limits published for CallRail's API, read 2026-11. What a day is is not known.
"""

from __future__ import annotations

from sandbox.callrail.config import CallRailConfig
from sandbox.callrail.errors import rate_limited
from sandbox.frame.clock import SandboxClock
from sandbox.frame.messages import Header
from sandbox.frame.rate_limits import DailyQuota, RollingWindow

HOUR_S = 3600.0


class RatePolicy:
    """The limits of all accounts.

    Args:
        config: How many requests.
        clock: Decides when a day ends (midnight UTC).
    """

    def __init__(self, config: CallRailConfig, clock: SandboxClock) -> None:
        self._config = config
        self._clock = clock
        self._hours: dict[str, RollingWindow] = {}
        self._days: dict[str, DailyQuota] = {}

    def take(self, account: str, now_s: float) -> None:
        """Count a request of an account that arrived at `now_s`, in monotonic seconds.

        Raises:
            ApiError: 429, the hour's or the day's requests are used up.
        """
        if not self._config.rate_limits:
            return
        hour = self._hours.setdefault(account, RollingWindow(self._config.requests_per_hour, HOUR_S))
        day = self._days.setdefault(account, DailyQuota(self._config.requests_per_day))
        headers: tuple[Header, ...] = ((b"retry-after", b"60"),) if self._config.retry_after else ()
        if not hour.try_take(now_s) or not day.try_take(self._clock.now().date().isoformat()):
            raise rate_limited(*headers)

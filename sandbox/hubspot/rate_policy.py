"""HubSpot's rate windows: search per second, the rest per ten seconds and app, links apart, a daily quota.

Source: HubSpot API usage guidelines and rate-limit exemptions of the public API specification, read 2026-11.
"""

from __future__ import annotations

from sandbox.frame.clock import SandboxClock
from sandbox.frame.messages import Header, Request
from sandbox.frame.rate_limits import DailyQuota, RollingWindow
from sandbox.hubspot import errors
from sandbox.hubspot.config import ASSOCIATIONS_LIMIT, BURST_LIMIT, DAILY_LIMIT, HubSpotConfig
from sandbox.hubspot.tokens import Grant

SEARCH, ASSOCIATIONS, GENERAL, UNLIMITED = "search", "associations", "general", "unlimited"
BURST_WINDOW_S = 10.0


def bucket_of(request: Request) -> str:
    """The window that a request counts in."""
    path = request.path.rstrip("/")
    if path.startswith("/oauth/"):
        return UNLIMITED
    if path.endswith("/search"):
        return SEARCH
    if "/associations" in path:
        return ASSOCIATIONS
    return GENERAL


class RatePolicy:
    """The windows of one account.

    Args:
        config: Tier and overrides.
        clock: Decides when a day ends (midnight UTC).
    """

    def __init__(self, config: HubSpotConfig, clock: SandboxClock) -> None:
        self._config = config
        self._clock = clock
        tier = config.tier
        self.burst_limit = config.burst_limit or BURST_LIMIT[tier]
        self.associations_limit = config.associations_limit or ASSOCIATIONS_LIMIT[tier]
        self.daily = DailyQuota(DAILY_LIMIT[tier] if config.daily_limit is None else config.daily_limit)
        self._search = RollingWindow(config.search_per_second, 1.0)
        self._windows: dict[tuple[str, str], RollingWindow] = {}

    def take(self, grant: Grant, bucket: str, now_s: float) -> tuple[Header, ...]:
        """Count a request that arrived at `now_s`, in monotonic seconds.

        Returns:
            The rate headers of its answer; none on search answers.

        Raises:
            ApiError: 429, a window is full or the quota is used up.
        """
        if not self._config.rate_limits or bucket == UNLIMITED:
            return ()
        if bucket == SEARCH:
            if not self._search.try_take(now_s):
                raise errors.search_limit_reached()
            self._take_daily(grant)
            return ()
        window = self._window(grant, bucket)
        if not window.try_take(now_s):
            error = errors.burst_limit_reached()
            error.headers = self._headers(grant, window, now_s)
            raise error
        self._take_daily(grant)
        return self._headers(grant, window, now_s)

    def _window(self, grant: Grant, bucket: str) -> RollingWindow:
        key = (grant.app, bucket)
        if key not in self._windows:
            limit = self.associations_limit if bucket == ASSOCIATIONS else self.burst_limit
            if grant.is_oauth and self._config.burst_limit is None:
                limit = BURST_LIMIT["oauth"]
            self._windows[key] = RollingWindow(limit, BURST_WINDOW_S)
        return self._windows[key]

    def _take_daily(self, grant: Grant) -> None:
        # The daily quota is shared by the account's private apps; public OAuth apps have none.
        if not grant.is_oauth and not self.daily.try_take(self._clock.now().date().isoformat()):
            raise errors.daily_limit_reached()

    def _headers(self, grant: Grant, window: RollingWindow, now_s: float) -> tuple[Header, ...]:
        remaining = window.remaining(now_s)
        values = {
            b"x-hubspot-ratelimit-interval-milliseconds": 10_000,
            b"x-hubspot-ratelimit-max": window.limit,
            b"x-hubspot-ratelimit-remaining": remaining,
            b"x-hubspot-ratelimit-secondly": window.limit // 10,
            b"x-hubspot-ratelimit-secondly-remaining": min(remaining, window.limit // 10),
        }
        if not grant.is_oauth:
            values[b"x-hubspot-ratelimit-daily"] = self.daily.limit
            values[b"x-hubspot-ratelimit-daily-remaining"] = self.daily.remaining
        return tuple((name, str(value).encode()) for name, value in values.items())

"""What an account may call: tokens a day for everybody together, calls in two seconds for each key.

Source: Pipedrive's documentation of rate limiting, read 2026-11.
"""

from __future__ import annotations

import math

from sandbox.frame.clock import SandboxClock
from sandbox.frame.messages import Header, Request, Response, html_response
from sandbox.frame.rate_limits import RollingWindow
from sandbox.pipedrive.config import PipedriveConfig
from sandbox.pipedrive.errors import rate_limited

WINDOW_S = 2.0
_OAUTH_FACTOR = 4


class Usage:
    """Counts calls and tokens.

    Args:
        config: The limits.
        clock: By which days pass.
    """

    def __init__(self, config: PipedriveConfig, clock: SandboxClock) -> None:
        self._config = config
        self._clock = clock
        self._windows = {
            "api_token": RollingWindow(config.burst_per_2s, WINDOW_S),
            "oauth": RollingWindow(config.burst_per_2s * _OAUTH_FACTOR, WINDOW_S),
        }
        self._day = ""
        self._ignored = 0
        self.own_tokens = 0
        """Of ours today."""
        self.used_by_others = config.used_by_others
        """May be set at any time: other tools go on calling."""

    @property
    def left(self) -> int:
        """Tokens of the day that are left."""
        return max(0, self._config.daily_tokens - self.own_tokens - self.used_by_others)

    def take(self, request: Request, kind: str, tokens: int) -> Response | None:
        """Count a call.

        Args:
            request: The call.
            kind: Of its key.
            tokens: Its price.

        Returns:
            Cloudflare's page where too many refusals were ignored; None: the call may go on.

        Raises:
            ApiError: 429.
        """
        if not self._config.rate_limits:
            self.own_tokens += tokens
            return None
        day = self._clock.now().date().isoformat()
        if day != self._day:
            self._day, self.own_tokens, self._ignored = day, 0, 0
        window = self._windows[kind]
        if self.left >= tokens and window.try_take(request.arrived_s):
            self._ignored = 0
            self.own_tokens += tokens
            return None
        self._ignored += 1
        if self._ignored > self._config.block_after:
            return html_response(403, "Access denied")
        raise rate_limited(*self.headers(request, kind))

    def headers(self, request: Request, kind: str) -> tuple[Header, ...]:
        """What answers say of both limits."""
        if not self._config.rate_limits:
            return ()
        window = self._windows[kind]
        values: dict[bytes, int] = {
            b"x-ratelimit-limit": window.limit,
            b"x-ratelimit-remaining": window.remaining(request.arrived_s),
            b"x-ratelimit-reset": math.ceil(window.wait_s(request.arrived_s)) or int(WINDOW_S),
        }
        if self._config.tells_tokens:
            values |= {
                b"x-daily-ratelimit-token-limit": self._config.daily_tokens,
                b"x-daily-ratelimit-token-remaining": self.left,
            }
        return tuple((name, str(value).encode()) for name, value in values.items())

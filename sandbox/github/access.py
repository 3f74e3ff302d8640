"""Who asks and what they may: tokens, the private repository, the hour's requests.

Source: GitHub's docs, "Rate limits for the REST API", read 2026-11.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.frame.clock import SandboxClock
from sandbox.frame.messages import Header, Request
from sandbox.github import errors
from sandbox.github.config import GithubConfig

_HOUR_S = 3600


@dataclass
class Hour:
    """The requests of one caller within an hour that begins with the first."""

    limit: int
    used: int = 0
    ends_s: float = 0.0

    def turn(self, now_s: float) -> None:
        """Begin a new hour where the last one is over."""
        if now_s >= self.ends_s:
            self.used, self.ends_s = 0, now_s + _HOUR_S

    def headers(self) -> tuple[Header, ...]:
        """What each answer says of it."""
        told = {
            "limit": self.limit,
            "remaining": max(0, self.limit - self.used),
            "used": self.used,
            "reset": int(self.ends_s),
            "resource": "core",
        }
        return tuple((f"x-ratelimit-{name}".encode(), str(value).encode()) for name, value in told.items())


@dataclass
class Access:
    """The doorkeeper.

    Args:
        config: tokens and limits.
        clock: by which an hour ends.
    """

    config: GithubConfig
    clock: SandboxClock
    hours: dict[str, Hour] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    """Tokens that are no longer valid."""

    def find_token(self, request: Request) -> str:
        """The token; empty: the request has none.

        Raises:
            ApiError: 401 for one that is not known, 403 without a User-Agent.
        """
        if not request.header(b"user-agent"):
            raise errors.no_user_agent()
        given = request.header(b"authorization")
        if given is None:
            return ""
        scheme, _, token = given.partition(" ")
        known = {self.config.token, *self.config.blind_tokens, *self.config.lacking_tokens} - self.revoked
        if scheme.lower() not in ("bearer", "token") or token not in known:
            raise errors.bad_credentials()
        return token

    def find_hour(self, token: str) -> Hour:
        """The hour of a caller."""
        most = self.config.requests_per_hour if token else self.config.anonymous_per_hour
        hour = self.hours.setdefault(token, Hour(most))
        hour.turn(self.clock.now_s())
        return hour

    def count(self, hour: Hour) -> None:
        """Count a request.

        Raises:
            ApiError: the hour has none left.
        """
        if not self.config.rate_limits:
            return
        if hour.used >= hour.limit:
            raise errors.hour_is_over(self.config.refusal)
        hour.used += 1

    def check_repository(self, token: str) -> None:
        """Let only those in who may see the repository.

        Raises:
            ApiError: 403 or 404.
        """
        if token in self.config.lacking_tokens:
            raise errors.lacks_permission()
        if self.config.is_private and token != self.config.token:
            raise errors.not_found()

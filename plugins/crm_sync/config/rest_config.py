"""What all entities of one REST CRM share: key, limits, errors, patience."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from crm_sync.config.auth_words import HmacWords, OAuthWords, list_auth_names
from crm_sync.config.base import Identifier, Model, wrong_key
from crm_sync.config.durations import Seconds
from crm_sync.config.error_words import ErrorWords
from crm_sync.config.limit_words import LimitHeaders, TierLimit

FREE = {"requests": 1_000_000, "per_s": 1.0}
"""A pace that nobody reaches: what a limit of 0 becomes, so that a quota beside it stays."""


def _is_zero(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == 0


class RateLimit(Model):
    """One limit: at most `requests` in any `per_s` seconds, and `per_day` where the vendor counts days.

    A zero in one of them means that there is no such limit.
    """

    requests: int = Field(ge=0)
    """Most requests within `per_s`; 0: no limit."""
    per_s: float = Field(ge=0)
    """Length of the sliding window; 0: no limit."""
    per_day: int | None = Field(default=None, ge=0)
    """Most requests in one calendar day of `day_zone`; none or 0: no limit."""
    day_zone: str = "UTC"
    """Time zone whose midnight resets `per_day`."""

    @model_validator(mode="before")
    @classmethod
    def _read_zeros(cls, values: Any) -> Any:  # noqa: ANN401  # pydantic judges it
        if not isinstance(values, dict):
            return values
        given = {key: value for key, value in values.items() if not (key == "per_day" and _is_zero(value))}
        is_free = any(_is_zero(given.get(key)) for key in ("requests", "per_s"))
        return {**given, **FREE} if is_free else given


class RestConfig(Model):
    """What all entities of one REST CRM share."""

    client: str = "rest"
    """Name in `rest/registry`-style tables: which error classifier and header reader the vendor needs."""
    api_version: str = ""
    """Value of the placeholder `{api_version}` in paths."""
    auth: Literal["bearer", "basic", "headers", "hmac", "oauth", "hubspot"] = "bearer"
    """How the connection's secret is sent: as a bearer token, as Basic auth, in the headers of
    `auth_headers`, as a signature (`hmac`), for tokens (`oauth`), or as HubSpot does (private app or
    OAuth)."""
    auth_headers: dict[str, str] = Field(default_factory=dict)
    """For `headers`: their values, with {login} and {password} of the connection."""
    hmac: HmacWords | None = None
    """For `hmac`: what is signed."""
    oauth: OAuthWords | None = None
    """For `oauth`: where tokens come from."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Constant headers of every request."""
    extras: tuple[Identifier, ...] = ()
    """Connection extras that paths and parameters may use as placeholders."""
    errors: ErrorWords = ErrorWords()
    """How the vendor's error answers are read."""
    rate_limits: dict[str, RateLimit] = Field(default_factory=dict)
    """Endpoint class to limit; the class `default` is used where a request names none."""
    limit_headers: LimitHeaders = LimitHeaders()
    """What answers say about limits."""
    tiers: dict[str, dict[str, TierLimit]] = Field(default_factory=dict)
    """By the connection's extra `tier`: what it changes in `rate_limits`."""
    reserve: float = Field(default=0.0, ge=0.0, lt=1.0)
    """Share of every limit left to the company's other tools."""
    max_wait_s: Seconds = 6 * 3600
    """Longest total wait for the budget in one entity; then the run ends as partial."""
    max_retries: int = Field(default=6, ge=0)
    """How often a request that failed for a passing reason is sent again."""
    connect_timeout_s: float = Field(default=10, ge=0)
    """Longest wait for the connection to the host; 0: for ever."""
    read_timeout_s: float = Field(default=60, ge=0)
    """Longest wait for an answer, and for its whole body; 0, as above: for ever."""
    verify_path: str = ""
    """Cheap GET that proves the key, for `test_connection`."""

    @model_validator(mode="after")
    def _check_tiers(self) -> Self:
        for tier, limits in self.tiers.items():
            for name in limits:
                if name not in self.rate_limits:
                    raise wrong_key(f"rest.tiers.{tier}", "classes of rest.rate_limits", name)
        return self

    @model_validator(mode="after")
    def _check_auth(self) -> Self:
        for kind, words in (("hmac", self.hmac), ("oauth", self.oauth)):
            if (self.auth == kind) != (words is not None):
                raise wrong_key(f"rest.{kind}", f"auth: {kind} and its words together", "one of the two")
        for key, given in (("auth_headers", self.auth_headers), ("hmac", self.hmac), ("oauth", self.oauth)):
            for inner, name in list_auth_names(given) if given is not None else ():
                if name not in self.extras or key == "auth_headers":
                    others = "" if key == "auth_headers" else " or an extra of rest.extras"
                    raise wrong_key(f"rest.{key}.{inner}", f"slots for login, password{others}", name)
        return self

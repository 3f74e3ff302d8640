"""What all entities of one REST CRM share: key, limits, errors, patience."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from crm_sync.config.auth_words import (
    GRANTS,
    SECRETS,
    HmacWords,
    OAuthWords,
    RedirectWords,
    Sigv4Words,
    find_names,
    list_auth_names,
)
from crm_sync.config.base import Identifier, Model, wrong_key
from crm_sync.config.counters import CounterWords
from crm_sync.config.durations import Seconds
from crm_sync.config.error_words import ErrorWords
from crm_sync.config.limit_words import LimitHeaders, TierLimit
from crm_sync.exceptions import ConfigError
from crm_sync.untyped import Json

FREE = {"requests": 1_000_000, "per_s": 1.0}
"""A pace that nobody reaches: what a limit of 0 becomes, so that a quota beside it stays."""
OTHER_VERSIONS = "other"


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
    requests_extra: str = ""
    """Connection extra with another number of `requests`."""
    per_s_extra: str = ""
    """Connection extra with another `per_s`, such as the pause between two requests."""
    per_day_extra: str = ""
    """Connection extra with another number `per_day`, where only the account knows its quota."""
    unit: str = "calls"
    """What is counted, for messages."""
    day_zone: str = "UTC"
    """Time zone whose midnight resets `per_day`."""

    @model_validator(mode="before")
    @classmethod
    def _read_zeros(cls, values: Json) -> Json:
        if not isinstance(values, dict):
            return values
        given = {key: value for key, value in values.items() if not (key == "per_day" and _is_zero(value))}
        is_free = any(_is_zero(given.get(key)) for key in ("requests", "per_s"))
        return {**given, **FREE} if is_free else given


class RestConfig(Model):
    """What all entities of one REST CRM share."""

    api_version: str = ""
    """Value of the placeholder `{api_version}` in paths; the connection's extra of that name replaces it."""
    api_version_extra: str = "api_version"
    """Name of that extra."""
    paths: dict[str, dict[Identifier, str]] = Field(default_factory=dict)
    """Beginnings of paths by placeholder, for vendors whose versions differ in more than a number: those
    under the account's `api_version`, else those under `other`, in which `{api_version}` is filled in."""
    base_url: str = ""
    """Address of the host where the connection names none; slots as in `auth_headers`, and for extras."""
    auth: Literal["bearer", "basic", "headers", "param", "hmac", "oauth", "sigv4", "none"] = "bearer"
    """How the connection's secret is sent: as a bearer token, as Basic auth, in the headers of
    `auth_headers`, in the query parameters of `auth_params` (`param`), as a signature (`hmac`, `sigv4`), for
    tokens (`oauth`), or not at all (`none`)."""
    auth_extra: str = ""
    """Connection extra that, with the word `oauth` or the name of a grant, has tokens fetched instead; the
    tier `oauth` then holds, where there is one."""
    auth_headers: dict[str, str] = Field(default_factory=dict)
    """For `headers`: their values, with {login} and {password} of the connection."""
    auth_params: dict[str, str] = Field(default_factory=dict)
    """For `param`: query parameters of every request, with {login} and {password} of the connection. They
    stand in no message and in no stored position; a header is safer where the source takes one."""
    hmac: HmacWords | None = None
    """For `hmac`: what is signed."""
    sigv4: Sigv4Words | None = None
    """For `sigv4`: to which service of AWS the requests go."""
    oauth: OAuthWords | None = None
    """For `oauth`, or with `auth_extra`: where tokens come from."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Constant headers of every request."""
    extras: tuple[Identifier, ...] = ()
    """Connection extras that paths and parameters may use as placeholders."""
    needs: tuple[Identifier, ...] = ()
    """Those of `extras` that the connection has to have."""
    errors: ErrorWords = ErrorWords()
    """How the vendor's error answers are read."""
    rate_limits: dict[str, RateLimit] = Field(default_factory=dict)
    """Limits by endpoint class; requests that name no class use `default`."""
    limit_headers: LimitHeaders = LimitHeaders()
    """Where answers say how much of a limit is left."""
    counters: CounterWords | None = None
    """A request by which the source says how many calls it still takes; none: it has none."""
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
    read_timeout_extra: str = ""
    """Connection extra with another `read_timeout_s`."""
    redirects: RedirectWords = RedirectWords()
    """Redirects to other hosts; without it they are errors. Those on the connection's own are followed."""
    keeps_cookies: bool = False
    """Cookies that answers set are sent with the requests after them."""
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
    def _check_needs(self) -> Self:
        if unknown := sorted({*self.needs, *find_names(self.base_url)} - {*self.extras, *SECRETS}):
            raise wrong_key("rest.extras", f"also {unknown[0]}, which needs or base_url names", "none such")
        return self

    @model_validator(mode="after")
    def _check_day(self) -> Self:
        counted = self.limit_headers.day_counts
        if counted and counted not in self.rate_limits:
            raise wrong_key("rest.limit_headers.day_counts", "a class of rest.rate_limits", counted)
        return self

    @model_validator(mode="after")
    def _check_paths(self) -> Self:
        names = {name for pieces in self.paths.values() for name in pieces}
        for version, pieces in self.paths.items():
            if lacking := sorted(names - pieces.keys()):
                raise wrong_key(f"rest.paths.{version}", "the names of all other versions", lacking[0])
            for name, text in pieces.items():
                if set(find_names(text)) - {"api_version"} or not text.startswith("/"):
                    expected = "a path with a slash in front and no slot but {api_version}"
                    raise wrong_key(f"rest.paths.{version}.{name}", expected, text)
        if self.paths and not {OTHER_VERSIONS, self.api_version} & self.paths.keys():
            raise wrong_key("rest.paths", f"{OTHER_VERSIONS}, or those of api_version", ", ".join(self.paths))
        return self

    @property
    def path_names(self) -> frozenset[str]:
        """Name the placeholders of `paths`."""
        return frozenset(name for pieces in self.paths.values() for name in pieces)

    def fill_paths(self, api_version: str) -> dict[str, str]:
        """Give what fills the placeholders of paths that depend on the version.

        Raises:
            ConfigError: `paths` has neither this version nor others.
        """
        if not self.paths:
            return {"api_version": api_version}
        pieces = self.paths.get(api_version or self.api_version, self.paths.get(OTHER_VERSIONS))
        if pieces is None:
            expected = f"one of {', '.join(self.paths)}"
            raise ConfigError(
                "connection", f"extra.{self.api_version_extra}", expected, got=repr(api_version)
            )
        filled = {name: text.replace("{api_version}", api_version) for name, text in pieces.items()}
        return {"api_version": api_version, **filled}

    def chooses_oauth(self, extra: Mapping[str, Any]) -> bool:
        """Tell whether a connection has tokens fetched."""
        chosen = extra.get(self.auth_extra) if self.auth_extra else None
        return self.auth == "oauth" or chosen == "oauth" or chosen in GRANTS

    @model_validator(mode="after")
    def _check_auth(self) -> Self:
        if self.auth_extra and (self.oauth is None or self.auth == "oauth"):
            raise wrong_key("rest.auth_extra", "another auth, and the words of oauth", self.auth)
        if (self.auth == "param") != bool(self.auth_params):
            raise wrong_key("rest.auth_params", "auth: param and its words together", "one of the two")
        for kind, words in (("hmac", self.hmac), ("sigv4", self.sigv4), ("oauth", self.oauth)):
            is_asked = self.auth == kind or (kind == "oauth" and bool(self.auth_extra))
            if is_asked != (words is not None):
                raise wrong_key(f"rest.{kind}", f"auth: {kind} and its words together", "one of the two")
        plain = {"auth_headers": self.auth_headers, "auth_params": self.auth_params}
        others = (("hmac", self.hmac), ("sigv4", self.sigv4), ("oauth", self.oauth))
        for key, given in (*plain.items(), *others):
            for inner, name in list_auth_names(given) if given is not None else ():
                if name not in self.extras or key in plain:
                    extras = "" if key in plain else " or an extra of rest.extras"
                    raise wrong_key(f"rest.{key}.{inner}", f"slots for login, password{extras}", name)
        return self

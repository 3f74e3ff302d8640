"""Builds the client of one account from config and connection; the session is the hook's."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from crm_sync.config.rest_config import RestConfig
from crm_sync.exceptions import ConfigError
from crm_sync.rest.auth import Auth, BasicAuth, BearerAuth, HeaderAuth
from crm_sync.rest.client import RestClient
from crm_sync.rest.errors import Classifier, WordedClassifier
from crm_sync.rest.limit_news import HeaderReader, read_no_headers
from crm_sync.rest.oauth import OAuthKey, OAuthRefreshAuth
from crm_sync.rest.pacing import Budget, Pacer
from crm_sync.rest.rate_limits import calls_per_s, is_limit_key, resolve_limits
from crm_sync.rest.retries import RetryPolicy
from crm_sync.rest.transport import Transport, widen_pool
from crm_sync.rest.vendors import hubspot
from crm_sync.rest.waits import Waiter, never

logger = logging.getLogger(__name__)

_MOST_CONNECTIONS = 64
_SESSION_EXTRAS = frozenset(
    {
        "timeout",
        "verify",
        "cert",
        "proxies",
        "proxy",
        "stream",
        "allow_redirects",
        "max_redirects",
        "trust_env",
    }
    | {"check_response"}
)
"""Extras that Airflow's HttpHook takes for its session."""


@dataclass(frozen=True)
class ConnectionFacts:
    """The parts of an Airflow connection that a client needs."""

    connection_id: str
    login: str = ""
    password: str = field(default="", repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Vendor:
    """What a vendor's HTTP needs beyond config."""

    classify: Classifier | None = None
    """None: by status, in the words of config."""
    read_limits: HeaderReader = read_no_headers
    extras: frozenset[str] = frozenset()
    """Connection extras it knows, beside the limits."""


VENDORS: Mapping[str, Vendor] = {
    "rest": Vendor(extras=frozenset({"header"})),
    "hubspot": Vendor(
        classify=hubspot.classify,
        read_limits=hubspot.read_limits,
        extras=frozenset({"auth", "refresh_token", "token_path", "api_version", "portal_id", "tier"}),
    ),
}


def build_client(  # noqa: PLR0913  # the hook's one call; each argument is a thing of its own
    rest: RestConfig,
    session: requests.Session,
    base_url: str,
    *,
    connection: ConnectionFacts,
    budget: Budget,
    crm_source: str,
    stop: Callable[[], bool] = never,
    longest_wait_s: float | None = 60.0,
    on_secret: Callable[[str], None] | None = None,
) -> RestClient:
    """Build a client.

    Args:
        rest: of the CRM's `source.yaml`.
        session: made by the hook; its adapter for the host is widened.
        base_url: from the connection.
        connection: key and extras.
        budget: shared by all workers; its limits are `resolve_limits` of the same config and extras.
        crm_source: named in errors.
        stop: true once the task is asked to end.
        longest_wait_s: a longer wait raises LongWaitError; None: never.
        on_secret: told each token that is fetched at run time, so that logs can mask it.

    Raises:
        ConfigError: the config names an unknown client, or the connection lacks what the auth needs.
    """
    vendor = VENDORS.get(rest.client)
    if vendor is None:
        raise ConfigError(
            f"{crm_source}/source.yaml", "rest.client", f"one of {', '.join(VENDORS)}", got=rest.client
        )
    warn_unknown_extras(vendor, connection, own=rest.extras)
    session.headers.update(rest.headers)
    widen_pool(session, base_url, _MOST_CONNECTIONS)
    limits = resolve_limits(rest, connection.extra)
    is_paced = connection.extra.get("rate_limits") not in (False, "false")
    return RestClient(
        transport=Transport(
            session,
            base_url,
            connect_timeout_s=rest.connect_timeout_s,
            read_timeout_s=rest.read_timeout_s,
        ),
        auth=_build_auth(rest, session, base_url, connection, on_secret or _ignore),
        pacer=Pacer(
            budget=budget,
            waiter=Waiter(stop=stop),
            read_headers=vendor.read_limits if is_paced else read_no_headers,
            reserve=rest.reserve,
            max_wait_s=rest.max_wait_s,
            longest_wait_s=longest_wait_s,
        ),
        classify=vendor.classify or WordedClassifier(rest.errors),
        policy=RetryPolicy(max_retries=rest.max_retries),
        connection_id=connection.connection_id,
        crm_source=crm_source,
        api_version=str(connection.extra.get("api_version") or rest.api_version),
        extras={name: str(connection.extra[name]) for name in rest.extras if connection.extra.get(name)},
        calls_per_s=calls_per_s(limits, rest.reserve) if is_paced else {},
        calls_per_day={name: limit.per_day for name, limit in limits.items() if limit.per_day and is_paced},
    )


def warn_unknown_extras(
    vendor: Vendor, connection: ConnectionFacts, *, own: Collection[str] = ()
) -> list[str]:
    """Log the names of extras that nothing reads, never their values; gives the names."""
    known = vendor.extras | _SESSION_EXTRAS | set(own)
    unknown = sorted(key for key in connection.extra if key not in known and not is_limit_key(key))
    if unknown:
        logger.warning(
            "Connection %s: the extra %s is not known and has no effect.",
            connection.connection_id,
            ", ".join(unknown),
        )
    return unknown


def _build_auth(
    rest: RestConfig,
    session: requests.Session,
    base_url: str,
    connection: ConnectionFacts,
    on_secret: Callable[[str], None],
) -> Auth:
    if rest.auth == "basic":
        return BasicAuth(connection.login, connection.password)
    if rest.auth == "hubspot" and connection.extra.get("auth") == "oauth":
        return _build_oauth(session, base_url, connection, on_secret)
    if not connection.password:
        raise _lacks(connection, "password", "the access token")
    if rest.auth == "headers":
        return _build_headers(rest, connection, on_secret)
    return BearerAuth(connection.password)


def _build_headers(
    rest: RestConfig, connection: ConnectionFacts, on_secret: Callable[[str], None]
) -> HeaderAuth:
    templates = rest.auth_headers or {str(connection.extra.get("header") or "X-Api-Key"): "{password}"}
    if any("{login}" in template for template in templates.values()):
        if not connection.login:
            raise _lacks(connection, "login", "the first of the two keys")
        # Airflow masks passwords only, and here the login is a secret, too
        on_secret(connection.login)
    secrets = {"{login}": connection.login, "{password}": connection.password}
    return HeaderAuth({name: _fill(template, secrets) for name, template in templates.items()})


def _fill(template: str, secrets: Mapping[str, str]) -> str:
    # one pass: a secret may itself look like a placeholder
    return re.sub(r"\{login\}|\{password\}", lambda found: secrets[found[0]], template)


def _build_oauth(
    session: requests.Session, base_url: str, connection: ConnectionFacts, on_secret: Callable[[str], None]
) -> Auth:
    refresh_token = connection.extra.get("refresh_token")
    for name, value in (("login", connection.login), ("password", connection.password)):
        if not value:
            raise _lacks(connection, name, "the OAuth client's id and secret")
    if not refresh_token:
        raise _lacks(connection, "extra.refresh_token", "the OAuth refresh token")
    path = str(connection.extra.get("token_path") or "/oauth/v1/token")
    if not path.startswith("/"):
        raise _lacks(connection, "extra.token_path", "a path on the connection's host, with a slash in front")
    key = OAuthKey(base_url.rstrip("/") + path, connection.login, connection.password, str(refresh_token))
    return OAuthRefreshAuth(
        key,
        session,
        on_secret=on_secret,
        on_refresh_token=lambda _token: logger.warning(
            "Connection %s: the source handed out another refresh token. It serves this run; "
            "put a fresh one into the connection before the old one ends.",
            connection.connection_id,
        ),
    )


def _lacks(connection: ConnectionFacts, key: str, expected: str) -> ConfigError:
    return ConfigError(f"connection {connection.connection_id}", key, expected)


def _ignore(_secret: str) -> None:
    pass

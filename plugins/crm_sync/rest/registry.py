"""Builds the client of one account from config and connection; the session is the hook's."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection

import requests

from crm_sync.config.rest_config import RestConfig
from crm_sync.rest.client import RestClient
from crm_sync.rest.connection_facts import ConnectionFacts
from crm_sync.rest.counter_calls import build_counters
from crm_sync.rest.errors import WordedClassifier
from crm_sync.rest.limit_news import build_header_reader, read_no_headers
from crm_sync.rest.own_calls import OwnCalls
from crm_sync.rest.pacing import Budget, Pacer
from crm_sync.rest.rate_limits import (
    calls_per_s,
    is_limit_key,
    list_limit_extras,
    read_number,
    read_share,
    resolve_limits,
)
from crm_sync.rest.retries import RetryPolicy
from crm_sync.rest.signing import build_auth, list_auth_extras, name_account, read_hosts
from crm_sync.rest.transport import Transport, widen_pool
from crm_sync.rest.waits import Waiter, never
from crm_sync.untyped import Json

logger = logging.getLogger(__name__)

__all__ = ["ConnectionFacts", "build_client", "warn_unknown_extras"]

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
        on_secret: called with each token that is fetched at run time, so that logs can mask it.

    Raises:
        ConfigError: the connection lacks a value that the auth needs, or an extra has an invalid value.
    """
    for name in rest.needs:
        if not connection.find(name):
            raise connection.lacks(f"extra.{name}", "a value, since nothing can be read without it")
    warn_unknown_extras(connection, own={*rest.extras, *list_own_extras(rest)})
    session.headers.update(rest.headers)
    widen_pool(session, base_url)
    limits = resolve_limits(rest, connection.extra)
    notes: dict[str, None] = {}
    worded = WordedClassifier(rest.errors, name_account(rest, connection))
    is_paced = connection.extra.get("rate_limits") not in (False, "false")
    paces = calls_per_s(limits, rest.reserve) if is_paced else {}
    client = RestClient(
        transport=Transport(
            session,
            base_url,
            connect_timeout_s=rest.connect_timeout_s,
            read_timeout_s=_find_timeout(rest, connection),
            keeps_cookies=rest.keeps_cookies,
        ),
        auth=build_auth(rest, session, base_url, connection, on_secret=on_secret or _ignore, notes=notes),
        pacer=Pacer(
            budget=budget,
            waiter=Waiter(stop=stop),
            read_headers=build_header_reader(rest.limit_headers) if is_paced else read_no_headers,
            reserve=rest.reserve,
            day_share=read_share(rest, connection.extra),
            day_class=rest.limit_headers.day_counts,
            day_unit=limits[rest.limit_headers.day_counts].unit if rest.limit_headers.day_counts else "calls",
            max_wait_s=rest.max_wait_s,
            longest_wait_s=longest_wait_s,
            own_calls=OwnCalls(paces),
        ),
        classify=worded,
        is_fault=worded.is_fault,
        policy=RetryPolicy(max_retries=rest.max_retries),
        connection_id=connection.connection_id,
        crm_source=crm_source,
        api_version=str(connection.extra.get(rest.api_version_extra) or rest.api_version),
        extras={name: _write(connection.extra[name]) for name in rest.extras if connection.extra.get(name)},
        calls_per_s=paces,
        notes=notes,
        calls_per_day={name: limit.per_day for name, limit in limits.items() if limit.per_day and is_paced},
    )
    own_hosts = read_hosts(connection.extra.get(rest.redirects.allowed_extra))
    client.transport.redirect_hosts = (*rest.redirects.allowed, *own_hosts)
    if rest.counters is not None and is_paced:
        client.counters = build_counters(client, rest.counters, reserve=rest.reserve)
    return client


def warn_unknown_extras(connection: ConnectionFacts, *, own: Collection[str] = ()) -> list[str]:
    """Log the names of extras that nothing reads, never their values; gives the names."""
    known = _SESSION_EXTRAS | set(own)
    unknown = sorted(key for key in connection.extra if key not in known and not is_limit_key(key))
    if unknown:
        logger.warning(
            "Connection %s: the extra %s is not known and has no effect.",
            connection.connection_id,
            ", ".join(unknown),
        )
    return unknown


def list_own_extras(rest: RestConfig) -> set[str]:
    """Name the extras that words of `rest` read, beside `rest.extras` and the limits."""
    named = {"tier": bool(rest.tiers), rest.api_version_extra: bool(rest.api_version)}
    read = {name for name, is_read in named.items() if is_read}
    timeout = {rest.read_timeout_extra, rest.redirects.allowed_extra} - {""}
    return {*list_auth_extras(rest), *list_limit_extras(rest), *read, *timeout}


def _find_timeout(rest: RestConfig, connection: ConnectionFacts) -> float:
    given = connection.extra.get(rest.read_timeout_extra) if rest.read_timeout_extra else None
    return rest.read_timeout_s if given is None else read_number(rest.read_timeout_extra, given)


def _write(value: Json) -> str:
    """Write an extra for slots; a list as a text with commas."""
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _ignore(_secret: str) -> None:
    pass

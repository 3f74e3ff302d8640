"""Turns an Airflow connection into a REST client: session, auth and rate budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook

from crm_sync.exceptions import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crm_sync.config.rest_config import RestConfig
    from crm_sync.hooks.opening import Opening
    from crm_sync.rest.client import RestClient
    from crm_sync.storage.budget.rate_budget import RateBudget


def open_connection(opening: Opening) -> RestClient:
    """Give a retrying client for the connection's host, which waits for its turn if it is paced.

    Raises:
        ConfigError: source.yaml has no `rest`, or the connection lacks a value that the CRM needs.
    """
    from airflow.sdk.log import mask_secret

    from crm_sync.hooks.http_session import open_session
    from crm_sync.hooks.typed import read_extra
    from crm_sync.rest.connection_facts import fill_slots
    from crm_sync.rest.registry import ConnectionFacts, build_client
    from crm_sync.storage.budget.rate_budget import NoRateBudget

    source = opening.source
    rest = source.rest
    if rest is None:
        raise ConfigError(f"{source.crm_source}/source.yaml", "rest", "a value for a CRM of kind rest")
    connection = BaseHook.get_connection(source.connection_id)
    facts = ConnectionFacts(
        connection_id=source.connection_id,
        login=connection.login or "",
        password=connection.password or "",
        extra=read_extra(connection),
    )
    usual_url = fill_slots(rest.base_url, facts.need(rest.base_url))
    session, base_url = open_session(source.connection_id, usual_url)
    return build_client(
        rest,
        session,
        base_url,
        connection=facts,
        budget=_open_budget(opening, rest, facts.extra) if opening.is_paced else NoRateBudget(),
        crm_source=source.crm_source,
        stop=opening.stop,
        on_secret=mask_secret,
    )


def _open_budget(opening: Opening, rest: RestConfig, extra: Mapping[str, Any]) -> RateBudget:
    from crm_sync.rest.rate_limits import resolve_limits
    from crm_sync.storage.budget.rate_budget import NoRateBudget, PostgresRateBudget

    if extra.get("rate_limits") in (False, "false"):
        return NoRateBudget()
    return PostgresRateBudget(
        opening.connect,
        opening.source.crm_source,
        account=opening.source.connection_id,
        limits=resolve_limits(rest, extra),
        reserve=rest.reserve,
    )

"""Limits from config, tier and connection extras, and the client built from them."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import requests

from crm_sync.config.loader import load_source
from crm_sync.config.rest_config import RateLimit, RestConfig
from crm_sync.exceptions import ConfigError
from crm_sync.rest.auth import BasicAuth, BearerAuth, HeaderAuth
from crm_sync.rest.limit_news import read_no_headers
from crm_sync.rest.oauth import OAuth
from crm_sync.rest.pacing import Unlimited
from crm_sync.rest.rate_limits import resolve_limits
from crm_sync.rest.registry import ConnectionFacts, build_client

REST = load_source(Path(__file__).parents[3] / "dags" / "configs", "hubspot").rest


@pytest.mark.parametrize(
    ("extra", "name", "expected"),
    [
        ({}, "default", (190, 10, 625_000)),
        ({"tier": "starter"}, "default", (100, 10, 250_000)),
        ({"tier": "starter"}, "associations", (100, 10, 500_000)),
        ({"tier": "enterprise"}, "default", (190, 10, 1_000_000)),
        ({"auth": "oauth", "tier": "enterprise"}, "default", (110, 10, 1_000_000)),
        ({"auth": "private_app", "tier": "enterprise"}, "default", (190, 10, 1_000_000)),
        ({"search_rps": 4}, "search", (4, 1, None)),
        ({"search_rps": "0.5"}, "search", (1, 2, None)),
        ({"requests_per_10s": 60}, "default", (60, 10, 625_000)),
        ({"requests_per_minute": 60}, "default", (60, 60, 625_000)),
        ({"requests_per_day": 1000}, "default", (190, 10, 1000)),
        ({"associations_requests_per_10s": 20}, "associations", (20, 10, 500_000)),
        ({"tier": "starter", "requests_per_10s": 60}, "default", (60, 10, 250_000)),
        ({"exports_requests_per_hour": 9}, "exports", (9, 3600, None)),
    ],
    ids=str,
)
def test_extras_change_the_limits(extra, name, expected):
    limit = resolve_limits(REST, extra)[name]
    assert (limit.requests, limit.per_s, limit.per_day) == expected


@pytest.mark.parametrize(
    "extra",
    [
        {"tier": "gold"},
        {"search_rps": "many"},
        {"requests_per_10s": True},
        {"x_requests_per_day": 5},
    ],
    ids=str,
)
def test_limit_that_cannot_be_is_refused_by_name(extra):
    (key,) = extra
    with pytest.raises(ConfigError, match=key):
        resolve_limits(REST, extra)


def build(rest: RestConfig = REST, **facts):
    return build_client(
        rest,
        requests.Session(),
        "https://api.example",
        connection=ConnectionFacts("hubspot_default", **{"password": "secret-token", **facts}),
        budget=Unlimited(),
        crm_source="hubspot",
    )


def test_client_knows_the_rates_and_the_version():
    client = build(extra={"api_version": "2026-03", "search_rps": 4})
    assert client.calls_per_s == {"default": 19.0, "search": 4.0, "associations": 15.0}
    assert client.api_version == "2026-03"


def test_reserve_lowers_the_rates():
    client = build(REST.model_copy(update={"reserve": 0.5}))
    assert client.calls_per_s["default"] == 9.5


@pytest.mark.parametrize("value", [False, "false"])
def test_rate_limits_off_means_no_rates_and_no_headers(value):
    client = build(extra={"rate_limits": value})
    assert client.calls_per_s == {}
    assert client.pacer.read_headers is read_no_headers


def test_unknown_extra_is_warned_of_without_its_value(caplog):
    with caplog.at_level(logging.WARNING):
        known = REST.model_copy(update={"extras": ("account_id",)})
        build(known, extra={"teir": "hidden-value", "tier": "starter", "account_id": 1})
    assert "teir" in caplog.text
    assert "hidden-value" not in caplog.text
    assert "account_id" not in caplog.text


@pytest.mark.parametrize(
    ("auth", "facts", "kind"),
    [
        ("bearer", {}, BearerAuth),
        ("bearer", {"extra": {"auth": "private_app"}}, BearerAuth),
        ("basic", {"login": "me"}, BasicAuth),
        ("headers", {}, HeaderAuth),
        ("bearer", {"login": "id", "extra": {"auth": "oauth", "refresh_token": "r"}}, OAuth),
    ],
)
def test_auth_follows_config_and_connection(auth, facts, kind):
    assert type(build(REST.model_copy(update={"auth": auth}), **facts).auth) is kind


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        ({"password": ""}, "password"),
        ({"extra": {"auth": "oauth", "refresh_token": "r"}}, "login"),
        ({"login": "id", "extra": {"auth": "oauth"}}, "extra.refresh_token"),
        (
            {
                "login": "id",
                "extra": {"auth": "oauth", "refresh_token": "r", "token_path": "https://x.example/t"},
            },
            "extra.token_path",
        ),
    ],
)
def test_connection_that_lacks_something_is_named(facts, key):
    with pytest.raises(ConfigError, match=key) as caught:
        build(**facts)
    assert "hubspot_default" in str(caught.value)


@pytest.mark.parametrize("extra", [{"token_path": "/oauth/v3/token"}, {}], ids=str)
def test_token_is_asked_for_at_the_connections_own_path(extra):
    given = {"auth": "oauth", "refresh_token": "r", **extra}
    grant = build(login="id", extra=given).auth._grant
    assert grant.token_url == "https://api.example" + (extra.get("token_path") or "/oauth/v1/token")


def test_facts_never_show_their_secrets():
    shown = repr(ConnectionFacts("x", "me", "secret-token", {"refresh_token": "hidden-value"}))
    assert "secret-token" not in shown
    assert "hidden-value" not in shown


def test_limits_are_the_models_own():
    assert all(isinstance(limit, RateLimit) for limit in resolve_limits(REST, {}).values())

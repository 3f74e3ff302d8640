"""Ways to sign: what becomes the connection's password and login, and what can't be said."""

from __future__ import annotations

import pytest

from tests.sources.manifests.patterns import option, stream
from tests.unit.import_manifest.convert_support import convert, convert_one, refuse, retrieve

KEY = "{{ config['api_key'] }}"


def sign(kind, **words):
    return {"authenticator": {"type": kind, **words}}


@pytest.mark.parametrize(
    ("asks", "rest", "secrets"),
    [
        ({}, {"auth": "none"}, {}),
        (sign("NoAuth"), {"auth": "none"}, {}),
        (sign("BearerAuthenticator", api_token=KEY), {"auth": "bearer"}, {"password": "config.api_key"}),
        (
            sign("ApiKeyAuthenticator", api_token=f"Token {KEY}", header="X-Key"),
            {"auth": "headers", "auth_headers": {"X-Key": "Token {password}"}},
            {"password": "config.api_key"},
        ),
        (
            sign("ApiKeyAuthenticator", api_token=KEY, inject_into=option("key")),
            {"auth": "param", "auth_params": {"key": "{password}"}},
            {"password": "config.api_key"},
        ),
        (
            {"request_parameters": {"key": KEY, "a": "b"}},
            {"auth": "param", "auth_params": {"key": "{password}"}},
            {"password": "config.api_key"},
        ),
        (
            {"request_headers": {"X-Key": KEY, "X-App": "{{ config['app'] }}", "Accept": "x"}},
            {"auth": "headers", "auth_headers": {"X-App": "{login}", "X-Key": "{password}"}},
            {"password": "config.api_key", "login": "config.app"},
        ),
        (
            {**sign("BearerAuthenticator", api_token=KEY), "request_headers": {"X-App": "{{ config.app }}"}},
            {
                "auth": "headers",
                "auth_headers": {"Authorization": "Bearer {password}", "X-App": "{login}"},
            },
            {"password": "config.api_key", "login": "config.app"},
        ),
        (
            sign("BasicHttpAuthenticator", username="{{ config['me'] }}", password=KEY),
            {"auth": "basic"},
            {"login": "config.me", "password": "config.api_key"},
        ),
        (
            sign(
                "OAuthAuthenticator",
                token_refresh_endpoint="https://login.example.com/token",
                client_id="{{ config['id'] }}",
                client_secret=KEY,
                refresh_token="{{ config['fresh'] }}",
                scopes=["a", "b"],
            ),
            {
                "auth": "oauth",
                "oauth": {
                    "grant": "refresh_token",
                    "token_url": "https://login.example.com/token",
                    "scope": "a b",
                },
            },
            {
                "login": "config.id",
                "password": "config.api_key",
                "extra refresh_token": "config.fresh",
            },
        ),
    ],
)
def test_way_to_sign(asks, rest, secrets):
    result = convert(stream(retriever=retrieve(asks=asks)), secrets=("api_key", "app"))
    assert {name: one for name, one in result.rest.items() if name != "extras"} == rest
    assert result.connector.secrets == secrets
    assert result.doubts == []
    assert "key" not in result.one.get("params", {}), "a secret would stand in stored positions"


@pytest.mark.parametrize(
    ("asks", "reason"),
    [
        (sign("SessionTokenAuthenticator"), "a way to sign (SessionTokenAuthenticator)"),
        (
            sign("CustomAuthenticator", class_name="own.Signer"),
            "own Python code that signs: own.Signer",
        ),
        (
            sign("ApiKeyAuthenticator", api_token=KEY, inject_into=option("k", "body_json")),
            "a key in the body of a request: k",
        ),
        (
            {**sign("BasicHttpAuthenticator", username="x"), "request_parameters": {"key": KEY}},
            "a key in a parameter beside another way to sign: key",
        ),
        (
            sign("OAuthAuthenticator", grant_type="password", token_refresh_endpoint="https://x.example/t"),
            "an OAuth grant: password",
        ),
    ],
)
def test_what_can_not_be_said_is_the_reason(asks, reason):
    assert refuse(asks=asks) == reason


def test_constants_of_basic_auth_are_told_and_never_shown_as_a_secret_of_the_config():
    result = convert_one(asks=sign("BasicHttpAuthenticator", username=KEY, password="X"))
    assert result.rest == {"auth": "basic"}
    assert result.doubts == ["put into the connection's password what the manifest sends: X"]


def test_choice_between_ways_takes_the_plainer_one_and_says_so():
    ways = {
        "oauth": {"type": "OAuthAuthenticator", "token_refresh_endpoint": "https://x.example/t"},
        "key": {"type": "BearerAuthenticator", "api_token": KEY},
    }
    asks = sign("SelectiveAuthenticator", authenticators=ways, authenticator_selection_path=["a"])
    result = convert_one(asks=asks)
    assert result.rest == {"auth": "bearer"}
    assert result.doubts == ["of the ways to log in (oauth, key) key is the one that is used"]


def test_address_of_tokens_that_the_config_decides_is_a_missing_extra_and_no_guess():
    asks = sign(
        "OAuthAuthenticator",
        client_id="{{ config.id }}",
        client_secret=KEY,
        token_refresh_endpoint="https://login.{{ config['zone'] }}/token",
    )
    result = convert_one(asks=asks)
    assert result.rest["oauth"]["token_url"].endswith(".invalid/")
    assert any(doubt.startswith("give the connection the extra token_url") for doubt in result.doubts)


def test_streams_that_sign_otherwise_or_stand_elsewhere_are_left_out():
    same = [
        stream(f"s{at}", retriever=retrieve(asks=sign("BearerAuthenticator", api_token=KEY))) for at in (1, 2)
    ]
    other = stream("open", retriever=retrieve())
    away = stream("away", retriever=retrieve(asks={"url_base": "https://other.example.com"}))
    result = convert(*same, other, away)
    assert sorted(result.connector.entities) == ["s1", "s2"]
    assert result.lacks == [
        "another way to sign: {'auth': 'none'}",
        "another host: https://other.example.com",
    ]


def test_key_that_the_manifest_forgets_to_call_a_secret_is_none_of_the_stored_parameters():
    asks = {"request_parameters": {"key": "{{ config['access_token'] }}", "zone": "{{ config['zone'] }}"}}
    result = convert(stream(retriever=retrieve(asks=asks)), secrets=())
    assert result.rest["auth_params"] == {"key": "{password}"}
    assert result.one["params"] == {"zone": "{zone}"}

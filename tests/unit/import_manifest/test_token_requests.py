"""Token requests: what is sent in the words of `rest.oauth`, what is told, and what can't be said."""

from __future__ import annotations

import pytest

from tests.unit.import_manifest.convert_support import convert_one, refuse

URL = "https://login.example.com/token"
KEY = "{{ config['api_key'] }}"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def asks(**words):
    one = {"type": "OAuthAuthenticator", "grant_type": "client_credentials", "token_refresh_endpoint": URL}
    return {"authenticator": {**one, "client_id": "{{ config['id'] }}", "client_secret": KEY, **words}}


def sign(**words):
    return convert_one(asks=asks(**words))


@pytest.mark.parametrize(
    ("words", "oauth"),
    [
        ({}, {}),
        ({"grant_type": "{{ 'client_credentials' }}"}, {}),
        ({"scopes": "read write"}, {"scope": "read write"}),
        ({"refresh_request_headers": {"Authorization": "Basic {{ config.x }}"}}, {"client": "basic"}),
        ({"refresh_request_headers": {"Authorization": "Basic x", **FORM}}, {"client": "basic"}),
        ({"access_token_name": "access_token", "client_id_name": "client_id"}, {}),
    ],
)
def test_token_request_is_words_and_nothing_is_doubtful(words, oauth):
    result = sign(**words)
    assert result.rest["oauth"] == {"grant": "client_credentials", "token_url": URL, **oauth}
    assert result.connector.secrets == {"login": "config.id", "password": "config.api_key"}
    assert result.doubts == []


@pytest.mark.parametrize(
    ("words", "doubt"),
    [
        (
            {"refresh_request_headers": {"X-App": "a"}},
            "the token request has headers that are not sent: X-App",
        ),
        (
            {"refresh_request_headers": {"Authorization": "Basic x", "X-App": "a"}},
            "the token request has headers that are not sent: X-App",
        ),
        (
            {"refresh_request_body": {"audience": "a", "account": "b"}},
            "the token request has further fields, which are not sent: audience, account",
        ),
        (
            {"refresh_request_body": "{{ config.body }}"},
            "the token request has further fields, which are not sent: {{ config.body }}",
        ),
        (
            {"refresh_token_updater": {}},
            "a refresh token that the source replaces has to be put into the connection by hand",
        ),
        (
            {"client_secret": "{{ config.a ~ config.b }}"},
            "put into the connection's password what the manifest makes of: {{ config.a ~ config.b }}",
        ),
        ({"client_id": "fixed"}, "put into the connection's login what the manifest makes of: fixed"),
    ],
)
def test_token_request_that_may_differ_is_a_doubt(words, doubt):
    assert sign(**words).doubts == [doubt]


@pytest.mark.parametrize("url", ["https://{{ config.zone }}.example.com/token", "{{ config.a ~ 'x' }}"])
def test_address_that_only_the_config_knows_is_asked_for_and_reaches_nobody(url):
    result = sign(token_refresh_endpoint=url)
    assert result.rest["oauth"]["token_url"].endswith(".invalid/")
    assert result.doubts == [f"give the connection the extra token_url, what the manifest makes of: {url}"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"grant_type": "{{ config.grant }}"}, "an OAuth grant: {{ config.grant }}"),
        ({"use_profile_assertion": True}, "an OAuth grant: profile assertion"),
        ({"profile_assertion": {"type": "JwtAuthenticator"}}, "an OAuth grant: profile assertion"),
        ({"access_token_name": "token"}, "another name for an access token: token"),
        ({"client_id_name": "app"}, "another name in a token request: app"),
        ({"grant_type_name": "kind"}, "another name in a token request: kind"),
    ],
)
def test_token_request_of_another_form_is_the_reason(words, reason):
    assert refuse(asks=asks(**words)) == reason

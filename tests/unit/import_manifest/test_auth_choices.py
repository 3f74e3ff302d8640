"""Keys that are chosen, repeated or put together, and the names that they are sent by."""

from __future__ import annotations

import pytest

from crm_sync.import_manifest.connector import convert_manifest
from tests.sources.manifests.patterns import option, stream
from tests.unit.import_manifest.convert_support import convert, convert_one, refuse, retrieve
from tests.unit.import_manifest.test_auth import KEY, sign

CHOSEN = "{{ config['api_key'] or config['token'] }}"


@pytest.mark.parametrize("text", [CHOSEN, "{{ config['api_key'] if config['plain'] else config['token'] }}"])
def test_key_that_is_chosen_among_values_is_the_password_and_a_doubt(text):
    result = convert_one(asks=sign("BearerAuthenticator", api_token=text))
    assert result.rest == {"auth": "bearer"}
    assert result.connector.secrets == {}
    assert result.doubts == [f"put into the connection's password what the manifest makes of: {text}"]


def test_word_before_a_key_that_is_chosen_stays_where_it_is():
    result = convert_one(asks=sign("ApiKeyAuthenticator", api_token=f"Key {CHOSEN}", header="X-Key"))
    assert result.rest["auth_headers"] == {"X-Key": "Key {password}"}
    assert result.doubts == [f"put into the connection's password what the manifest makes of: {CHOSEN}"]


@pytest.mark.parametrize(
    "asks",
    [
        {"request_options_provider": {"request_parameters": {"key": KEY, "a": "b"}}},
        {
            "request_options_provider": {"type": "InterpolatedRequestOptionsProvider"},
            "$parameters": {"request_parameters": {"key": KEY, "a": "b"}},
        },
        {"$parameters": {"request_parameters": {"key": KEY, "a": "b"}}},
    ],
)
def test_key_signs_wherever_the_manifest_writes_the_parameters(asks):
    result = convert_one(asks=asks)
    assert result.rest == {"auth": "param", "auth_params": {"key": "{password}"}}
    assert result.one["params"] == {"a": "b"}
    assert result.doubts == []


def test_place_of_a_key_may_be_named_as_one_of_a_request():
    asks = sign("ApiKeyAuthenticator", api_token=KEY, inject_into=option("X-Key", "header"))
    assert convert_one(asks=asks).rest == {"auth": "headers", "auth_headers": {"X-Key": "{password}"}}


def test_key_that_is_sent_twice_is_one_secret():
    asks = sign("ApiKeyAuthenticator", api_token=f"{KEY}:{KEY}", header="X-Key")
    result = convert_one(asks=asks)
    assert result.rest["auth_headers"] == {"X-Key": "{password}:{password}"}
    assert result.connector.secrets == {"password": "config.api_key"}


@pytest.mark.parametrize(
    ("asks", "reason"),
    [
        (
            sign("BearerAuthenticator", api_token="{{ now_utc() }}"),
            "a key that has to be worked out: ",
        ),
        (
            sign("BearerAuthenticator", api_token="{{ config['api_key'] ~ now_utc() }}"),
            "an expression that has to be worked out: ",
        ),
        (
            {
                "request_headers": {
                    "X-Key": "{{ config['api_key'] | upper }}",
                    "X-App": "{{ config['token'] }}",
                }
            },
            "a key that has to be worked out: X-Key, X-App",
        ),
        (
            {
                **sign("BearerAuthenticator", api_token=KEY),
                "request_headers": {"X-Key": "{{ config['api_key'] | upper }}"},
            },
            "a key that has to be worked out: X-Key",
        ),
        (
            sign(
                "ApiKeyAuthenticator", api_token=f"{KEY}{{{{ config.b }}}}{{{{ config.c }}}}", header="X-Key"
            ),
            "more than two secrets: config.c",
        ),
        (
            sign("ApiKeyAuthenticator", api_token=KEY, header="{{ config['header'] }}"),
            "the name of a header that has to be worked out: {{ config['header'] }}",
        ),
        (
            sign("ApiKeyAuthenticator", api_token=KEY, inject_into=option("")),
            "the name of a header that has to be worked out",
        ),
        (
            sign("SelectiveAuthenticator", authenticators={"a": {"type": "SessionTokenAuthenticator"}}),
            "a way to sign (SessionTokenAuthenticator)",
        ),
        (
            sign("ApiKeyAuthenticator", api_token=KEY, inject_into="header"),
            "a component of a form that is not known: ",
        ),
        ({"authenticator": {"api_token": KEY}}, "a way to sign (without a type)"),
        (sign("SelectiveAuthenticator"), "a way to sign (SelectiveAuthenticator)"),
    ],
)
def test_key_that_no_connection_holds_is_the_reason(asks, reason):
    assert refuse(asks=asks).startswith(reason)


def test_login_that_is_put_together_is_a_doubt():
    login = "{{ config['mail'] }}/token"
    result = convert_one(asks=sign("BasicHttpAuthenticator", username=login, password=KEY))
    assert result.rest == {"auth": "basic"}
    assert result.connector.secrets == {"password": "config.api_key"}
    assert result.doubts == [f"put into the connection's login what the manifest makes of: {login}"]


def test_secret_below_a_choice_of_the_config_is_one():
    secret = {"type": "string", "airbyte_secret": True}
    ways = [{"properties": {"kind": {"const": "pin"}, "pin": secret}}]
    properties = {"login": {"oneOf": ways}, "zone": {"type": "string"}}
    asks = {"request_parameters": {"pin": "{{ config['login']['pin'] }}", "zone": "{{ config['zone'] }}"}}
    manifest = {
        "streams": [stream(retriever=retrieve(asks=asks))],
        "spec": {"connection_specification": {"properties": properties}},
    }
    connector = convert_manifest(manifest, "Title")
    assert connector.source["rest"]["auth_params"] == {"pin": "{password}"}
    assert connector.entities["things"]["read"]["passes"][0]["params"] == {"zone": "{zone}"}


@pytest.mark.parametrize(
    "text", ["{{ 'Token ' ~ config['api_key'] }}", "{{ config.get('api_key') | upper }}"]
)
@pytest.mark.parametrize("place", ["request_parameters", "request_headers"])
def test_secret_that_is_worked_out_is_no_extra_and_none_of_the_stored_parameters(place, text):
    result = convert_one(asks={place: {"sent": text}})
    kind = "param" if place == "request_parameters" else "headers"
    assert result.rest["auth"] == kind
    assert list(result.rest.values())[1:] == [{"sent": "{password}"}]
    assert not {"params", "headers"} & result.one.keys()
    assert result.doubts == [f"put into the connection's password what the manifest makes of: {text}"]


def test_headers_that_say_how_long_to_wait_are_one():
    def wait(header):
        handler = {"backoff_strategies": [{"type": "WaitTimeFromHeader", "header": header}]}
        return retrieve(asks={"error_handler": {"type": "DefaultErrorHandler", **handler}})

    result = convert(stream("a", retriever=wait("X-Wait")), stream("b", retriever=wait("X-Again")))
    assert result.rest["errors"] == {"pause_header": "X-Again"}
    told = "of several headers that say how long to wait only one is read: X-Again, X-Wait"
    assert result.doubts == [told, told]


def test_stream_of_changes_alone_is_named_with_its_reason():
    one = {
        "type": "StateDelegatingStream",
        "name": "changes",
        "incremental_stream": stream(retriever=retrieve()),
    }
    result = convert(one, stream("whole", retriever=retrieve()))
    assert [(verdict.stream, verdict.outcome) for verdict in result.connector.verdicts] == [
        ("changes", "not converted"),
        ("whole", "converted"),
    ]
    assert result.lacks == ["a stream for changes without one for full reads"]

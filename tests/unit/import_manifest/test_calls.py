"""Addresses, parameters and bodies: what a requester sends, and what it can't be made to send here."""

from __future__ import annotations

import pytest

from tests.unit.import_manifest.convert_support import BASE, convert_one, refuse


def test_path_that_is_a_whole_address_stands_for_the_base():
    result = convert_one(path="https://other.example.com/v2/things?kind=a&kind2=b&")
    assert result.connector.host == "https://other.example.com"
    assert (result.one["path"], result.one["params"]) == ("/v2/things", {"kind": "a", "kind2": "b"})


@pytest.mark.parametrize("address", ["ftp://files.example.com", "api.example.com/v1", "{zone}.example.com"])
def test_address_that_is_none_of_the_web_is_the_reason(address):
    assert refuse(asks={"url_base": address}).startswith("an address of a form that is not known: ")


@pytest.mark.parametrize(
    ("asks", "reason"),
    [
        ({"type": "OtherRequester"}, "own Python code that asks: OtherRequester"),
        ({"query_properties": {"a": 1}}, "lists of fields that are asked for in parts"),
        (
            {"request_parameters": {"fields": {"type": "QueryProperties"}}},
            "lists of fields that are asked for in parts: fields",
        ),
        ({"request_parameters": {"ids": ["a", "b"]}}, "a parameter with several values: ids"),
        (
            {"request_parameters": "{{ config['query'] }}"},
            "parameters that are made as a whole: {{ config['query'] }}",
        ),
        (
            {"request_headers": {"X-{{ config['app'] }}": "1"}},
            "the name of a parameter that has to be worked out: X-{{ config['app'] }}",
        ),
        (
            {"request_body": {"type": "RequestBodyPlainText"}},
            "a body of another format: RequestBodyPlainText",
        ),
        (
            {"request_body_json": {"a": 1}, "request_body_data": {"b": 2}},
            "a body of two formats",
        ),
        ({"request_body_data": "a=1&b=2"}, "a body that is made as a whole: a=1&b=2"),
        (
            {"request_body": {"type": "RequestBodyUrlEncodedForm", "value": "a=1"}},
            "a body that is made as a whole: a=1",
        ),
        ({"request_body_data": {"ids": [1, 2]}}, "a value of a form that has several: ids"),
        ({"request_body_data": {"about": {"a": 1}}}, "a value of a form that has several: about"),
        ({"authenticator": "bearer"}, "a component of a form that is not known: "),
        ({"error_handler": ["usual"]}, "a component of a form that is not known: "),
    ],
)
def test_request_that_can_not_be_said_is_the_reason(asks, reason):
    found = refuse(asks={"http_method": "POST", **asks})
    assert found.startswith(reason) if reason.endswith(": ") else found == reason


@pytest.mark.parametrize(
    ("asks", "body"),
    [
        (
            {"request_body": {"type": "RequestBodyJsonObject", "value": {"a": 1, "b": [True]}}},
            {"content": {"a": 1, "b": [True]}},
        ),
        (
            {"request_body": {"type": "RequestBodyGraphQL", "value": {"query": "query { things }"}}},
            {"content": {"query": "query {{ things }}"}},
        ),
        (
            {"request_body": {"type": "RequestBodyUrlEncodedForm", "value": {"zone": "{{ config.zone }}"}}},
            {"format": "form", "content": {"zone": "{zone}"}},
        ),
        (
            {"request_body": {"type": "RequestBodyUrlEncodedForm", "value": {"size": 5, "left_out": None}}},
            {"format": "form", "content": {"size": "5"}},
        ),
        (
            {"request_body_data": {"size": 5, "is_on": True, "left_out": None}},
            {"format": "form", "content": {"size": "5", "is_on": "True"}},
        ),
    ],
)
def test_body_is_sent_in_its_format(asks, body):
    result = convert_one(asks={"http_method": "POST", **asks})
    assert result.one["body"] == body
    assert result.one["only_reads"] is True
    assert result.connector.host == BASE.removesuffix("/v1")

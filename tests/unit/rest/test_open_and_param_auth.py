"""`auth: none` sends nothing; `auth: param` adds the key to each request, and leaves it nowhere else."""

from __future__ import annotations

import pytest
import requests
from pydantic import ValidationError

from crm_sync.config.paging import LinkPaging
from crm_sync.config.rest_config import RestConfig
from crm_sync.exceptions import ConfigError
from crm_sync.rest.auth import ParamAuth, Unsigned
from crm_sync.rest.client import RestClient
from crm_sync.rest.connection_facts import ConnectionFacts
from crm_sync.rest.links import add_params, leave_params
from crm_sync.rest.messages import Request
from crm_sync.rest.paginators import build_paginator
from crm_sync.rest.signing import build_auth
from tests.unit.rest.test_client import GOOD, ScriptedTransport

PARAM = {"auth": "param", "auth_params": {"api_key": "{password}", "app": "{login}"}}


def sign(words, *, login="", password="", secrets=None):
    facts = ConnectionFacts("crm_default", login, password)
    keep = [] if secrets is None else secrets
    rest = RestConfig.model_validate(words)
    return build_auth(rest, requests.Session(), "http://crm.example", facts, on_secret=keep.append, notes={})


def test_open_source_needs_no_password_and_gets_no_header():
    auth = sign({"auth": "none"})
    assert (dict(auth.sign(Unsigned("GET", "/x"))), dict(auth.params)) == ({}, {})


def test_key_goes_into_the_query_of_each_request_and_not_into_its_name():
    transport, secrets = ScriptedTransport(GOOD), []
    client = RestClient(transport, sign(PARAM, login="an app", password="k&y", secrets=secrets))
    request = Request("GET", "/list", {"page": "2"})
    client.send(request)
    client.send(Request("GET", "/list"))
    assert [path for path, _ in transport.sent] == [
        "/list?page=2&api_key=k%26y&app=an+app",
        "/list?api_key=k%26y&app=an+app",
    ]
    assert str(request) == "GET /list"
    assert repr(client.auth) == "ParamAuth(***)"
    assert secrets == ["an app"], "Airflow masks passwords only"


@pytest.mark.parametrize("given", [{"login": "x"}, {"password": "x"}])
def test_connection_without_a_value_is_refused(given):
    with pytest.raises(ConfigError, match="crm_default"):
        sign(PARAM, **given)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"auth": "param"}, "auth: param and its words together"),
        ({"auth": "bearer", "auth_params": {"key": "{password}"}}, "auth: param and its words together"),
        ({"auth": "param", "auth_params": {"key": "{other}"}}, "slots for login, password"),
    ],
)
def test_words_that_do_not_fit_are_refused(words, message):
    with pytest.raises(ValidationError) as caught:
        RestConfig.model_validate(words)
    assert message in str(caught.value.errors()[0]["ctx"])


def test_link_that_repeats_the_key_keeps_it_out_of_the_stored_position():
    link = "http://crm.example/list?api_key=secret&page=2"
    paging = LinkPaging(style="link", next_path="next")
    words = build_paginator(paging, base_url="http://crm.example", path="/list", secrets={"api_key"})
    token = words.read({"next": link}, None, []).following
    assert token == "/list?page=2"
    target = words.build_target("/list", {}, token, 10)
    transport = ScriptedTransport(GOOD)
    client = RestClient(transport, ParamAuth({"api_key": "secret"}))
    client.send(Request("GET", target.path, target.params, query=target.query))
    assert transport.sent[0][0] == "/list?page=2&api_key=secret"


def test_parameters_replace_those_of_their_names_and_leave_the_others_as_written():
    assert add_params("/a?b=%20c&api%5Fkey=old", {"api_key": "new"}) == "/a?b=%20c&api_key=new"
    assert leave_params("/a?api_key=old", ["api_key"]) == "/a"
    assert add_params("/a?b", {}) == "/a?b"

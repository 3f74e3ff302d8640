"""Links to the next page: where they lead below the connection's base URL."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.rest.links import follow_link, resolve_link
from crm_sync.rest.messages import Request


@pytest.mark.parametrize(
    ("link", "token"),
    [
        ("https://api.example/v1/list?page=2", "/list?page=2"),
        ("http://api.example/v1/list?page=2", "/list?page=2"),
        ("//API.example/v1/query/01g-2000", "/query/01g-2000"),
        ("/v1/query/01g-2000#top", "/query/01g-2000"),
        ("?page=2&empty=&page=3", "/list?page=2&empty=&page=3"),
        ("list/2", "/list/2"),
        ("/list?a=1", "/list?a=1"),
        ("https://behind.example/list?a=1", "/list?a=1"),
        ("/v1/list?q=a b&é=1&c=x+y%2F", "/list?q=a%20b&%C3%A9=1&c=x+y%2F"),
    ],
)
def test_link_leads_below_the_base_url(link, token):
    assert resolve_link(link, base_url="https://api.example/v1/", path="/list") == token


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("https://other.example/v1/query/2?token=secret", r"another host \(other.example\)"),
        ("/v2/query", "not below /v1"),
        ("ftp://api.example/v1/list", "not a web address"),
        ("https://[bad/v1", "not an address"),
        ("/v1/\udc80", "not an address"),
    ],
)
def test_link_that_leads_elsewhere_is_refused(link, words):
    with pytest.raises(UnexpectedResponseError, match=words) as caught:
        resolve_link(link, base_url="https://api.example/v1", path="/list")
    assert "secret" not in str(caught.value)


def test_link_to_the_same_list_keeps_the_parameters_that_it_leaves_out_and_another_one_does_not():
    params = {"sort": "asc", "page": "1"}
    same, other = (follow_link(token, "/list", params) for token in ("/list?page=2&page=", "/more/2"))
    assert Request("GET", same.path, same.params, query=same.query).url_path == "/list?page=2&page=&sort=asc"
    assert Request("GET", other.path, other.params, query=other.query).url_path == "/more/2"


def test_token_of_an_earlier_version_is_the_query_alone():
    target = follow_link("page=2", "/list", {})
    assert (target.path, target.query) == ("/list", "page=2")

"""Code that was not written for the fake reads it: a public client, and the requests of public connectors."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.callrail_caller import CallRailCaller, open_callrail


@pytest.fixture(scope="module")
def account() -> Iterator[CallRailCaller]:
    with open_callrail() as caller:
        yield caller


@pytest.fixture(scope="module")
def client(account: CallRailCaller) -> Iterator[Any]:
    """The client of the package callrail-mcp, made for the live API."""
    if os.environ.get("CI") != "true":
        pytest.importorskip("callrail_mcp.client", reason="callrail-mcp is not installed")
    from callrail_mcp.client import CallRailClient

    with CallRailClient(account.fake.api_key, base_url=f"{account.fake.url}/v3/", max_retries=0) as client:
        client.session.trust_env = False
        yield client


LISTS = [
    ("companies", "companies", "companies"),
    ("calls", "calls", "calls"),
    ("trackers", "trackers", "trackers"),
    ("form_submissions", "form_submissions", "form_submissions"),
    ("text-messages", "conversations", "text_messages"),
    ("tags", "tags", "tags"),
    ("users", "users", "users"),
]


def _ids(account: CallRailCaller, kind: str) -> list[str]:
    return sorted(one.id for one in account.fake.store.of_account(kind, account.account))


@pytest.mark.parametrize(("path", "key", "kind"), LISTS)
def test_client_pages_all_records_of_a_list(client, account, path, key, kind):
    stats: dict[str, Any] = {}
    params = {"per_page": 5, **account.days()}
    found = list(client.paginate(f"a/{account.account}/{path}.json", params, key, 1_000, stats))
    assert sorted(str(one["id"]) for one in found) == _ids(account, kind)
    assert (stats["truncated"], stats["total_records"]) == (False, len(found))


def test_client_finds_the_first_account_of_its_key(client, account):
    assert client.resolve_account_id() == account.page("/a.json")["accounts"][0]["id"]


def test_client_raises_on_an_unknown_key(client, account):
    from callrail_mcp.client import CallRailClient, CallRailError

    stranger = CallRailClient("unknown", base_url=f"{account.fake.url}/v3/")
    stranger.session.trust_env = False
    with pytest.raises(CallRailError) as caught:
        stranger.get("a.json")
    assert caught.value.status == 401


@pytest.mark.parametrize(
    ("path", "key", "kind"),
    [one for one in LISTS if one[0] in {"calls", "text-messages", "users", "companies"}],
)
def test_requests_of_a_connector_that_follows_link_headers_give_all_records(account, path, key, kind):
    """One start date with microseconds and an offset for every list, pages of 100, the key without quotes.

    The connector's own code, PyPI airbyte-source-callrail 0.1.14, was run against this fake, too: its check,
    and every record of its four streams (367 calls, 209 conversations, 227 users, 4 companies), 2026-11.
    """
    session = account.session
    session.headers["Authorization"] = f"Token token={account.fake.api_key}"
    start = f"{account.days()['start_date']}T00:00:00.000000+0000"
    url = f"{account.fake.url}/v3/a/{account.account}/{path}.json"
    response = session.get(
        url, params={"start_date": start, "per_page": 100, "fields": "note,tags"}, timeout=10
    )
    ids = [one["id"] for one in response.json()[key]]
    while "next" in response.links:
        response = session.get(response.links["next"]["url"], timeout=10)
        ids += [one["id"] for one in response.json()[key]]
    assert sorted(ids) == _ids(account, kind)


def test_requests_of_a_client_that_adds_the_style_to_each_relative_page(account):
    session = account.session
    style = {"relative_pagination": "true"}
    url = f"{account.fake.url}/v3/a/{account.account}/calls.json"
    page = session.get(url, params={**style, **account.days()}, timeout=10).json()
    ids = [one["id"] for one in page["calls"]]
    while page.get("has_next_page") and page.get("next_page"):
        page = session.get(page["next_page"], params=style, timeout=10).json()
        ids += [one["id"] for one in page["calls"]]
    assert sorted(ids) == _ids(account, "calls")

"""The Pipedrive fake's keys, tokens and limits."""

from __future__ import annotations

import base64

import pytest
import requests

from sandbox.frame.messages import Request
from sandbox.pipedrive import PipedriveSandbox
from tests.sandbox.pipedrive_caller import SMALL, get

PRICES = {
    "/api/v2/deals": 10, "/api/v2/deals/archived": 20, "/api/v2/deals/101": 1, "/api/v2/stages": 5,
    "/api/v2/pipelines": 5, "/api/v2/dealFields": 10, "/api/v1/users": 20, "/api/v1/leads": 20,
    "/api/v1/leads/archived": 20, "/api/v1/users/me": 2, "/v1/users/me": 2,
}  # fmt: skip


@pytest.fixture
def fake():
    with PipedriveSandbox(counts=SMALL).serve() as running:
        yield running


def refresh(fake, *, client=None, refresh_token=None):
    login = client or f"{fake.config.client_id}:{fake.config.client_secret}"
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token or fake.tokens.refresh_token}
    headers = {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()}
    session = requests.Session()
    session.trust_env = False
    return session.post(fake.url + "/oauth/token", data=form, headers=headers, timeout=10)


def test_three_ways_to_show_a_key_and_the_401_of_all_others(fake):
    token = refresh(fake).json()["access_token"]
    assert get(fake, "/api/v2/stages").status_code == 200
    assert get(fake, "/api/v2/stages", headers={}, api_token=fake.config.api_token).status_code == 200
    assert get(fake, "/api/v2/stages", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    for wrong in ({}, {"x-api-token": "wrong"}, {"Authorization": f"Bearer {fake.config.api_token}"}):
        answer = get(fake, "/api/v2/stages", headers=wrong)
        assert answer.status_code == 401
        assert answer.json() == {
            "success": False,
            "error": "unauthorized access",
            "errorCode": 401,
            "error_info": "Please check developers.pipedrive.com",
        }


def test_access_token_ends_and_names_where_the_data_is(fake):
    answer = refresh(fake).json()
    assert answer["api_domain"] == fake.url
    assert answer["expires_in"] == 3599
    bearer = {"Authorization": f"Bearer {answer['access_token']}"}
    fake.clock.advance(3600)
    assert get(fake, "/api/v2/stages", headers=bearer).status_code == 401


def test_refresh_needs_the_client_and_the_latest_token():
    with PipedriveSandbox(counts=SMALL, rotates_refresh_token=True).serve() as fake:
        first = fake.tokens.refresh_token
        assert refresh(fake).json()["refresh_token"] != first
        assert refresh(fake, refresh_token=first).json()["error"] == "invalid_grant"
        assert refresh(fake, client="somebody:else").json()["error"] == "invalid_client"


@pytest.mark.parametrize(("path", "tokens"), PRICES.items())
def test_call_costs_what_the_vendor_says_whatever_its_size(fake, path, tokens):
    answer = get(fake, path)
    assert answer.status_code == 200
    assert fake.usage.own_tokens == tokens
    assert answer.headers["x-daily-ratelimit-token-remaining"] == str(30_000 - tokens)
    assert answer.headers["x-daily-ratelimit-token-limit"] == "30000"


def ask_at(fake, arrived_s):
    """Ask without a server, at a moment of the fake's own, so that a busy machine changes nothing."""
    headers = [(b"x-api-token", fake.config.api_token.encode())]
    scope = {"method": "GET", "path": "/api/v2/stages", "query_string": b"", "headers": headers}
    return fake.answer(Request(scope, b"", arrived_s))


def test_burst_is_refused_with_headers_and_then_blocked():
    fake = PipedriveSandbox(counts=SMALL, burst_per_2s=3, block_after=2)
    answers = [ask_at(fake, 100.0) for _ in range(6)]
    headers = [dict(one.headers) for one in answers]
    assert [one.status for one in answers] == [200, 200, 200, 429, 429, 403]
    assert [one[b"x-ratelimit-remaining"] for one in headers[:3]] == [b"2", b"1", b"0"]
    assert headers[3][b"x-ratelimit-reset"] == b"2"
    assert b"request over limit" in answers[3].body
    assert b"html" in answers[5].content_type
    assert b"cloudflare" in answers[5].body
    assert ask_at(fake, 101.9).status == 403, "the window is still full"
    assert ask_at(fake, 102.0).status == 200


def test_oauth_has_a_burst_of_its_own():
    with PipedriveSandbox(counts=SMALL, burst_per_2s=1).serve() as fake:
        bearer = {"Authorization": f"Bearer {refresh(fake).json()['access_token']}"}
        assert [get(fake, "/api/v2/stages", headers=bearer).status_code for _ in range(4)] == [200] * 4


def test_day_is_everybodys_and_begins_again_at_midnight(fake):
    fake.usage.used_by_others = 29_993
    assert get(fake, "/api/v2/stages").status_code == 200
    assert get(fake, "/api/v2/stages").status_code == 429
    assert get(fake, "/api/v1/users/me").status_code == 200, "two tokens are left"
    fake.usage.used_by_others = 0
    fake.clock.advance(24 * 3600)
    assert get(fake, "/api/v2/stages").headers["x-daily-ratelimit-token-remaining"] == "29995"


def test_tokens_are_told_only_where_the_knob_says_so():
    with PipedriveSandbox(counts=SMALL, tells_tokens=False).serve() as fake:
        headers = get(fake, "/api/v2/stages").headers
        assert "x-ratelimit-remaining" in headers
        assert not [name for name in headers if "daily" in name.lower()]


def test_scope_and_closed_account():
    with PipedriveSandbox(counts=SMALL, forbidden=frozenset({"deals"})).serve() as fake:
        answer = get(fake, "/api/v2/deals")
        assert (answer.status_code, answer.json()["error"]) == (403, "Scope and URL mismatch")
        assert get(fake, "/api/v2/persons").status_code == 200
    with PipedriveSandbox(counts=SMALL, is_open=False).serve() as fake:
        assert get(fake, "/api/v2/persons").status_code == 402

"""Authentication, scopes, OAuth refresh, rate windows, daily quota."""

from __future__ import annotations

import time

import pytest
import requests

LIST = "/crm/v3/objects/contacts"


def test_token_missing_or_unknown_answers_invalid_authentication(caller):
    bare = requests.get(caller.fake.url + LIST, timeout=5)
    caller.session.headers["Authorization"] = "Bearer nobody"
    for response in (bare, caller.get(LIST)):
        assert response.status_code == 401
        assert response.json()["category"] == "INVALID_AUTHENTICATION"


def test_token_expired_answers_expired_authentication_with_its_age(caller):
    caller.fake.tokens.add("short", expires_in_s=10)
    caller.session.headers["Authorization"] = "Bearer short"
    assert caller.get(LIST).status_code == 200
    caller.fake.clock.advance(85)
    error = caller.get(LIST).json()
    assert error["category"] == "EXPIRED_AUTHENTICATION"
    assert error["message"] == "The OAuth token used to make this call expired 75 second(s) ago."
    assert error["context"]["expire time"][0].endswith("Z")


@pytest.mark.parametrize("path", ["/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-03/token"])
def test_oauth_refresh_issues_a_new_working_token_each_time(start_fake, path):
    caller = start_fake(oauth_expires_in_s=60)
    form = {
        "grant_type": "refresh_token",
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "refresh_token": "sandbox-refresh-token",
    }
    answers = [requests.post(caller.fake.url + path, data=form, timeout=5).json() for _ in range(2)]
    keys = {"token_type", "access_token", "refresh_token", "expires_in", "hub_id", "scopes"}
    assert all(answer.keys() == keys and answer["expires_in"] == 60 for answer in answers)
    tokens = [answer["access_token"] for answer in answers]
    assert tokens[0] != tokens[1]
    caller.session.headers["Authorization"] = f"Bearer {tokens[1]}"
    assert caller.get(LIST).status_code == 200
    caller.fake.clock.advance(61)
    assert caller.get(LIST).json()["category"] == "EXPIRED_AUTHENTICATION"


def test_oauth_refresh_with_a_wrong_token_is_refused(caller):
    form = {"grant_type": "refresh_token", "client_id": "sandbox-client", "client_secret": "sandbox-secret"}
    response = requests.post(
        f"{caller.fake.url}/oauth/v1/token", data={**form, "refresh_token": "no"}, timeout=5
    )
    assert (response.status_code, response.json()["status"]) == (400, "BAD_REFRESH_TOKEN")


@pytest.mark.parametrize(
    ("scope", "path", "open_path"),
    [
        ("crm.objects.deals.read", "/crm/v3/objects/deals", LIST),
        ("crm.objects.contacts.read", "/crm/v3/objects/calls", "/crm/v3/objects/deals"),
        ("crm.objects.owners.read", "/crm/v3/owners", LIST),
        ("tickets", "/crm/v3/pipelines/tickets", LIST),
        ("oauth", "/account-info/v3/details", LIST),
    ],
)
def test_scope_missing_answers_403_that_names_it(start_fake, scope, path, open_path):
    caller = start_fake(missing_scopes=(scope,))
    response = caller.get(path)
    assert (response.status_code, response.json()["category"]) == (403, "MISSING_SCOPES")
    assert response.json()["errors"][0]["context"]["requiredGranularScopes"] == [scope]
    assert caller.get(open_path).status_code == 200


def test_search_above_five_a_second_answers_429_without_retry_after(start_fake):
    caller = start_fake(rate_limits=True)
    responses = [caller.post(f"{LIST}/search", {}) for _ in range(6)]
    assert [response.status_code for response in responses] == [200] * 5 + [429]
    error = responses[-1].json()
    assert (error["message"], error["category"]) == ("You have reached your secondly limit.", "RATE_LIMITS")
    for response in responses:
        assert not [name for name in response.headers if "ratelimit" in name.lower() or name == "retry-after"]
    time.sleep(1.01)
    assert caller.post(f"{LIST}/search", {}).status_code == 200
    assert caller.fake.requests.max_in_window(1.0, bucket="search") == 6


@pytest.mark.parametrize(("tier", "limit"), [("starter", 100), ("professional", 190), ("increased", 250)])
def test_list_above_the_tiers_burst_answers_429_with_policy_name(start_fake, tier, limit):
    caller = start_fake(rate_limits=True, tier=tier)
    responses = [caller.get(LIST, limit=1) for _ in range(limit + 1)]
    assert {response.status_code for response in responses[:-1]} == {200}
    error = responses[-1].json()
    assert (responses[-1].status_code, error["policyName"]) == (429, "TEN_SECONDLY_ROLLING")
    assert error["errorType"] == "RATE_LIMIT"
    assert error["message"] == "You have reached your ten_secondly_rolling limit."
    assert responses[0].headers["X-HubSpot-RateLimit-Max"] == str(limit)
    assert responses[2].headers["X-HubSpot-RateLimit-Remaining"] == str(limit - 3)
    assert responses[0].headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    # search and links count in windows of their own
    assert caller.post(f"{LIST}/search", {}).status_code == 200
    assert (
        caller.post("/crm/v4/associations/contacts/companies/batch/read", {"inputs": []}).status_code == 200
    )


def test_burst_window_is_per_app_and_oauth_answers_have_no_daily_headers(start_fake):
    caller = start_fake(rate_limits=True, burst_limit=3)
    assert [caller.get(LIST).status_code for _ in range(4)] == [200, 200, 200, 429]
    caller.fake.tokens.add("other", app="other-app", expires_in_s=60)
    caller.session.headers["Authorization"] = "Bearer other"
    response = caller.get(LIST)
    assert response.status_code == 200
    assert "X-HubSpot-RateLimit-Daily" not in response.headers


def test_daily_quota_used_up_answers_429_until_the_next_day(start_fake):
    caller = start_fake(rate_limits=True, daily_limit=2)
    first = caller.get(LIST)
    assert first.headers["X-HubSpot-RateLimit-Daily-Remaining"] == "1"
    caller.post(f"{LIST}/search", {})
    error = caller.get(LIST)
    assert (error.status_code, error.json()["policyName"]) == (429, "DAILY")
    assert error.json()["message"] == "You have reached your daily limit."
    caller.fake.clock.advance(86_400)
    assert caller.get(LIST).status_code == 200


def test_every_answer_carries_a_correlation_id_that_errors_repeat(caller):
    response = caller.get("/crm/v3/objects/contacts/1")
    assert response.headers["X-HubSpot-Correlation-Id"] == response.json()["correlationId"]


def test_date_header_follows_the_fakes_clock(start_fake):
    from email.utils import parsedate_to_datetime

    caller = start_fake(clock_offset_s=-600)
    date = parsedate_to_datetime(caller.get(LIST).headers["Date"]).timestamp()
    assert -603 < date - time.time() < -597

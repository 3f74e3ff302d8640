"""Bad answers: what heals leaves nothing out; what does not is an error or a reason, never a silent end."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import (
    AuthenticationError,
    PaginationLoopError,
    SourceUnavailableError,
    UnexpectedResponseError,
)

HEALING = {
    "429-with-seconds": ("rate_limited", {"retry_after_s": 3}),
    "429-with-date": ("rate_limited", {"retry_after_s": 3, "retry_after_form": "date"}),
    "429-without": ("rate_limited", {}),
    "429-search": ("rate_limited", {"limit": "search"}),
    "burst-of-503": ("unavailable", {"times": 3, "retry_after_s": 1}),
    "502-html": ("bad_gateway", {}),
    "500": ("server_error", {}),
    "423": ("locked", {}),
    "200-with-error-body": ("error_in_200", {}),
    "200-html": ("html_200", {}),
    "truncated-json": ("truncated_json", {}),
    "cut-body": ("cut_body", {}),
    "connection-reset": ("connection_reset", {}),
    "empty-page-with-next": ("empty_page", {}),
}
ROUTES = {"list": ("*/objects/contacts", None), "search": ("*/search", "2000-01-01T00:00:00+00:00")}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("fault", HEALING)
def test_passing_fault_loses_and_doubles_nothing(open_account, fault, route):
    from datetime import datetime

    kind, settings = HEALING[fault]
    path, since = ROUTES[route]
    kit = open_account(counts={"contacts": 600}, latency_ms=4)
    plan = kit.fake.faults.add(kind, path, **{"skip": 1, "times": 1, **settings})
    result = kit.read("contacts", since=datetime.fromisoformat(since) if since else None)
    assert plan.fired == settings.get("times", 1)
    assert result.ids == kit.stored_ids("contacts")
    assert result.reason is None


def test_dripping_answer_is_given_up_and_asked_for_again(open_account):
    kit = open_account(counts={"contacts": 150}, archived_share=0.0)
    kit.fake.faults.add("slow_drip", "*/objects/contacts", drip_s=3.0)
    result = kit.read("contacts", client=kit.make_client(read_timeout_s=0.5))
    assert result.ids == kit.stored_ids("contacts")
    assert result.metrics["retries"] == 1


@pytest.mark.parametrize(
    ("kind", "settings", "error", "words"),
    [
        ("unauthorized", {}, AuthenticationError, "hubspot_default"),
        ("garbage_token", {}, AuthenticationError, "hubspot_default"),
        (
            "missing_scope",
            {"scope": "crm.objects.contacts.read"},
            AuthenticationError,
            "crm.objects.contacts.read",
        ),
        ("status", {"code": 530}, AuthenticationError, "hubspot_default"),
        ("status", {"code": 404}, UnexpectedResponseError, "404"),
        ("uri_too_long", {}, UnexpectedResponseError, "414"),
        ("unavailable", {}, SourceUnavailableError, "503"),
        ("connection_reset", {}, SourceUnavailableError, "no complete answer"),
        ("html_200", {}, SourceUnavailableError, "is no JSON"),
        ("error_in_200", {}, SourceUnavailableError, "has no list"),
        ("truncated_json", {}, SourceUnavailableError, "is no JSON"),
        ("repeated_token", {}, PaginationLoopError, "repeats"),
        ("empty_page", {}, PaginationLoopError, "empty pages"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_lasting_fault_is_an_error_with_a_name(open_account, kind, settings, error, words):
    kit = open_account(counts={"contacts": 400}, archived_share=0.0)
    kit.fake.faults.add(kind, "*/objects/contacts", times=None, **settings)
    with pytest.raises(error, match=words) as caught:
        kit.read("contacts")
    assert kit.fake.access_token not in str(caught.value)
    assert "properties=" not in str(caught.value)
    assert (caught.value.crm_source, caught.value.sync_type) == ("hubspot", "contacts")


def test_lasting_empty_search_is_an_error_not_an_empty_delta(open_account):
    from datetime import UTC, datetime

    kit = open_account(counts={"contacts": 400})
    kit.fake.faults.add("empty_page", "*/search", times=None)
    with pytest.raises(SourceUnavailableError, match="no results although"):
        kit.read("contacts", since=datetime(2000, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("kind", ["daily_limit", "migrating"])
def test_no_more_today_keeps_what_was_read_and_gives_the_reason(open_account, kind):
    kit = open_account(counts={"contacts": 4_000}, latency_ms=8)
    kit.fake.faults.add(kind, "*/objects/contacts", times=None, skip=12)
    first = kit.read("contacts")
    assert first.reason
    assert not first.is_whole
    assert 0 < len(first.records) < 4_000
    kit.fake.faults.clear()
    second = kit.read("contacts", cursors=first.cursors)
    assert sorted(first.ids + second.ids) == kit.stored_ids("contacts")


def test_quota_of_the_account_ends_the_read_before_it_is_overdrawn(open_account):
    kit = open_account(counts={"contacts": 4_000}, rate_limits=True, daily_limit=20, burst_limit=1_000)
    client = kit.make_client(rate_limits=True)
    result = kit.read("contacts", client=client)
    assert "daily quota" in (result.reason or "")
    assert {entry.status for entry in kit.fake.requests.entries()} == {200}


def test_expired_tokens_are_renewed_once_for_all_threads(open_account):
    kit = open_account(counts={"contacts": 4_000}, latency_ms=8)
    client = kit.make_client(auth="oauth", refresh_token=kit.fake.config.oauth_refresh_token)
    kit.fake.hooks.before_page("*/objects/contacts", 15, kit.fake.tokens.expire_all)
    result = kit.read("contacts", client=client)
    assert result.ids == kit.stored_ids("contacts")
    assert kit.fake.tokens.refreshes == 2


def test_refused_refresh_token_names_the_connection(open_account):
    kit = open_account(counts={"contacts": 4})
    client = kit.make_client(auth="oauth", refresh_token="revoked-refresh-token")
    with pytest.raises(AuthenticationError, match="hubspot_default") as caught:
        kit.read("contacts", client=client)
    assert "revoked-refresh-token" not in str(caught.value)


def test_server_that_pages_backwards_is_stopped(open_account):
    kit = open_account(counts={"contacts": 2_000}, archived_share=0.0)
    kit.fake.faults.add("repeated_token", "*/objects/contacts", after="101", times=None, skip=8)
    with pytest.raises(PaginationLoopError):
        kit.read("contacts")

"""SalesRabbit's errors: each says what to do, what passes is sent again, none is taken for an empty list."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import AuthenticationError, SourceError, UnexpectedResponseError


@pytest.mark.parametrize(
    ("kind", "error", "says"),
    [
        ("unauthorized", AuthenticationError, "answered 401: the API token .* wrong or revoked"),
        ("missing_scope", AuthenticationError, "answered 403: the token may not read this: Forbidden"),
        ("missing", UnexpectedResponseError, "answered 404: no such endpoint"),
        ("unprocessable", UnexpectedResponseError, "answered 422: The given data was invalid"),
    ],
)
def test_final_error_says_what_to_do_and_is_not_repeated(account, kind, error, says):
    account.fake.faults.add(kind, "/leads", times=None, skip=1)
    with pytest.raises(error, match=says):
        account.read(page_size=50)
    assert len(account.fake.requests) == 2


def test_key_error_names_the_connection_and_never_the_token(account):
    account.fake.faults.add("unauthorized", "/leads")
    with pytest.raises(AuthenticationError, match="connection salesrabbit_default") as caught:
        account.read()
    assert account.fake.access_token not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("rate_limited", {"retry_after_s": 7}),
        ("rate_limited", {"retry_after_s": 2, "retry_after_form": "date"}),
        ("rate_limited", {}),
        ("unavailable", {"times": 2}),
        ("bad_gateway", {}),
        ("server_error", {}),
        ("html_200", {}),
        ("truncated_json", {}),
        ("error_in_200", {}),
        ("connection_reset", {}),
    ],
)
def test_fault_that_passes_loses_nothing(account, kind, options):
    fault = account.fake.faults.add(kind, "/leads", skip=1, **options)
    assert account.read(page_size=50).ids == account.fake.store.ids("leads")
    assert fault.fired == options.get("times", 1)


@pytest.mark.parametrize(
    ("options", "waited_s"), [({"retry_after_s": 7}, 7), ({}, 60)], ids=["said", "unsaid"]
)
def test_pause_after_too_many_requests_is_what_was_asked_for_or_a_minute(account, options, waited_s):
    account.fake.faults.add("rate_limited", "/leads", **options)
    account.read()
    assert account.skipped_s > waited_s - 0.1
    assert account.skipped_s < 2 * waited_s


@pytest.mark.parametrize("kind", ["error_in_200", "html_200", "unavailable", "truncated_json"])
def test_fault_that_stays_fails_the_read(account, kind):
    account.fake.faults.add(kind, "/leads", skip=2, times=None)
    with pytest.raises(SourceError):
        account.read(page_size=50)


def test_fault_in_a_delta_is_never_no_news(account):
    account.fake.faults.add("error_in_200", "/leads", times=None)
    with pytest.raises(SourceError):
        account.read(since=account.fake.clock.now())


def test_right_that_is_missing_for_one_list_leaves_the_others(open_account):
    account = open_account(forbidden=frozenset({"users"}))
    with pytest.raises(AuthenticationError, match="403"):
        account.read("users")
    assert account.read("leads").is_whole

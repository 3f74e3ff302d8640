"""Bad and unexpected answers: what heals leaves nothing out, what does not has a name."""

from __future__ import annotations

import pytest
from requests.structures import CaseInsensitiveDict

from crm_sync.exceptions import (
    AuthenticationError,
    RateLimitedError,
    SourceUnavailableError,
    UnexpectedResponseError,
)
from crm_sync.rest.errors import WordedClassifier


@pytest.fixture(scope="session")
def classify(arrivy_source):
    """What `errors` in source.yaml makes of an answer."""
    return WordedClassifier(arrivy_source.rest.errors)


HEALING = {
    "429-with-seconds": ("rate_limited", {"retry_after_s": 3}),
    "429-with-date": ("rate_limited", {"retry_after_s": 3, "retry_after_form": "date"}),
    "429-without": ("rate_limited", {"times": 2}),
    "burst-of-503": ("unavailable", {"times": 3}),
    "502-html": ("bad_gateway", {}),
    "500-html": ("server_error", {}),
    "200-html": ("html_200", {}),
    "200-with-error-body": ("error_in_200", {}),
    "truncated-json": ("truncated_json", {}),
    "cut-body": ("cut_body", {}),
    "connection-reset": ("connection_reset", {}),
}
LASTING = {
    "401": ("unauthorized", {}, AuthenticationError, r"arrivy_default.*401.*X-Auth-Key"),
    "403": ("missing_scope", {}, AuthenticationError, r"arrivy_default.*403.*may not read"),
    "404": ("not_found", {}, UnexpectedResponseError, "404.*no such endpoint"),
    "400": ("bad_request", {}, UnexpectedResponseError, "400 INVALID_VALUE: from is not a valid"),
    "200-html": ("html_200", {}, SourceUnavailableError, r"no JSON \(status 200, text/html.*bytes\)"),
    "200-with-error-body": ("error_in_200", {}, SourceUnavailableError, "is no list"),
    "503": ("unavailable", {}, SourceUnavailableError, "503"),
    "truncated-json": ("truncated_json", {}, SourceUnavailableError, "is no JSON"),
    "connection-reset": ("connection_reset", {}, SourceUnavailableError, "no complete answer"),
}


@pytest.mark.parametrize("fault", HEALING)
def test_passing_fault_loses_and_doubles_nothing(open_account, fault):
    kind, settings = HEALING[fault]
    kit = open_account(most_items=20)
    plan = kit.fake.faults.add(kind, "/api/customers", **{"skip": 1, **settings})
    result = kit.read("customers")
    assert plan.fired == settings.get("times", 1)
    assert result.ids == kit.stored_ids("customers")


@pytest.mark.parametrize("fault", LASTING)
def test_lasting_fault_is_an_error_with_a_name(open_account, fault):
    kind, settings, error, words = LASTING[fault]
    kit = open_account(most_items=20)
    kit.fake.faults.add(kind, "/api/customers", skip=1, times=None, **settings)
    with pytest.raises(error, match=words) as caught:
        kit.read("customers")
    assert kit.fake.config.auth_key not in str(caught.value)
    assert kit.fake.config.auth_token not in str(caught.value)
    assert (caught.value.crm_source, caught.value.sync_type) == ("arrivy", "customers")


def test_pause_without_retry_after_is_a_minute(open_account):
    kit = open_account()
    kit.fake.faults.add("rate_limited", "/api/groups")
    kit.read("groups")
    assert sum(kit.time.waits) == pytest.approx(60, abs=1)


def test_failures_are_repeated_three_times_after_one_two_and_four_seconds(open_account):
    kit = open_account()
    plan = kit.fake.faults.add("unavailable", "/api/groups", times=None)
    kit.read("groups", catch=SourceUnavailableError)
    assert plan.fired == 4
    assert 3.5 <= sum(kit.time.waits) <= 10.5


def test_host_without_the_base_path_is_an_error_and_not_an_empty_account(kit):
    with pytest.raises(SourceUnavailableError, match=r"no JSON .status 200, text/html"):
        kit.read("tasks", client=kit.make_client(url=kit.fake.url))


def test_wrong_key_names_the_connection_and_is_asked_with_once(kit):
    with pytest.raises(AuthenticationError, match=r"arrivy_default.*login"):
        kit.read("groups", client=kit.make_client(login="wrong"))
    assert len(kit.fake.requests) == 1


def test_key_without_the_right_fails_its_entity_alone(open_account):
    kit = open_account(forbidden=frozenset({"tasks"}))
    assert kit.read("groups").is_whole
    with pytest.raises(AuthenticationError, match="403"):
        kit.read("tasks")


@pytest.mark.parametrize("envelope", ["array", "results", "named"])
@pytest.mark.parametrize("kind", ["tasks", "bookings", "entities", "groups", "statuses", "customers"])
def test_records_in_an_envelope_are_found(open_account, kind, envelope):
    kit = open_account(envelope=envelope)
    assert sorted(set(kit.read(kind).ids)) == kit.stored_ids(kind)


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (
            400,
            b'{"message": "MISSING_VALUE", "description": "page"}',
            UnexpectedResponseError,
            "MISSING_VALUE: page",
        ),
        (400, b"<html>", UnexpectedResponseError, "answered 400$"),
        (401, b"", AuthenticationError, "401: the X-Auth-Key"),
        (403, b"[1]", AuthenticationError, "403: the key may not"),
        (404, b'{"message": null}', UnexpectedResponseError, "404: no such endpoint"),
        (429, b"null", RateLimitedError, "429: too many"),
        (500, b"<html>", SourceUnavailableError, "500$"),
        (599, b"", UnexpectedResponseError, "599"),
    ],
)
def test_answer_without_the_guessed_body_is_still_classified(classify, status, body, error, words):
    verdict = classify(status, CaseInsensitiveDict(), body)
    assert type(verdict.error) is error
    with pytest.raises(error, match=words):
        raise verdict.error


@pytest.mark.parametrize(
    ("header", "wait_s"), [(None, 60.0), ("7", 7.0), ("soon", 60.0)], ids=["none", "seconds", "unreadable"]
)
def test_wait_after_429(classify, header, wait_s):
    headers = CaseInsensitiveDict({} if header is None else {"Retry-After": header})
    assert classify(429, headers, b"").wait_s == wait_s


def test_text_of_an_error_that_may_hold_a_record_is_not_shown(classify):
    body = b'{"message": "NOT_FOUND", "description": "Customer ada@example.com not found"}'
    assert "ada@" not in str(classify(404, CaseInsensitiveDict(), body).error)

"""HubSpot's table of errors, row by row, and its rate headers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from requests.structures import CaseInsensitiveDict

from crm_sync.config.loader import load_source
from crm_sync.exceptions import (
    AuthenticationError,
    QuotaExhaustedError,
    RateLimitedError,
    SourceUnavailableError,
    UnexpectedResponseError,
)
from crm_sync.rest.errors import WordedClassifier
from crm_sync.rest.limit_news import LimitNews, build_header_reader

REST = load_source(Path(__file__).parents[3] / "dags" / "configs", "hubspot").rest
classify = WordedClassifier(REST.errors)
read_limits = build_header_reader(REST.limit_headers)

SCOPES = {
    "category": "MISSING_SCOPES",
    "errors": [{"message": "…", "context": {"requiredGranularScopes": ["crm.objects.deals.read"]}}],
}
OLD_SCOPES = {"category": "MISSING_SCOPES", "context": {"requiredScopes": ["tickets"]}}
SEARCH = {"message": "You have reached your secondly limit.", "category": "RATE_LIMITS"}
BURST = {"message": "You have reached your ten_secondly_rolling limit.", "policyName": "TEN_SECONDLY_ROLLING"}
DAILY = {"message": "You have reached your daily limit.", "policyName": "DAILY"}

TABLE = [
    (
        400,
        {"category": "VALIDATION_ERROR", "message": "too many filters"},
        UnexpectedResponseError,
        "too many",
    ),
    (401, {"category": "INVALID_AUTHENTICATION"}, AuthenticationError, "INVALID_AUTHENTICATION"),
    (401, {"category": "EXPIRED_AUTHENTICATION"}, AuthenticationError, "EXPIRED_AUTHENTICATION"),
    (403, SCOPES, AuthenticationError, "crm.objects.deals.read"),
    (403, OLD_SCOPES, AuthenticationError, "tickets"),
    (404, {"category": "OBJECT_NOT_FOUND"}, UnexpectedResponseError, "404"),
    (414, "<html>414 Request-URI Too Large</html>", UnexpectedResponseError, "414"),
    (423, {"category": "LOCKED"}, SourceUnavailableError, "423"),
    (429, SEARCH, RateLimitedError, "429"),
    (429, BURST, RateLimitedError, "TEN_SECONDLY_ROLLING"),
    (429, DAILY, QuotaExhaustedError, "DAILY"),
    (429, "", RateLimitedError, "429"),
    (477, {"message": "being migrated"}, QuotaExhaustedError, "migrated"),
    *(
        (status, "<html>", SourceUnavailableError, str(status))
        for status in (500, 502, 503, 504, 521, 523, 524)
    ),
    (530, "<html>", AuthenticationError, "530"),
    (302, "", UnexpectedResponseError, "302"),
]


@pytest.mark.parametrize(
    ("status", "body", "error", "words"), TABLE, ids=[f"{row[0]}-{index}" for index, row in enumerate(TABLE)]
)
def test_status_and_body_give_the_error(status, body, error, words):
    content = body if isinstance(body, str) else json.dumps(body)
    failure = classify(status, CaseInsensitiveDict(), content.encode())
    assert type(failure.error) is error
    assert words in str(failure.error)
    assert failure.error.status_code == status


@pytest.mark.parametrize(
    ("body", "headers", "wait_s", "grows", "name"),
    [
        (SEARCH, {}, 1.0, True, "search limit"),
        (BURST, {}, 10.0, True, "ten-second limit"),
        (BURST, {"Retry-After": "4"}, 4.0, False, "ten-second limit"),
    ],
    ids=["search", "burst", "told"],
)
def test_rate_limit_tells_its_pause(body, headers, wait_s, grows, name):
    failure = classify(429, CaseInsensitiveDict(headers), json.dumps(body).encode())
    assert (failure.wait_s, failure.wait_grows, failure.error.limit_name) == (wait_s, grows, name)


def test_only_an_expired_token_is_worth_renewing():
    bodies = ("EXPIRED_AUTHENTICATION", "INVALID_AUTHENTICATION")
    failures = [classify(401, {}, json.dumps({"category": one}).encode()) for one in bodies]
    assert [failure.renews_token for failure in failures] == [True, False]


def test_correlation_id_is_kept():
    failure = classify(500, {}, b'{"correlationId": "1111-2222"}')
    assert failure.error.request_id == "1111-2222"
    assert "1111-2222" in str(failure.error)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"text"', b'{"errors": [1], "context": []}', b"\xff"])
def test_odd_bodies_do_not_break_classifying(body):
    assert classify(403, {}, body).error.status_code == 403


def test_rate_headers_are_read_where_they_are_sent():
    headers = CaseInsensitiveDict(
        {
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Max": "190",
            "X-HubSpot-RateLimit-Remaining": "98",
            "X-HubSpot-RateLimit-Daily": "625000",
            "X-HubSpot-RateLimit-Daily-Remaining": "624999",
        }
    )
    assert read_limits(headers) == LimitNews(98, 10 / 190, 624_999, 625_000)
    assert read_limits(CaseInsensitiveDict()) is None
    assert read_limits({"X-HubSpot-RateLimit-Remaining": "soon"}) is None

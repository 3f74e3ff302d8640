"""Errors in the words of config."""

from __future__ import annotations

import pytest

from crm_sync.config.rest_config import ErrorWords
from crm_sync.exceptions import (
    AuthenticationError,
    RateLimitedError,
    SourceUnavailableError,
    UnexpectedResponseError,
)
from crm_sync.rest.errors import WordedClassifier

WORDS = ErrorWords(
    vendor="Example",
    meanings={401: "the key is wrong"},
    code_path="error.code",
    text_path="error.text",
    quoted=(400,),
    pause_s=60,
)
BODY = b'{"error": {"code": "E7", "text": "from is no date"}}'


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (400, BODY, UnexpectedResponseError, "Example answered 400 E7: from is no date"),
        (401, BODY, AuthenticationError, "Example answered 401 E7: the key is wrong"),
        (404, BODY, UnexpectedResponseError, "Example answered 404 E7"),
        (400, b"<html>", UnexpectedResponseError, "Example answered 400"),
        (400, b'{"error": "text"}', UnexpectedResponseError, "Example answered 400"),
        (500, b"<html>", SourceUnavailableError, "Example answered 500"),
        (429, b"", RateLimitedError, "Example answered 429"),
    ],
)
def test_error_says_status_meaning_and_what_may_be_quoted(status, body, kind, message):
    error = WordedClassifier(WORDS)(status, {}, body).error
    assert (type(error), str(error)) == (kind, message)


@pytest.mark.parametrize(
    ("headers", "words", "wait_s"),
    [({"Retry-After": "7"}, WORDS, 7.0), ({}, WORDS, 60), ({}, ErrorWords(), None)],
    ids=["asked", "configured", "backoff"],
)
def test_pause_is_the_vendors_else_the_configured_one(headers, words, wait_s):
    assert WordedClassifier(words)(429, headers, b"").wait_s == wait_s

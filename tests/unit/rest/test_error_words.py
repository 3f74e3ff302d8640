"""Errors in the words of config."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from requests.structures import CaseInsensitiveDict

from crm_sync.config.error_words import ErrorWords
from crm_sync.exceptions import (
    AuthenticationError,
    QuotaExhaustedError,
    RateLimitedError,
    SourceUnavailableError,
    StalePositionError,
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


RULES = ErrorWords.model_validate(
    {
        "vendor": "Example",
        "code_path": "0.errorCode",
        "text_path": "0.message",
        "request_id_header": "X-Correlation",
        "rules": [
            {
                "status": [403],
                "code": ["REQUEST_LIMIT"],
                "text": "concurrent",
                "outcome": "pause",
                "pause_s": 5,
                "pause_grows": True,
                "limit": "concurrent calls",
            },
            {"status": [403], "code": ["REQUEST_LIMIT"], "outcome": "stop", "means": "the day is used up"},
            {"code": ["OLD_LOCATOR"], "outcome": "restart"},
            {"status": [420], "outcome": "again"},
            {"status": [400], "code": ["SESSION"], "outcome": "key", "renews_token": True},
            {"status": [401], "code": ["BAD_HEADER"], "outcome": "fatal", "renews_token": False},
        ],
    }
)


def classify(status, code="", text="", words=RULES, **headers):
    body = f'[{{"errorCode": "{code}", "message": "{text}"}}]'.encode()
    return WordedClassifier(words)(status, {"X-Correlation": "abc", **headers}, body)


@pytest.mark.parametrize(
    ("status", "code", "text", "kind", "renews"),
    [
        (403, "REQUEST_LIMIT", "ConcurrentRequests exceeded", RateLimitedError, False),
        (403, "REQUEST_LIMIT", "TotalRequests exceeded", QuotaExhaustedError, False),
        (403, "OTHER", "concurrent", AuthenticationError, False),
        (400, "OLD_LOCATOR", "", StalePositionError, False),
        (420, "", "", SourceUnavailableError, False),
        (400, "SESSION", "", AuthenticationError, True),
        (401, "BAD_HEADER", "", UnexpectedResponseError, False),
        (401, "SESSION", "", AuthenticationError, True),
        (429, "", "", RateLimitedError, False),
    ],
)
def test_first_rule_that_fits_says_what_follows_and_else_the_status(status, code, text, kind, renews):
    failure = classify(status, code, text)
    assert (type(failure.error), failure.renews_token) == (kind, renews)
    assert failure.error.request_id == "abc"


def test_pause_of_a_rule_grows_unless_the_answer_says_how_long():
    failure = classify(403, "REQUEST_LIMIT", "concurrent")
    assert (failure.wait_s, failure.wait_grows, failure.error.limit_name) == (5, True, "concurrent calls")
    failure = classify(403, "REQUEST_LIMIT", "concurrent", **{"Retry-After": "9"})
    assert (failure.wait_s, failure.wait_grows) == (9, False)


def test_rule_says_what_it_means():
    assert str(classify(403, "REQUEST_LIMIT").error).startswith(
        "Example answered 403 REQUEST_LIMIT: the day is"
    )


FAULT = b"""<e:Envelope xmlns:e="urn:e"><e:Body><e:Fault><faultstring>too many</faultstring>
<detail><n:LimitFault xmlns:n="urn:n"><limit>1</limit></n:LimitFault></detail></e:Fault></e:Body>
</e:Envelope>"""
SOAP = ErrorWords.model_validate(
    {
        "format": "xml",
        "code_path": "Envelope.Body.Fault.detail",
        "text_path": "Envelope.Body.Fault.faultstring",
        "fault_path": "Envelope.Body.Fault",
        "rules": [{"code": ["LimitFault"], "outcome": "stop"}, {"text": "password", "outcome": "key"}],
    }
)


def test_fault_in_xml_is_named_by_its_detail():
    failure = WordedClassifier(SOAP)(500, {}, FAULT)
    assert type(failure.error) is QuotaExhaustedError
    assert str(failure.error) == "the source answered 500 LimitFault"
    assert type(WordedClassifier(SOAP)(500, {}, b"<html>").error) is SourceUnavailableError


@pytest.mark.parametrize(
    ("body", "kind", "calls"),
    [
        (FAULT, QuotaExhaustedError, 1),
        (FAULT.replace(b"LimitFault", b"X").replace(b"too many", b"wrong password"), AuthenticationError, 1),
        (b"<e><other/></e>", SourceUnavailableError, 4),
    ],
    ids=["limit", "password", "no fault"],
)
def test_fault_under_a_status_of_success_is_what_its_rule_says(body, kind, calls):
    from crm_sync.rest.messages import Request, expect_list_at
    from crm_sync.rest.xml_answers import decode_xml
    from tests.unit.rest.test_client import make_client

    client, transport, _ = make_client((200, body, {}))
    client.classify, client.is_fault = WordedClassifier(SOAP), WordedClassifier(SOAP).is_fault
    request = Request("GET", "/", read=lambda answer: decode_xml(answer.body), check=expect_list_at("items"))
    with pytest.raises(kind):
        client.send(request)
    assert len(transport.sent) == calls


def test_pattern_of_a_rule_is_checked_at_load():
    with pytest.raises(ValueError, match="a regular expression"):
        ErrorWords.model_validate({"rules": [{"text": "(", "outcome": "stop"}]})


def test_rights_that_are_lacking_are_named_wherever_they_are_listed():
    words = ErrorWords(rights_paths=["need", "errors.*.need"], rights_means="the key lacks")
    body = {"need": "a", "errors": [{"need": ["b", "c"]}, {"other": 1}, 7, {"need": {"d": 1}}]}
    error = WordedClassifier(words)(403, {}, json.dumps(body).encode()).error
    assert str(error) == "the source answered 403: the key lacks a or b or c"


@pytest.mark.parametrize(
    ("body", "found"),
    [({"kind": "A"}, "A"), ({"policy": "B"}, "B"), ({"kind": "A", "policy": "B"}, "A")],
    ids=str,
)
def test_first_place_with_a_code_counts(body, found):
    rules = [{"code": [found], "outcome": "stop"}]
    words = ErrorWords(code_path=["kind", "policy"], rules=rules)
    assert isinstance(WordedClassifier(words)(429, {}, json.dumps(body).encode()).error, QuotaExhaustedError)


@pytest.mark.parametrize("body", [{"said": "the DAY is over"}, {"said": "no", "why": "day"}], ids=str)
def test_rule_finds_its_text_in_any_of_the_places(body):
    words = ErrorWords(text_path=["said", "why"], rules=[{"text": "day", "outcome": "stop"}])
    assert isinstance(WordedClassifier(words)(429, {}, json.dumps(body).encode()).error, QuotaExhaustedError)


@pytest.mark.parametrize(("body", "found"), [({"id": "in-body"}, "in-body"), ({}, "in-header")], ids=str)
def test_number_of_a_request_in_the_body_counts_before_the_headers(body, found):
    words = ErrorWords(request_id_path="id", request_id_header="X-Id")
    failure = WordedClassifier(words)(500, {"X-Id": "in-header"}, json.dumps(body).encode())
    assert failure.error.request_id == found


@pytest.mark.parametrize(("account", "shown"), [("a@x.example", "a@x.example"), ("", "the key's owner")])
def test_meaning_names_the_account_that_asks(account, shown):
    rule = {"status": [404], "outcome": "key", "means": "not shared with {account}"}
    words = ErrorWords(meanings={403: "share it with {account}"}, rules=(rule,))
    classify = WordedClassifier(words, account)
    assert str(classify(403, {}, b"").error) == f"the source answered 403: share it with {shown}"
    assert str(classify(404, {}, b"").error) == f"the source answered 404: not shared with {shown}"


HEADER_RULES = ErrorWords.model_validate(
    {
        "rules": [
            {
                "status": [403, 429],
                "headers": {"X-Left": "^0$", "X-Of": "."},
                "outcome": "pause",
                "pause_s": 60,
                "pause_until_header": "X-Reset",
            },
            {"status": [403], "text": "", "headers": {"Retry-After": "."}, "outcome": "pause"},
        ]
    }
)
AT_NOON = "Mon, 23 Nov 2026 12:00:00 GMT"
RESET = str(int(datetime(2026, 11, 23, 12, 30, tzinfo=UTC).timestamp()))


@pytest.mark.parametrize(
    ("headers", "kind", "wait_s"),
    [
        ({"X-Left": "0", "X-Of": "60", "X-Reset": RESET, "Date": AT_NOON}, RateLimitedError, 1801),
        ({"X-Left": "0", "X-Of": "60", "X-Reset": RESET, "Retry-After": "5"}, RateLimitedError, 5),
        ({"X-Left": "0", "X-Of": "60"}, RateLimitedError, 60),
        ({"X-Left": "0", "X-Of": "60", "X-Reset": "soon"}, RateLimitedError, 60),
        ({"X-Left": "10", "X-Of": "60", "X-Reset": RESET}, AuthenticationError, None),
        ({"X-Left": "0"}, AuthenticationError, None),
        ({"Retry-After": "7"}, RateLimitedError, 7),
        ({}, AuthenticationError, None),
    ],
    ids=["until", "asked", "no_reset", "odd_reset", "some_left", "one_header", "retry_after", "none"],
)
def test_rule_by_headers_fits_when_all_of_them_do(headers, kind, wait_s):
    failure = WordedClassifier(HEADER_RULES)(403, CaseInsensitiveDict(headers), b"")
    assert (type(failure.error), failure.wait_s) == (kind, wait_s)


def test_pause_that_doubles_does_so_only_where_the_answer_does_not_say_how_long():
    rule = {"status": [429], "outcome": "pause", "pause_s": 60, "pause_doubles": True}
    classify = WordedClassifier(ErrorWords.model_validate({"rules": [rule]}))
    assert classify(429, {}, b"").wait_doubles
    assert not classify(429, {"Retry-After": "5"}, b"").wait_doubles

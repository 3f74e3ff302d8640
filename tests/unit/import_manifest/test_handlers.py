"""Error handlers: answers that are no failure, waits, and what is told of the others."""

from __future__ import annotations

import pytest

from tests.unit.import_manifest.convert_support import convert_one

READ = "an answer that the manifest fails for is read here, where it has records"
AGAIN = "an answer that the manifest asks again for is an error here, unless its status says so"


def handle(*filters, waits=(), **more):
    words = {"type": "DefaultErrorHandler", "response_filters": list(filters), **more}
    return convert_one(asks={"error_handler": {**words, "backoff_strategies": list(waits)}})


def test_own_code_that_judges_errors_is_told_and_nothing_else_of_it_is_read():
    own = {"type": "CustomErrorHandler", "class_name": "own.H", "response_filters": "whatever"}
    result = convert_one(asks={"error_handler": own})
    assert result.doubts == [
        "own Python code judges errors in the manifest, and the usual rules do here: own.H"
    ]
    assert "feature_off" not in result.one


@pytest.mark.parametrize(
    ("wait", "errors", "doubts"),
    [
        ({"type": "WaitTimeFromHeader", "header": "Retry-After"}, None, []),
        ({"type": "WaitTimeFromHeader", "header": "X-Wait"}, {"pause_header": "X-Wait"}, []),
        ({"type": "ConstantBackoffStrategy", "backoff_time_in_seconds": 5}, None, []),
        ({"type": "ExponentialBackoffStrategy", "factor": 2}, None, []),
        (
            {"type": "WaitTimeFromHeader", "header": "X-Wait", "regex": "[0-9]+"},
            None,
            ["waits after a refusal are those of this sync: WaitTimeFromHeader X-Wait"],
        ),
        (
            {"type": "WaitTimeFromHeader", "header": "{{ config.header }}"},
            None,
            ["waits after a refusal are those of this sync: WaitTimeFromHeader {{ config.header }}"],
        ),
        (
            {"type": "WaitUntilTimeFromHeader", "header": "X-Reset"},
            None,
            ["waits after a refusal are those of this sync: WaitUntilTimeFromHeader X-Reset"],
        ),
        (
            {"type": "CustomBackoffStrategy", "class_name": "own.W"},
            None,
            ["waits after a refusal are those of this sync: own.W"],
        ),
    ],
)
def test_wait_is_a_header_or_told_where_it_is_another(wait, errors, doubts):
    result = handle(waits=[wait])
    assert result.rest.get("errors") == errors
    assert result.doubts == doubts


@pytest.mark.parametrize(
    ("one", "off"),
    [
        ({"action": "IGNORE", "http_codes": [404, 200]}, [404]),
        ({"action": "SUCCESS", "http_codes": ["403"]}, [403]),
        ({"action": "RETRY", "http_codes": [500, 429]}, None),
        ({"action": "FAIL", "http_codes": [401], "error_message": "No access."}, None),
        ({"action": "FAIL", "http_codes": [401], "error_message_contains": "x"}, None),
        ({}, None),
    ],
)
def test_answer_by_its_status_alone_is_said_without_a_doubt(one, off):
    result = handle(one)
    assert result.one.get("feature_off", {}).get("status") == off
    assert result.doubts == []


@pytest.mark.parametrize(
    ("one", "doubt"),
    [
        (
            {"action": "RESET_PAGINATION", "http_codes": [400]},
            "an answer after which the manifest begins a list anew is an error here: RESET_PAGINATION [400]",
        ),
        (
            {"action": "FAIL", "predicate": "{{ response.error }}"},
            f"{READ}: FAIL {{{{ response.error }}}}",
        ),
        (
            {"action": "RETRY", "error_message_contains": "busy"},
            f"{AGAIN}: RETRY busy",
        ),
        (
            {"action": "IGNORE", "http_codes": [400], "error_message_contains": "no plan"},
            "an answer that the manifest ignores for what it says is an error here: IGNORE [400] no plan",
        ),
    ],
)
def test_answer_that_is_judged_otherwise_is_a_doubt(one, doubt):
    result = handle(one)
    assert result.doubts == [doubt]
    assert "feature_off" not in result.one

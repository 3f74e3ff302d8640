"""Refusals that do not say whether they are of a moment or of the day: how long, and how often."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from requests.structures import CaseInsensitiveDict

from crm_sync.config.error_words import ErrorWords
from crm_sync.exceptions import QuotaExhaustedError
from crm_sync.rest.auth import BearerAuth
from crm_sync.rest.client import RestClient
from crm_sync.rest.errors import WordedClassifier
from crm_sync.rest.messages import Answer, Request
from crm_sync.rest.pacing import Pacer
from crm_sync.rest.retries import RetryPolicy
from crm_sync.rest.waits import Waiter

RULE = {"status": [429], "outcome": "pause", "pause_s": 5, "stop_after": 4, "means": "too much"}
WORDS = ErrorWords.model_validate({"vendor": "Example", "pause_header": "X-Reset", "rules": [RULE]})
GOOD, REFUSED = (200, {}), (429, {})


def send(*script):
    """Send a request; gives the waits and the error, if there was one."""
    waits, left = [], list(script)

    class Transport:
        base_url = "http://crm.example"

        def exchange(self, method, url_path, headers, body=None) -> Answer:
            status, extra = left.pop(0)
            return Answer(status, b"{}", CaseInsensitiveDict(extra), datetime.now(UTC))

    now = [0.0]

    def sleep(seconds):
        waits.append(seconds)
        now[0] += seconds

    client = RestClient(
        Transport(),
        BearerAuth("token"),
        pacer=Pacer(waiter=Waiter(clock=lambda: now[0], sleep=sleep, slice_s=3600)),
        classify=WordedClassifier(WORDS),
        policy=RetryPolicy(max_retries=3, random=lambda: 0.5),
    )
    try:
        client.send(Request("GET", "/list"))
    except QuotaExhaustedError as error:
        return now[0], error, left
    return now[0], None, left


def test_so_many_in_a_row_are_the_end_of_the_day():
    waited, error, left = send(*[REFUSED] * 4, GOOD)
    assert waited == pytest.approx(15)
    assert "Example answered 429: too much" in str(error)
    assert "4 times in a row, so the daily quota counts as used up" in str(error)
    assert left == [GOOD], "and nothing is asked any more"


def test_fewer_are_waited_out():
    assert send(*[REFUSED] * 3, GOOD)[:2] == (pytest.approx(15), None)


def test_another_failure_ends_the_row():
    script = [REFUSED, REFUSED, REFUSED, (503, {}), REFUSED, REFUSED, REFUSED, GOOD]
    assert send(*script)[1] is None


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"X-Reset": "1"}, 1),
        ({"X-Reset": "2", "Retry-After": "7"}, 7),
        ({"X-Reset": "1767607200"}, 5),
        ({"X-Reset": "-3"}, 5),
        ({"X-Reset": "nan"}, 5),
        ({"X-Reset": "soon"}, 5),
        ({}, 5),
    ],
    ids=str,
)
def test_header_says_how_long_the_first_wait_is_if_that_can_be(headers, waited):
    assert send((429, headers), GOOD)[0] == pytest.approx(waited)


def test_later_waits_are_at_least_the_words_own():
    assert send((429, {"X-Reset": "1"}), (429, {"X-Reset": "1"}), GOOD)[0] == pytest.approx(6)

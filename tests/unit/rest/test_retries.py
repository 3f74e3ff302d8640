from __future__ import annotations

from datetime import UTC, datetime

import pytest
from requests.structures import CaseInsensitiveDict

from crm_sync.exceptions import RateLimitedError, SourceUnavailableError
from crm_sync.rest.retries import MAX_RETRY_AFTER_S, Failure, RetryPolicy, parse_reset, parse_retry_after

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DATE = "Mon, 23 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "99999999"}, MAX_RETRY_AFTER_S),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Mon, 23 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "Mon, 23 Nov 2026 12:10:30 GMT", "date": "Mon, 23 Nov 2026 12:10:00 GMT"}, 30.0),
    ],
    ids=["none", "seconds", "part", "negative", "word", "nan", "clamped", "date", "past", "other-clock"],
)
def test_retry_after_is_read_as_seconds_or_date(headers, seconds):
    assert parse_retry_after(CaseInsensitiveDict(headers), now=NOW) == seconds


def wait(attempt: int, *, random: float = 0.5, **failure) -> float:
    policy = RetryPolicy(first_wait_s=1, longest_wait_s=60, random=lambda: random)
    return policy.wait_s(Failure(SourceUnavailableError("down"), **failure), attempt)


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 1), (2, 2), (3, 4), (7, 60), (60, 60)])
def test_backoff_doubles_up_to_its_cap(attempt, seconds):
    assert wait(attempt) == seconds


def test_backoff_has_jitter_on_both_sides():
    assert (wait(3, random=0.0), wait(3, random=1.0)) == (2, 6)


def test_wait_that_the_vendor_asked_for_wins():
    assert wait(1, wait_s=120) == 120


def test_documented_pause_grows_with_the_attempts():
    assert [wait(n, wait_s=10, wait_grows=True) for n in (1, 2, 3, 20)] == [10, 20, 30, 60]


def test_zero_seconds_again_and_again_is_no_tight_loop():
    assert wait(1, wait_s=0) == 0
    assert wait(5, wait_s=0) > 1


def test_rate_limits_do_not_use_up_the_retries():
    policy = RetryPolicy(max_retries=2)
    assert not policy.is_exhausted(RateLimitedError("slow down"), 99)
    assert [policy.is_exhausted(SourceUnavailableError("down"), n) for n in (1, 2, 3)] == [False, False, True]


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 60), (2, 120), (3, 240), (7, 3600), (40, 3600)])
def test_pause_that_doubles_goes_up_to_an_hour(attempt, seconds):
    assert wait(attempt, wait_s=60, wait_doubles=True) == seconds


NOON_S = NOW.timestamp()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"x-reset": f"{NOON_S + 90:.0f}"}, 91.0),
        ({"x-reset": f"{NOON_S - 90:.0f}"}, 1.0),
        ({"x-reset": f"{NOON_S + 90:.0f}", "date": "Mon, 23 Nov 2026 12:01:00 GMT"}, 31.0),
        ({"x-reset": f"{NOON_S + 2 * MAX_RETRY_AFTER_S:.0f}"}, None),
        ({"x-reset": "90 seconds"}, None),
        ({"x-reset": "nan"}, None),
    ],
    ids=["none", "later", "past", "other-clock", "too-far", "words", "nan"],
)
def test_reset_is_the_time_until_a_moment(headers, seconds):
    assert parse_reset(CaseInsensitiveDict(headers), "X-Reset", now=NOW) == seconds


def test_reset_of_a_vendor_without_such_a_header_is_none():
    assert parse_reset({"": "5"}, "") is None

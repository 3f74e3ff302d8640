from __future__ import annotations

from datetime import UTC, datetime

import pytest
from requests.structures import CaseInsensitiveDict

from crm_sync.exceptions import RateLimitedError, SourceUnavailableError
from crm_sync.rest.retries import MAX_RETRY_AFTER_S, Failure, RetryPolicy, parse_retry_after

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

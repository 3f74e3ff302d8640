"""A vendor's count of a window is compared with our own calls of that window, and of no other."""

from __future__ import annotations

import pytest

from crm_sync.config.rest_config import RateLimit
from crm_sync.rest.limit_news import LimitNews
from crm_sync.rest.own_calls import OwnCalls

FULL = LimitNews(remaining=0, seconds_per_request=2.5, limit=4)
"""Four calls in ten seconds, all of them made."""


def make_calls(*moments: float) -> OwnCalls:
    calls = OwnCalls({"default": RateLimit(requests=4, per_s=10)})
    for moment in moments:
        calls.note("default", moment)
    return calls


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ((0, 1, 2, 3), True),
        ((1, 2, 3), False),
        # ten seconds before the request of the answer, one had left the window
        ((-7, 1, 2, 3), False),
        # begun behind that request, so the answer does not count it
        ((1, 2, 3, 3.5), False),
        ((-90, -80, 0, 1, 2, 3), True),
    ],
)
def test_calls_of_the_window_are_counted(moments, expected):
    assert make_calls(*moments).are_all("default", FULL, 3) is expected


def test_old_calls_are_forgotten():
    calls = make_calls(-90, -80, 0, 1, 2, 3)
    calls.are_all("default", FULL, 3)
    assert list(calls._begun["default"]) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "news", [LimitNews(remaining=0, seconds_per_request=2.5), LimitNews(limit=4, seconds_per_request=2.5)]
)
def test_answer_that_does_not_say_enough_says_nothing(news):
    assert not make_calls(0, 1, 2, 3).are_all("default", news, 3)


def test_class_without_a_limit_of_ours_is_not_compared():
    calls = make_calls(0, 1, 2, 3)
    calls.note("search", 1)
    assert not calls.are_all("search", LimitNews(remaining=3, seconds_per_request=2.5, limit=4), 3)


@pytest.mark.parametrize(
    ("requests", "per_s", "expected"),
    [
        (4, 10, True),
        (4, 60, True),
        (2, 5, True),
        (5, 10, False),
        # a slower rate, but all of them may come within ten seconds
        (20, 60, False),
        (2, 4, False),
        (0, 0, False),
    ],
)
def test_limit_of_ours_has_to_fit_into_the_vendors_window(requests, per_s, expected):
    calls = OwnCalls({"default": RateLimit(requests=requests, per_s=per_s)})
    for moment in range(4):
        calls.note("default", moment)
    assert calls.are_all("default", FULL, 3) is expected

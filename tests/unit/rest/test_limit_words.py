"""Limit headers, tiers and shares of the day in the words of config."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from requests.structures import CaseInsensitiveDict

from crm_sync.config.limit_words import LimitHeaders
from crm_sync.config.rest_config import RestConfig
from crm_sync.exceptions import ConfigError, QuotaExhaustedError
from crm_sync.rest.limit_news import LimitNews, build_header_reader, read_no_headers
from crm_sync.rest.pacing import Pacer
from crm_sync.rest.rate_limits import read_share, resolve_limits

INFO = {"header": "X-Limit-Info", "pattern": r"api-usage=(?P<used>\d+)/(?P<limit>\d+)"}
USAGE = {"day": INFO}
RATE = {"window": {"remaining": "X-Left", "limit": "X-Max", "length_ms": "X-Length-Ms"}}


@pytest.mark.parametrize(
    ("words", "headers", "expected"),
    [
        (
            USAGE,
            {"X-Limit-Info": "api-usage=18/5000; per-app-api-usage=17/250(appName=a)"},
            LimitNews(None, 0.1, 4982, 5000),
        ),
        (USAGE, {"X-Limit-Info": "api-usage=5001/5000"}, LimitNews(None, 0.1, 0, 5000)),
        (USAGE, {"X-Limit-Info": "something else"}, None),
        (USAGE, {}, None),
        (RATE, {"x-left": "3", "X-Max": "100", "X-Length-Ms": "10000"}, LimitNews(3, 0.1)),
        (RATE, {"X-Left": "3", "X-Max": "20", "X-Length-Ms": "2000"}, LimitNews(3, 0.1)),
        (RATE, {"X-Left": "3", "X-Max": "2", "X-Length-Ms": "2000"}, LimitNews(3, 1.0)),
        (RATE, {"X-Left": "soon"}, None),
        (
            {"window": {"remaining": "X-Left", "limit": "X-Max", "length_s": 4}},
            {"X-Left": "0", "X-Max": "8"},
            LimitNews(0, 0.5),
        ),
    ],
)
def test_headers_are_read_and_what_they_do_not_say_is_nothing(words, headers, expected):
    read = build_header_reader(LimitHeaders.model_validate(words))
    assert read(CaseInsensitiveDict(headers)) == expected


def test_without_words_no_header_is_looked_at():
    assert build_header_reader(LimitHeaders()) is read_no_headers


def test_share_of_the_day_ends_reading_with_both_numbers():
    pacer = Pacer(day_share=0.8, read_headers=build_header_reader(LimitHeaders.model_validate(USAGE)))
    for used in (3998, 4000):
        pacer.begin(("default",))
        pacer.end(("default",), {"X-Limit-Info": f"api-usage={used}/5000"})
    with pytest.raises(
        QuotaExhaustedError, match=r"4000 of the day's 5000 calls are used.* 80% of them \(4000\)"
    ):
        pacer.begin(("default",))


def test_share_comes_from_the_connection_where_it_names_one():
    rest = RestConfig.model_validate(
        {"limit_headers": {**USAGE, "day_percent": 80, "day_percent_extra": "daily_quota_percent"}}
    )
    assert read_share(rest, {}) == 0.8
    assert read_share(rest, {"daily_quota_percent": "25"}) == 0.25
    for wrong in (0, 101, "many"):
        with pytest.raises(ConfigError, match=r"extra\.daily_quota_percent"):
            read_share(rest, {"daily_quota_percent": wrong})


TIERED = {
    "rate_limits": {"default": {"requests": 10, "per_s": 1, "per_day": 1000}},
    "tiers": {"small": {"default": {"per_day": 100}}, "free": {"default": {"per_day": 0}}},
}


def test_tier_changes_what_it_names_and_extras_count_more():
    rest = RestConfig.model_validate(TIERED)
    limits = {tier: resolve_limits(rest, {"tier": tier})["default"] for tier in ("small", "free")}
    assert (limits["small"].requests, limits["small"].per_day, limits["free"].per_day) == (10, 100, None)
    assert resolve_limits(rest, {})["default"].per_day == 1000
    assert resolve_limits(rest, {"tier": "small", "requests_per_day": 7})["default"].per_day == 7
    with pytest.raises(ConfigError, match=r"extra\.tier.*one of small, free"):
        resolve_limits(rest, {"tier": "large"})


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ({**TIERED, "tiers": {"small": {"serach": {"per_day": 1}}}}, "rest.tiers.small"),
        ({"limit_headers": {"day": {"limit": "X"}}}, "rest.limit_headers"),
        ({"limit_headers": {"day": {**INFO, "pattern": "("}}}, "rest.limit_headers.pattern"),
        ({"limit_headers": {"day": {**INFO, "pattern": "(?P<limit>1)"}}}, "rest.limit_headers.pattern"),
    ],
    ids=["tier", "way", "pattern", "groups"],
)
def test_words_of_limits_are_checked_at_load(words, key):
    with pytest.raises(ValidationError, match=f"{key}: expected"):
        RestConfig.model_validate(words)


def test_request_takes_as_many_tokens_as_its_pass_costs():
    from tests.unit.sources.rest_list_support import AnsweringClient, run

    client = AnsweringClient(lambda _: [])
    one = {"name": "all", "path": "/things", "records_path": "", "rate_class": "burst", "cost": {"tokens": 3}}
    run(client, passes=[one])
    assert client.requests[0].rate_classes == ("burst", "tokens", "tokens", "tokens")
    taken = []

    class Counting:
        def take(self, endpoint_class: str) -> float:
            taken.append(endpoint_class)
            return 0.0

        def block(self, endpoint_class: str, until_s: float) -> None:
            taken.append(f"block {endpoint_class}")

    pacer = Pacer(budget=Counting())
    pacer.begin(client.requests[0].rate_classes)
    pacer.pause(client.requests[0].rate_classes, 1)
    assert taken == ["burst", "tokens", "tokens", "tokens", "block burst", "block tokens"]

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
from crm_sync.rest.rate_limits import list_limit_extras, read_share, resolve_limits

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


TOKENS = {
    "rate_limits": {
        "default": {"requests": 20, "per_s": 2, "requests_extra": "burst"},
        "tokens": {"requests": 0, "per_s": 0, "per_day_extra": "daily", "unit": "tokens"},
    },
    "limit_headers": {
        "day": {"remaining": "X-Left", "limit": "X-Max"},
        "day_counts": "tokens",
        "day_reserve_extra": "left_percent",
    },
}
TEN = ("default", *["tokens"] * 10)


class Noting:
    """A budget that notes what is taken."""

    def __init__(self):
        self.taken = []

    def take(self, name):
        self.taken.append(name)
        return 0.0

    def block(self, name, until_s):
        pass


def token_pacer(**settings):
    rest = RestConfig.model_validate(TOKENS)
    usual = {
        "day_class": "tokens",
        "day_unit": "tokens",
        "read_headers": build_header_reader(rest.limit_headers),
    }
    return Pacer(**{**usual, **settings})


def exchange(pacer, left, most=1000, classes=TEN):
    pacer.begin(classes)
    pacer.end(classes, {"X-Left": str(left), "X-Max": str(most)})


@pytest.mark.parametrize(("left", "is_enough"), [(11, True), (10, True), (9, False), (0, False)])
def test_what_is_left_of_the_day_has_to_be_enough_for_the_next_call(left, is_enough):
    pacer = token_pacer()
    exchange(pacer, left)
    if is_enough:
        pacer.begin(TEN)
        return
    with pytest.raises(QuotaExhaustedError, match=f"{left} of 1000 tokens are left"):
        pacer.begin(TEN)


@pytest.mark.parametrize(("left", "is_enough"), [(210, True), (209, False), (200, False)])
def test_reserve_counts_the_next_call_too_and_names_used_and_allowed(left, is_enough):
    pacer = token_pacer(day_share=0.8)
    exchange(pacer, left)
    if is_enough:
        pacer.begin(TEN)
        return
    said = rf"{1000 - left} of the day's 1000 tokens are used.* 80% of them \(800\)"
    with pytest.raises(QuotaExhaustedError, match=said):
        pacer.begin(TEN)


def test_calls_under_way_count_with_what_they_cost():
    pacer = token_pacer()
    exchange(pacer, 1000)
    pacer.begin(TEN)
    exchange(pacer, 19)
    with pytest.raises(QuotaExhaustedError):
        pacer.begin(TEN)


def test_class_of_the_day_is_counted_by_us_only_while_answers_do_not_tell_it():
    budget = Noting()
    pacer = token_pacer(budget=budget)
    exchange(pacer, 500)
    exchange(pacer, 490)
    assert budget.taken == [*TEN, "default"]
    silent = Noting()
    pacer = token_pacer(budget=silent)
    for _ in range(2):
        pacer.begin(TEN)
        pacer.end(TEN, {})
    assert silent.taken == [*TEN, *TEN]


def test_request_that_counts_in_no_other_class_goes_at_once():
    pacer = token_pacer()
    exchange(pacer, 500, classes=("tokens",))
    pacer.begin(("tokens",))


def test_extras_that_limits_name_themselves():
    rest = RestConfig.model_validate(TOKENS)
    limits = resolve_limits(rest, {"burst": "80", "daily": 30_000, "left_percent": 20})
    assert limits["default"].requests == 80
    assert (limits["tokens"].per_day, limits["tokens"].unit) == (24_000, "tokens")
    assert resolve_limits(rest, {"daily": 0})["tokens"].per_day is None
    assert resolve_limits(rest, {"burst": 0})["default"].requests > 1000
    assert list_limit_extras(rest) == {"burst", "daily", "left_percent"}
    assert read_share(rest, {"left_percent": 0}) == 1.0


@pytest.mark.parametrize("extra", [{"burst": 0.5}, {"burst": "fast"}, {"daily": -1}, {"left_percent": 100}])
def test_extra_that_is_no_such_number_is_named(extra):
    (key,) = extra
    with pytest.raises(ConfigError, match=rf"extra\.{key}"):
        resolve_limits(RestConfig.model_validate(TOKENS), {"daily": 10, **extra})


def test_day_that_counts_an_unknown_class_is_refused():
    with pytest.raises(ValidationError, match="day_counts"):
        RestConfig.model_validate({**TOKENS, "rate_limits": {}})

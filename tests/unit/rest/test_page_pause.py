"""The extra `page_pause_seconds`: a limit in other words."""

from __future__ import annotations

import pytest

from crm_sync.config.rest_config import RateLimit, RestConfig
from crm_sync.exceptions import ConfigError
from crm_sync.rest.rate_limits import calls_per_s, is_limit_key, resolve_limits

REST = RestConfig(rate_limits={"default": RateLimit(requests=50, per_s=60, per_day=1_000)})


@pytest.mark.parametrize(("pause", "per_s"), [(1.0, 1.0), ("2.5", 2.5), (0.2, 0.2)])
def test_pause_is_one_request_in_that_time_and_leaves_the_day_alone(pause, per_s):
    limit = resolve_limits(REST, {"page_pause_seconds": pause})["default"]
    assert (limit.requests, limit.per_s, limit.per_day) == (1, per_s, 1_000)


def test_pause_without_a_configured_limit_makes_one():
    assert resolve_limits(RestConfig(), {"page_pause_seconds": 3})["default"].per_s == 3


@pytest.mark.parametrize("pause", [-1, "soon", True, float("nan")])
def test_pause_that_cannot_be_is_refused_by_name(pause):
    with pytest.raises(ConfigError, match=r"extra\.page_pause_seconds"):
        resolve_limits(REST, {"page_pause_seconds": pause})


def test_pause_is_a_known_extra():
    assert is_limit_key("page_pause_seconds")


@pytest.mark.parametrize("zero", [0, 0.0, "0"], ids=["integer", "float", "text"])
@pytest.mark.parametrize("key", ["page_pause_seconds", "requests_per_minute", "rps"])
def test_zero_is_no_pace_and_leaves_the_day_alone(key, zero):
    limits = resolve_limits(REST, {key: zero})
    assert limits["default"].per_day == 1_000
    assert calls_per_s(limits, 0.0) == {}, "nothing to wait for"


def test_zero_for_one_class_is_not_the_pace_of_another():
    limits = resolve_limits(REST, {"search_rps": 0})
    assert calls_per_s(limits, 0.0) == {"default": 50 / 60}
    assert limits["search"].requests > 1_000


def test_zero_requests_a_day_are_no_quota():
    limit = resolve_limits(REST, {"requests_per_day": 0})["default"]
    assert (limit.requests, limit.per_s, limit.per_day) == (50, 60, None)


@pytest.mark.parametrize("zero", [{"requests": 0}, {"per_s": 0}])
def test_zero_in_yaml_is_no_limit_either(zero):
    limit = RateLimit(**{"requests": 50, "per_s": 60, "per_day": 0, **zero})
    assert calls_per_s({"default": limit}, 0.0) == {}
    assert limit.per_day is None
    assert RateLimit.model_validate(limit.model_dump()) == limit

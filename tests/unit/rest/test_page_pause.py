"""The extra `page_pause_seconds`: a limit in other words."""

from __future__ import annotations

import pytest

from crm_sync.config.rest_config import RateLimit, RestConfig
from crm_sync.exceptions import ConfigError
from crm_sync.rest.rate_limits import is_limit_key, resolve_limits

REST = RestConfig(rate_limits={"default": RateLimit(requests=50, per_s=60, per_day=1_000)})


@pytest.mark.parametrize(("pause", "per_s"), [(1.0, 1.0), ("2.5", 2.5), (0.2, 0.2)])
def test_pause_is_one_request_in_that_time_and_leaves_the_day_alone(pause, per_s):
    limit = resolve_limits(REST, {"page_pause_seconds": pause})["default"]
    assert (limit.requests, limit.per_s, limit.per_day) == (1, per_s, 1_000)


def test_pause_without_a_configured_limit_makes_one():
    assert resolve_limits(RestConfig(), {"page_pause_seconds": 3})["default"].per_s == 3


@pytest.mark.parametrize("pause", [0, -1, "soon", True])
def test_pause_that_cannot_be_is_refused_by_name(pause):
    with pytest.raises(ConfigError, match=r"extra\.page_pause_seconds"):
        resolve_limits(REST, {"page_pause_seconds": pause})


def test_pause_is_a_known_extra():
    assert is_limit_key("page_pause_seconds")

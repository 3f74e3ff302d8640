from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from crm_sync.config.rest_config import RateLimit
from crm_sync.insight.budgets import UsedBudget, count_within, judge_quota

NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)


def use(*ago, group_size=1, group_count=0, day=date(2026, 3, 4), count=0):
    slots = [NOW - timedelta(seconds=seconds) for seconds in ago]
    return UsedBudget("x", "y", "default", slots, group_size, group_count, None, day, count, 0, NOW)


@pytest.mark.parametrize(
    ("used", "count"),
    [
        (None, 0),
        (use(90, 20, 10), 2),
        (use(90, 20, 10, group_size=5, group_count=3), 13),
        (use(90, group_size=5, group_count=3), 0),
        (use(group_size=5, group_count=3), 3),
        (use(10, -5), 2),
    ],
    ids=["nobody", "two of three", "groups", "an old group", "a first group", "promised for later"],
)
def test_calls_of_the_last_minute_are_counted(used, count):
    assert count_within(used, 60) == count


def judge(used, per_day=1000, reserve=0.0, zone="UTC"):
    return judge_quota(RateLimit(requests=1, per_s=1, per_day=per_day, day_zone=zone), reserve, used, NOW)


def test_pace_of_today_tells_when_the_quota_will_be_used_up():
    quota = judge(use(count=500))
    assert (quota.used, quota.resets_at) == (500, datetime(2026, 3, 5, tzinfo=UTC))
    assert quota.expected_empty_at == NOW + timedelta(hours=6)


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        (use(count=100), None),
        (use(count=0), None),
        (use(count=1000), NOW),
        (use(count=900, day=date(2026, 3, 3)), None),
        (None, None),
    ],
    ids=["enough until midnight", "unused", "used up", "of yesterday", "nobody has called"],
)
def test_quota_that_lasts_has_no_end(used, expected):
    assert judge(used).expected_empty_at == expected


def test_quota_leaves_a_share_to_others_and_ends_at_midnight_of_its_zone():
    quota = judge(use(count=10, day=date(2026, 3, 3)), reserve=0.5, zone="America/Los_Angeles")
    assert (quota.calls, quota.used) == (500, 10)
    assert quota.resets_at == datetime(2026, 3, 4, 8, tzinfo=UTC)


def test_limit_without_a_quota_has_none():
    assert judge(use(), per_day=None) is None

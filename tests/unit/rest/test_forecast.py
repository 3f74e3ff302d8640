from __future__ import annotations

from unittest.mock import create_autospec

import pytest

from crm_sync.rest.client import RestClient
from crm_sync.rest.forecast import describe_cost


def make_client(*, rate: dict[str, float], quota: dict[str, int]) -> RestClient:
    client = create_autospec(RestClient, instance=True)
    client.calls_per_s, client.calls_per_day = rate, quota
    return client


@pytest.mark.parametrize(
    ("rate", "quota", "text"),
    [
        ({}, {}, "200,050 records in about 2,001 calls"),
        (
            {"default": 19.0},
            {"default": 625_000},
            (
                "200,050 records in about 2,001 calls, 0.32% of the day's quota, "
                "at least 105 s at the allowed rate"
            ),
        ),
    ],
    ids=["no limits", "limits"],
)
def test_describe_cost_names_calls_quota_and_time(rate, quota, text):
    client = make_client(rate=rate, quota=quota)
    assert describe_cost(client, "default", records=200_050, page_size=100) == text


def test_describe_cost_of_nothing_is_one_call():
    cost = describe_cost(make_client(rate={}, quota={}), "default", records=0, page_size=100)
    assert cost == "0 records in about 1 calls"

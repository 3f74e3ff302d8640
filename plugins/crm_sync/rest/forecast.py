"""The cost of a read, reported before it begins: calls, share of the day's quota, least time."""

from __future__ import annotations

import math

from crm_sync.rest.client import RestClient


def describe_cost(client: RestClient, rate_class: str, *, records: int, page_size: int) -> str:
    """Say how much it costs to read a number of records.

    Args:
        client: knows the limits of the account.
        rate_class: endpoint class of the calls.
        records: how many the source says there are.
        page_size: records of one call.
    """
    calls = max(1, math.ceil(records / page_size))
    parts = [f"{records:,} records in about {calls:,} calls"]
    if (quota := client.calls_per_day.get(rate_class)) is not None:
        parts.append(f"{calls / quota:.2%} of the day's quota")
    if (rate := client.calls_per_s.get(rate_class)) is not None:
        parts.append(f"at least {calls / rate:,.0f} s at the allowed rate")
    return ", ".join(parts)

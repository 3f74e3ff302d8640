"""Reads the API budget of a manifest: how many requests it sends in which time."""

from __future__ import annotations

from typing import Any

from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.findings import Doubts, NotSaidError
from crm_sync.import_manifest.moments import read_span


def read_limits(source: Component, doubts: Doubts) -> dict[str, Any]:
    """Give the words of `rest.rate_limits`: the strictest limit, for all requests."""
    budget = source.part("api_budget")
    if budget is None:
        return {}
    rates = [rate for policy in budget.parts("policies") for rate in _list_rates(policy, doubts)]
    budget.leave_all()
    if not rates:
        doubts.add("the manifest's budget of requests is not understood, so none is set")
        return {}
    requests, per_s = min(rates, key=lambda rate: rate[0] / rate[1])
    if len(rates) > 1:
        doubts.add("of several budgets of requests the strictest holds for all lists")
    return {"default": {"requests": requests, "per_s": per_s}}


def _list_rates(policy: Component, doubts: Doubts) -> list[tuple[int, int]]:
    given = [(one.own("limit"), one.own("interval")) for one in policy.parts("rates")]
    given.append((policy.own("call_limit"), policy.own("period")))
    policy.leave_all()
    found = []
    for limit, span in given:
        if limit is None and span is None:
            continue
        try:
            seconds = read_span(str(span))
        except NotSaidError:
            seconds = 0
        if isinstance(limit, int) and limit > 0 and seconds > 0:
            found.append((limit, seconds))
        else:
            doubts.add("a budget of requests is not understood, and left out", f"{limit} in {span}")
    return found

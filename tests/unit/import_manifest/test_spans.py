"""Spans of time, formats of moments and budgets of requests."""

from __future__ import annotations

import pytest

from crm_sync.import_manifest.findings import NotSaidError
from crm_sync.import_manifest.moments import read_span, write_column_format, write_format
from tests.sources.manifests.patterns import stream
from tests.unit.import_manifest.convert_support import convert, retrieve


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("%s", "epoch_s"),
        ("%ms", "epoch_ms"),
        ("%Y-%m-%d", "date"),
        ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M"),
        ("%Y-%m-%d %H:%M:%S %Z", "%Y-%m-%d %H:%M:%S UTC"),
    ],
)
def test_format_of_a_moment_is_a_word_or_the_same_format(text, written):
    assert write_format(text) == written


@pytest.mark.parametrize("text", ["", "plain", "%epoch_microseconds", "%Y {x}", "%Y@%m", "%Q"])
def test_format_that_means_nothing_here_is_the_reason(text):
    with pytest.raises(NotSaidError, match="a format of moments"):
        write_format(text)


@pytest.mark.parametrize(("text", "found"), [("%d/%m/%Y", "%d/%m/%Y"), ("%s", None), ("%Y-%m-%d %H", None)])
def test_format_of_a_column_is_named_where_it_is_unusual(text, found):
    assert write_column_format(text) == found


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("P1D", 86_400), ("PT1H30M", 5_400), ("P1W", 604_800), ("P1M", 2_592_000), ("P1YT1S", 31_536_001)],
)
def test_span_is_seconds(text, seconds):
    assert read_span(text) == seconds


@pytest.mark.parametrize("text", ["", "P", "PT", "1D", "P1.5D", "{{ config.span }}"])
def test_span_that_is_no_constant_is_the_reason(text):
    with pytest.raises(NotSaidError, match="a span of time that is no constant"):
        read_span(text)


def rate(limit, interval="PT1M"):
    return {"limit": limit, "interval": interval}


def policy(*rates):
    return {"type": "MovingWindowCallRatePolicy", "rates": list(rates), "matchers": []}


def budget(*policies):
    one = {"type": "HTTPAPIBudget", "policies": list(policies)}
    return convert(stream(retriever=retrieve()), api_budget=one)


def test_manifest_without_a_budget_has_no_limit():
    result = convert(stream(retriever=retrieve()))
    assert ("rate_limits" in result.rest, result.doubts) == (False, [])


def test_one_budget_is_the_limit_of_all_lists():
    result = budget(policy(rate(60)))
    assert result.rest["rate_limits"] == {"default": {"requests": 60, "per_s": 60}}
    fixed = {"type": "FixedWindowCallRatePolicy", "call_limit": 10, "period": "PT1S", "matchers": []}
    assert budget(fixed).rest["rate_limits"] == {"default": {"requests": 10, "per_s": 1}}


def test_of_several_budgets_the_strictest_holds():
    result = budget(policy(rate(60), rate(1000, "PT1H")), policy(rate(9, "PT1S")))
    assert result.rest["rate_limits"] == {"default": {"requests": 1000, "per_s": 3600}}
    assert "of several budgets of requests the strictest holds for all lists" in result.doubts


def test_budget_that_is_not_understood_is_told():
    result = budget(policy(rate("{{ config.limit }}")))
    assert "rate_limits" not in result.rest
    assert result.doubts == [
        "a budget of requests is not understood, and left out: {{ config.limit }} in PT1M",
        "the manifest's budget of requests is not understood, so none is set",
    ]


@pytest.mark.parametrize("odd", [rate(5, "{{ config.span }}"), rate(0), rate(5, "PT0S"), rate(None)])
def test_budget_beside_one_that_is_not_understood_holds_and_the_other_is_told(odd):
    result = budget(policy(rate(60), odd))
    assert result.rest["rate_limits"] == {"default": {"requests": 60, "per_s": 60}}
    what = f"a budget of requests is not understood, and left out: {odd['limit']} in {odd['interval']}"
    assert result.doubts == [what]


def test_policy_without_a_limit_is_none():
    unlimited = {"type": "UnlimitedCallRatePolicy", "matchers": []}
    assert budget(policy(rate(60)), unlimited).doubts == []

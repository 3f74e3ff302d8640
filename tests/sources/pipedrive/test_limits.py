"""Tokens of the day and calls in two seconds: what a read costs, and how it ends where nothing is left."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import ConfigError, QuotaExhaustedError
from crm_sync.rest.rate_limits import resolve_limits

PRICES = {"users": 20, "pipelines": 5, "stages": 5, "organizations": 10, "persons": 10, "products": 10,
          "activities": 10, "leads": 20, "deals": 10}  # fmt: skip


class Counting:
    """A budget that notes what is taken."""

    def __init__(self, limits=None):
        self.taken = {}
        self.limits = limits or {}

    def take(self, name):
        self.taken[name] = self.taken.get(name, 0) + 1
        most = self.limits.get(name)
        if most is not None and self.taken[name] > most:
            raise QuotaExhaustedError("used up")
        return 0.0

    def block(self, name, until_s):
        pass


def waited_about(account, seconds):
    """Tell whether so long was waited; what a busy machine took meanwhile needs no waiting any more."""
    return seconds / 2 - 0.5 <= account.skipped_s <= seconds + 0.1


@pytest.mark.parametrize("kind", sorted(PRICES))
def test_what_a_read_takes_is_what_the_vendor_counts(open_account, kind):
    account, budget = open_account(tells_tokens=False), Counting()
    assert account.read(kind, client=account.make_client(budget=budget), page_size=20).is_whole
    assert budget.taken["tokens"] == account.fake.usage.own_tokens
    assert budget.taken["default"] == len(account.fake.requests)
    assert {one.cost["tokens"] for one in account.source.entities[kind].read.passes} >= {PRICES[kind]}


def test_nothing_of_the_day_is_counted_while_answers_tell_it(open_account):
    account, budget = open_account(rate_limits=True, burst_per_2s=1000), Counting()
    client = account.make_client(budget=budget, rate_limits=True)
    assert account.read("deals", client=client, page_size=10).is_whole
    assert budget.taken["tokens"] == 10, "the first call, before any answer"
    assert budget.taken["default"] == len(account.fake.requests)


def test_day_ends_where_the_next_call_costs_more_than_is_left(open_account):
    """At 5 tokens left a call for 10 would be refused, and be one step to Cloudflare's block."""
    account = open_account(rate_limits=True, burst_per_2s=1000, daily_tokens=1_035, used_by_others=1_000)
    result = account.read("persons", client=account.make_client(rate_limits=True), page_size=10)
    assert "5 of 1035 tokens are left" in result.reason
    assert account.fake.requests.summary()["by_status"] == {"200": len(account.fake.requests)}
    assert not result.is_whole
    assert result.records


def test_reserve_leaves_its_share_to_others_and_names_used_and_allowed(open_account):
    account = open_account(rate_limits=True, burst_per_2s=1000, daily_tokens=1_000, used_by_others=790)
    client = account.make_client(rate_limits=True, daily_token_reserve_percent=20)
    result = account.read("persons", client=client, page_size=10)
    assert "800 of the day's 1000 tokens are used, by all tools together" in result.reason
    assert "only 80% of them (800) may be" in result.reason
    assert account.fake.usage.left == 200


def test_read_that_a_day_cut_off_goes_on_the_next_day(open_account):
    account = open_account(rate_limits=True, burst_per_2s=1000, daily_tokens=1_030, used_by_others=1_000)
    first = account.read("persons", client=account.make_client(rate_limits=True), page_size=10)
    assert first.reason
    account.fake.usage.used_by_others = 0
    account.fake.clock.advance(24 * 3600)
    second = account.read("persons", cursors=first.cursors, page_size=10)
    assert sorted({*first.ids, *second.ids}) == account.fake.store.ids("persons")
    assert second.reason is None


def test_budget_that_only_the_operator_knows(account):
    rest = account.source.rest
    limits = resolve_limits(rest, {"daily_tokens": 30_000, "daily_token_reserve_percent": 20})
    assert limits["tokens"].per_day == 24_000
    assert limits["default"].per_day is None
    assert resolve_limits(rest, {})["tokens"].per_day is None
    assert (limits["default"].requests, limits["default"].per_s) == (20, 2)
    assert resolve_limits(rest, {"burst_per_2s": 80})["default"].requests == 80


@pytest.mark.parametrize(
    "extra", [{"daily_tokens": "many"}, {"daily_token_reserve_percent": 100}, {"burst_per_2s": -1}]
)
def test_extra_that_is_no_such_number_is_named(account, extra):
    with pytest.raises(ConfigError, match=next(iter(extra))):
        account.make_client(**extra)


def test_burst_is_waited_out_and_loses_nothing(account):
    account.fake.faults.add("rate_limited", "/api/v2/persons", times=2)
    assert account.read("persons").is_whole
    assert waited_about(account, 10)


def test_refusals_in_a_row_without_a_word_end_the_run_before_the_block(open_account):
    """Where no header tells burst and day apart, patience does: three waits of five seconds."""
    account = open_account(rate_limits=True, daily_tokens=100, used_by_others=100, tells_tokens=False)
    result = account.read("persons", client=account.make_client(rate_limits=True))
    assert "4 times in a row, so the daily quota counts as used up" in result.reason
    assert account.fake.requests.summary()["by_status"] == {"429": 4}
    assert waited_about(account, 12), "the first wait is what x-ratelimit-reset says"


@pytest.mark.parametrize(("said", "waited"), [("1", 1.0), ("1767607200", 5.0), ("soon", 5.0)])
def test_first_wait_is_what_the_reset_header_says_if_that_can_be(account, said, waited):
    """Nobody has said what its unit is: a number that would be a date is not believed."""
    answer, refused = account.fake.answer, []

    def refuse_once(request):
        if refused:
            return answer(request)
        refused.append(request)
        response = account.fake.faults.kinds["rate_limited"].instead(request, {})
        response.headers += ((b"x-ratelimit-reset", said.encode()),)
        return response

    account.fake.answer = refuse_once
    assert account.read("stages").is_whole
    assert waited_about(account, waited)


def test_those_who_go_on_are_blocked_with_a_web_page(open_account):
    account = open_account(rate_limits=True, daily_tokens=0, block_after=2)
    results = [account.read("stages", client=account.make_client()) for _ in range(2)]
    assert "Cloudflare" in results[-1].reason

from __future__ import annotations

from dataclasses import replace

import pytest

from crm_sync.budget import Turn
from crm_sync.exceptions import LongWaitError, QuotaExhaustedError, SyncCancelledError
from crm_sync.rest.limit_news import LimitNews
from crm_sync.rest.own_calls import OwnCalls
from crm_sync.rest.pacing import Pacer, Unlimited
from crm_sync.rest.waits import Waiter

CLASSES = ("default",)


class FakeTime:
    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class ScriptedBudget:
    """Waits from a list, then none; remembers what was blocked."""

    def __init__(self, *waits: float) -> None:
        self.waits = list(waits)
        self.taken: list[str] = []
        self.blocked: list[str] = []

    def take(self, endpoint_class: str) -> float:
        self.taken.append(endpoint_class)
        return self.waits.pop(0) if self.waits else 0.0

    def block(self, endpoint_class: str, until_s: float) -> None:
        self.blocked.append(endpoint_class)


def make_pacer(*waits: float, stop=lambda: False, **settings):
    time = FakeTime()
    budget = ScriptedBudget(*waits)
    waiter = Waiter(clock=time.clock, sleep=time.sleep, stop=stop)
    return Pacer(budget=budget, waiter=waiter, **settings), budget, time


def send(pacer, headers=None, classes=CLASSES) -> None:
    pacer.begin(classes)
    pacer.end(classes, headers)


def test_request_waits_for_the_longest_of_its_limits():
    pacer, budget, time = make_pacer(1.0, 3.0)
    send(pacer, classes=("associations", "default"))
    assert time.now == pytest.approx(3.0)
    assert budget.taken == ["associations", "default"]


def test_waiting_is_counted():
    pacer, _, _ = make_pacer(1.5, 0.0, 2.0)
    for _ in range(3):
        send(pacer)
    assert pacer.stats.rate_limit_wait_s == pytest.approx(3.5)


def test_waiting_while_another_request_is_under_way_is_not_lost_time():
    pacer, _, _ = make_pacer(0.0, 2.0)
    pacer.begin(CLASSES)
    pacer.begin(CLASSES)
    assert pacer.stats.rate_limit_wait_s == 0


def test_stop_ends_a_wait():
    asked = []
    pacer, _, time = make_pacer(100.0, stop=lambda: len(asked) > 3 or asked.append(1))
    with pytest.raises(SyncCancelledError):
        send(pacer)
    assert time.now < 2


def test_wait_above_the_longest_is_handed_to_the_caller():
    pacer, _, time = make_pacer(61.0, longest_wait_s=60.0)
    with pytest.raises(LongWaitError) as caught:
        send(pacer)
    assert caught.value.limit_name == "default"
    assert time.now == 0


def test_total_waiting_ends_at_the_maximum():
    pacer, _, _ = make_pacer(*[40.0] * 9, max_wait_s=100)
    send(pacer)
    send(pacer)
    with pytest.raises(QuotaExhaustedError, match="max_wait"):
        send(pacer)


def test_pause_holds_later_requests_and_blocks_the_shared_budget():
    pacer, budget, time = make_pacer()
    pacer.pause(CLASSES, 5.0)
    send(pacer)
    assert time.now == pytest.approx(5.0)
    assert budget.blocked == ["default"]


def test_pause_of_one_class_leaves_others_alone():
    pacer, _, time = make_pacer()
    pacer.pause(("search",), 5.0)
    send(pacer)
    assert time.now == 0


@pytest.mark.parametrize(
    ("remaining", "under_way", "waits"),
    [(100, 1, 0.0), (1, 1, 0.0), (0, 1, 0.05), (0, 4, 0.2), (3, 4, 0.05), (4, 4, 0.0)],
)
def test_slows_down_before_the_vendors_window_is_full(remaining, under_way, waits):
    news = LimitNews(remaining=remaining, seconds_per_request=0.05)
    pacer, _, time = make_pacer(read_headers=lambda _headers: news)
    for _ in range(under_way):
        pacer.begin(CLASSES)
    pacer.end(CLASSES, {})
    pacer.begin(CLASSES)
    assert time.now == pytest.approx(waits)


@pytest.mark.parametrize(
    ("left", "calls_per_s", "limit", "took_s", "waits"),
    [
        (0, {"default": 0.4}, 4, 0.0, 0.0),
        # a fifth call that is not ours
        (0, {"default": 0.4}, 5, 0.0, 2.0),
        # the budget lets more through than the vendor, or there is none
        (0, {"default": 0.5}, 4, 0.0, 2.5),
        (0, {}, 4, 0.0, 2.5),
        # what was begun behind the request is not in its answer's count
        (0, {"default": 0.4}, 5, 6.0, 2.0),
    ],
)
def test_full_window_of_our_own_calls_is_left_to_the_budget(left, calls_per_s, limit, took_s, waits):
    news = LimitNews(remaining=left, seconds_per_request=10 / limit, limit=limit)
    pacer, _, time = make_pacer(read_headers=lambda _headers: news, own_calls=OwnCalls(calls_per_s))
    for _ in range(3):
        send(pacer)
    pacer.begin(CLASSES)
    began_at = time.now
    time.now += took_s
    if took_s:
        send(pacer)
    pacer.end(CLASSES, {}, began_at)
    before = time.now
    pacer.begin(CLASSES)
    assert time.now - before == pytest.approx(waits)


def test_full_window_holds_back_the_class_that_the_headers_speak_of_alone():
    news = LimitNews(remaining=0, seconds_per_request=0.05)
    pacer, _, time = make_pacer(read_headers=lambda _headers: news)
    send(pacer, {}, classes=("associations", "default"))
    pacer.begin(("default",))
    assert time.now == 0
    pacer.begin(("associations",))
    assert time.now == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("left", "reserve", "ends"), [(0, 0.0, True), (1, 0.0, False), (50, 0.1, False), (10, 0.1, True)]
)
def test_daily_quota_ends_reading_before_it_is_overdrawn(left, reserve, ends):
    news = LimitNews(daily_remaining=left, daily_limit=100)
    pacer, budget, _ = make_pacer(read_headers=lambda _headers: news, reserve=reserve)
    send(pacer, {})
    if ends:
        with pytest.raises(QuotaExhaustedError, match="daily quota"):
            send(pacer, {})
        assert len(budget.taken) == 1
    else:
        send(pacer, {})


def test_threads_begin_no_more_requests_than_the_daily_quota_has_left():
    news = LimitNews(daily_remaining=2, daily_limit=100)
    pacer, _, time = make_pacer(read_headers=lambda _headers: news)
    send(pacer, {})
    pacer.begin(CLASSES)
    pacer.begin(CLASSES)
    with pytest.raises(QuotaExhaustedError, match="daily quota"):
        pacer.begin(CLASSES)
    pacer.end(CLASSES, None)
    pacer.end(CLASSES, None)
    time.now += 61
    for _ in range(3):  # the vendor's word is too old: a new day may have begun
        pacer.begin(CLASSES)


def test_daily_quota_is_asked_for_again_after_a_while():
    news = [LimitNews(daily_remaining=0, daily_limit=100), LimitNews(daily_remaining=99, daily_limit=100)]
    pacer, _, time = make_pacer(read_headers=lambda _headers: news.pop(0))
    send(pacer, {})
    time.now += 61
    send(pacer, {})


class LateBudget(ScriptedBudget):
    """Allows half a second."""

    def get_tolerance_s(self, endpoint_class: str) -> float:
        return 0.5


@pytest.mark.parametrize(("kind", "turns"), [(ScriptedBudget, 1), (LateBudget, 2)], ids=["old", "whole"])
def test_budget_with_a_tolerance_is_asked_again_for_a_late_request_and_an_old_one_is_not(kind, turns):
    time, budget = FakeTime(), kind(0.1)
    late = [2.0]

    def oversleep(seconds: float) -> None:
        time.sleep(seconds + (late.pop() if late else 0.0))

    pacer = Pacer(budget=budget, waiter=Waiter(clock=time.clock, sleep=oversleep))
    pacer.begin(["default"])
    pacer.pause(["default"], 1)
    assert (budget.taken, budget.blocked) == (["default"] * turns, ["default"])


class MovingBudget(LateBudget):
    """Knows its promises by numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[tuple[str, object]] = []

    def take_turn(self, endpoint_class: str, late: Turn | None = None) -> Turn:
        self.late.append((endpoint_class, None if late is None else late.promise))
        return Turn(1.0 if endpoint_class == "slow" and late is None else 0.0, len(self.late))


def test_turn_that_was_missed_is_given_back_to_its_budget():
    time, budget, late = FakeTime(), MovingBudget(), [2.0]

    def oversleep(seconds: float) -> None:
        time.sleep(seconds + (late.pop() if late else 0.0))

    Pacer(budget=budget, waiter=Waiter(clock=time.clock, sleep=oversleep)).begin(["slow"])
    assert budget.late == [("slow", None), ("slow", 1)]


def test_request_that_counts_several_times_is_not_late_for_its_first_turn():
    time, budget = FakeTime(), MovingBudget()
    Pacer(budget=budget, waiter=Waiter(clock=time.clock, sleep=time.sleep)).begin(["quick", "quick", "slow"])
    # it leaves when the last of its turns has come
    assert budget.late == [("quick", None), ("quick", None), ("slow", None)]


def test_turn_of_which_nobody_knows_whether_it_was_missed_counts_as_missed():
    class UnsureBudget(MovingBudget):
        def take_turn(self, endpoint_class: str, late: Turn | None = None) -> Turn:
            return replace(super().take_turn(endpoint_class, late), unsure_s=0.6 if late is None else 0.0)

    budget, time = UnsureBudget(), FakeTime()
    Pacer(budget=budget, waiter=Waiter(clock=time.clock, sleep=time.sleep)).begin(["default"])
    assert budget.late == [("default", None), ("default", 1)]


def test_budget_without_limits_is_one_whoever_asks_for_it():
    from crm_sync.storage.budget.rate_budget import NoRateBudget

    assert Unlimited is NoRateBudget

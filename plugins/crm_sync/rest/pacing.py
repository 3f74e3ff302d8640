"""Turns for requests: asks the shared budget, heeds the vendor's headers and pauses, counts the waiting."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from crm_sync.budget import NoRateBudget, RateBudget, Turn
from crm_sync.exceptions import LongWaitError, QuotaExhaustedError
from crm_sync.rest.limit_news import HeaderReader, LimitNews, read_no_headers
from crm_sync.rest.old_budgets import OldBudget
from crm_sync.rest.own_calls import OwnCalls
from crm_sync.rest.stats import ClientStats
from crm_sync.rest.waits import Waiter, never

_STEP_S = 1.0
_LATE_TURNS = 5
"""A starved process misses its turns; after this many it sends all the same."""
_QUOTA_NEWS_S = 60.0
"""How long we believe the vendor's word about its daily quota; then one request checks for a new day."""


Budget = RateBudget
Unlimited = NoRateBudget
"""A budget without limits, for sandboxes and benchmarks."""


@dataclass
class Pacer:
    """Lets requests go when it is their turn; used by all threads of a client.

    Args:
        budget: shared by all workers; one without turns or a tolerance is taken, too.
        waiter: clock, sleep and stop.
        stats: gets the waiting time.
        read_headers: the vendor's header reader.
        reserve: share of the daily quota left to the company's other tools.
        day_share: share of the vendor's own count of the day that anybody's calls may reach.
        day_class: rate class that the vendor's count of the day counts; empty: it counts requests.
        day_unit: what it counts, for messages.
        max_wait_s: total time without any request under way; then reading ends.
        longest_wait_s: a single wait above it is handed to the caller instead of slept through; None: never.
        own_calls: what this process called, to compare the vendor's count with.
    """

    budget: Budget = field(default_factory=Unlimited)
    waiter: Waiter = field(default_factory=Waiter)
    stats: ClientStats = field(default_factory=ClientStats)
    read_headers: HeaderReader = read_no_headers
    reserve: float = 0.0
    day_share: float = 1.0
    day_class: str = ""
    day_unit: str = "calls"
    max_wait_s: float = 6 * 3600
    longest_wait_s: float | None = None
    own_calls: OwnCalls = field(default_factory=OwnCalls, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _blocked_until: dict[str, float] = field(default_factory=dict, repr=False)
    _in_flight: int = 0
    _day_in_flight: int = 0
    _waiting: int = 0
    _idle_since: float | None = None
    _quota_news: tuple[float, str] | None = None
    _day_news: tuple[float, LimitNews] = (-math.inf, LimitNews())

    def __post_init__(self) -> None:
        if not hasattr(self.budget, "take_turn"):
            self.budget = OldBudget(self.budget)

    def begin(self, rate_classes: Sequence[str], cancelled: Callable[[], bool] = never) -> None:
        """Wait for a turn and count the request as under way; `end` has to follow.

        Raises:
            QuotaExhaustedError: the daily quota is used up, or waiting took longer than `max_wait_s` in all.
            LongWaitError: the wait is above `longest_wait_s`.
            SyncCancelledError: the task should stop.
        """
        self.waiter.check(cancelled)
        self._check_quota()
        self._await_turns(rate_classes, cancelled)
        with self._lock:
            # other threads may have begun what the latest answer left, while this one waited for its turn
            if self._in_flight and self.waiter.clock() - self._day_news[0] < _QUOTA_NEWS_S:
                self._note_quota(self._day_news[1], self._day_in_flight, self._weigh(rate_classes))
            self._check_quota()
            self._stop_idling()
            self.own_calls.note(rate_classes[0], self.waiter.clock())
            self._in_flight += 1
            self._day_in_flight += self._weigh(rate_classes)

    def end(
        self, rate_classes: Sequence[str], headers: Mapping[str, str] | None, began_at: float | None = None
    ) -> None:
        """Count the request as over and learn from its answer's headers.

        Args:
            rate_classes: as for `begin`.
            headers: None: there was no answer.
            began_at: when the request was sent, by the waiter's clock; None: not known.
        """
        news = None if headers is None else self.read_headers(headers)
        with self._lock:
            others = self._in_flight
            self._in_flight -= 1
            weight = self._weigh(rate_classes)
            self._day_in_flight -= weight
            if news is None:
                return
            # each request under way and the next one need a place that is not yet promised, unless all that
            # the vendor has counted are our own: those the budget keeps apart
            if news.remaining is not None and (short := others - news.remaining) > 0:
                name = rate_classes[0]
                if began_at is None or not self.own_calls.are_all(name, news, began_at):
                    self._hold([name], short * news.seconds_per_request)
            self._day_news = self.waiter.clock(), news
            self._note_quota(news, self._day_in_flight, weight)

    def pause(self, rate_classes: Sequence[str], seconds: float) -> None:
        """Hold back all requests of these classes on all workers for a while, because the vendor said so."""
        with self._lock:
            self._hold(rate_classes, seconds)
        for name in dict.fromkeys(rate_classes):
            self.budget.block(name, time.time() + seconds)

    def wait(
        self, seconds: float, rate_classes: Sequence[str], cancelled: Callable[[], bool] = never
    ) -> None:
        """Wait before a request is repeated; counts as waiting like any other, and may raise the same."""
        self._wait_until(self.waiter.clock() + seconds, rate_classes, cancelled)

    def _await_turns(self, rate_classes: Sequence[str], cancelled: Callable[[], bool]) -> None:
        """Wait for a turn of each class; one that is missed meanwhile is asked for again."""
        names = self._counted(rate_classes)
        tolerance_s = min(map(self.budget.get_tolerance_s, set(names)), default=math.inf)
        turns: list[Turn | None] = [None] * len(names)
        for _ in range(_LATE_TURNS):
            turn_at, unsure_s = self.waiter.clock(), 0.0
            for number, name in enumerate(names):
                turns[number] = turn = self.budget.take_turn(name, turns[number])
                # read after the budget's answer: asking it may take its time
                turn_at = max(turn_at, self.waiter.clock() + turn.wait_s)
                unsure_s = max(unsure_s, turn.unsure_s)
            self._wait_until(turn_at, rate_classes, cancelled)
            if self.waiter.clock() - turn_at + unsure_s <= tolerance_s:
                return

    def _wait_until(self, turn_at: float, rate_classes: Sequence[str], cancelled: Callable[[], bool]) -> None:
        if (left := self._left(turn_at, rate_classes)) <= 0:
            return
        with self._lock:
            self._waiting += 1
        try:
            while left > 0:
                self._check_patience(left, rate_classes)
                with self._lock:
                    if self._in_flight == 0 and self._idle_since is None:
                        self._idle_since = self.waiter.clock()
                self.waiter.wait(min(left, _STEP_S), cancelled)
                with self._lock:
                    self._stop_idling()
                left = self._left(turn_at, rate_classes)
        finally:
            with self._lock:
                self._waiting -= 1
                self._stop_idling()

    def _left(self, turn_at: float, rate_classes: Sequence[str]) -> float:
        # looked up again after each step: another thread may have met a limit in the meantime
        blocked = max((self._blocked_until.get(name, 0.0) for name in rate_classes), default=0.0)
        return max(turn_at, blocked) - self.waiter.clock()

    def _stop_idling(self) -> None:
        if self._idle_since is not None:
            now = self.waiter.clock()
            self.stats.rate_limit_wait_s += now - self._idle_since
            self._idle_since = now if self._waiting and not self._in_flight else None

    def _hold(self, rate_classes: Sequence[str], seconds: float) -> None:
        until = self.waiter.clock() + seconds
        for name in rate_classes:
            self._blocked_until[name] = max(until, self._blocked_until.get(name, 0.0))

    def _check_patience(self, left: float, rate_classes: Sequence[str]) -> None:
        if self.stats.rate_limit_wait_s + left > self.max_wait_s:
            raise QuotaExhaustedError(
                f"waiting for the rate limit would take longer than max_wait ({self.max_wait_s:.0f} s) in all"
            )
        if self.longest_wait_s is not None and left > self.longest_wait_s:
            raise LongWaitError(datetime.now(UTC) + timedelta(seconds=left), rate_classes[0])

    def _weigh(self, rate_classes: Sequence[str]) -> int:
        """Give how much of the vendor's day a request takes."""
        return rate_classes.count(self.day_class) if self.day_class else 1

    def _counted(self, rate_classes: Sequence[str]) -> Sequence[str]:
        """Give the classes that we count; not the day's own while the vendor tells how much of it is left."""
        told_at, news = self._day_news
        if not self.day_class or news.daily_limit is None or self.waiter.clock() - told_at >= _QUOTA_NEWS_S:
            return rate_classes
        return [name for name in rate_classes if name != self.day_class]

    def _note_quota(self, news: LimitNews, under_way: int, weight: int) -> None:
        """Note that the day's quota is not enough for another request of this weight."""
        if news.daily_remaining is None:
            return
        limit = news.daily_limit or 0
        left = news.daily_remaining
        if self.day_share < 1 and limit - left + under_way + weight - 1 >= limit * self.day_share:
            words = (
                f"{limit - left} of the day's {limit} {self.day_unit} are used, by all tools together, and "
                f"only {self.day_share:.0%} of them ({limit * self.day_share:.0f}) may be"
            )
            self._quota_news = (self.waiter.clock(), words)
        elif left - under_way - (weight - 1) <= limit * self.reserve:
            kept = f", and {self.reserve:.0%} of them are kept for other tools" if self.reserve else ""
            words = f"the daily quota is used up: {left} of {limit} {self.day_unit} are left{kept}"
            self._quota_news = (self.waiter.clock(), words)

    def _check_quota(self) -> None:
        news = self._quota_news
        if news is not None and self.waiter.clock() - news[0] < _QUOTA_NEWS_S:
            raise QuotaExhaustedError(news[1])

"""Paces calls by a budget that all processes of one CRM account share; sleeping is left to the client.

Why a window is kept exactly and how: docs/adr/0003-rate-budget-in-postgresql.md.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from psycopg2 import errors
from typing_extensions import override

from crm_sync.budget import NoRateBudget, RateBudget, Turn
from crm_sync.config.rest_config import FREE, RateLimit
from crm_sync.exceptions import QuotaExhaustedError
from crm_sync.storage.budget.budget_session import BudgetSession, Way
from crm_sync.storage.budget.local_rate_budget import LocalRateBudget, Pace
from crm_sync.storage.connections import NO_SCHEMA, Connect

__all__ = ["NoRateBudget", "PostgresRateBudget", "RateBudget"]

DEFAULT_CLASS = "default"

_MARGIN_SHARE, _MARGIN_MOST_S = 0.04, 0.2
"""By how much a window is kept longer than the vendor's: this share of it, at most so many seconds.

Calls are promised for a moment of the database's clock and reach the vendor later, not all by the same time.
A call that is late by up to the margin still fits. How late a call can be depends on the machine and the way,
not on the window, so a long one needs no larger margin: 96 % of 5 calls a second are used, 98 % of 190 in 10.
"""

_LATE = 0.5
"""Share of that margin that a call may be late when it leaves; the rest is for its way to the vendor."""

_LATE_ATTEMPTS = 5

_SPREAD, _SPREAD_MOST_S = 0.25, 0.05
"""Least distance of two calls: this share of their mean distance, at most so many seconds.

Bursts run at four times the mean rate; under a limit that counts hours a short read is not slowed down.
"""

_LONGEST_PAUSE_S = 86_400.0


class PostgresRateBudget(RateBudget):
    """The budget of one CRM account, shared by every process that uses the same warehouse.

    Thread-safe: the threads of a process take turns on one connection in autocommit, about a millisecond
    each.

    Args:
        connect: makes the connection; called again when it was lost.
        crm_source: CRM account as named in the configs.
        account: whose limit it is at the vendor.
        limits: endpoint class to limit; a class that is missing shares `default`, and is free without that.
        reserve: share of every limit that is left to the company's other tools, 0 or more and below 1.
    """

    def __init__(
        self,
        connect: Connect,
        crm_source: str,
        account: str,
        limits: Mapping[str, RateLimit],
        reserve: float = 0.0,
    ) -> None:
        self._session = BudgetSession(connect)
        self._crm_source = crm_source
        self._account = account
        self._limits = dict(limits)
        self._reserve = reserve
        self._local = LocalRateBudget()
        self._noted: set[str] = set()
        self._usual_way_s = math.inf

    @override
    def take(self, endpoint_class: str) -> float:
        """Promise one call; return how many seconds to wait for its moment.

        Raises:
            QuotaExhaustedError: the day's quota is used up; the message says when it comes back.
            DatabaseUnavailableError: the warehouse can't be reached.
        """
        return self.take_turn(endpoint_class).wait_s

    @override
    def take_turn(self, endpoint_class: str, late: Turn | None = None) -> Turn:
        """Promise one call, or move one that missed its moment to now; errors as for `take`."""
        found = self._find_limit(endpoint_class)
        if found is None:
            return Turn(0.0)
        name, limit = found
        pace = self._make_pace(limit)
        # before the promise: what is done between it and the call makes the call late
        self._note_quota(name, pace)
        promise = None if late is None else late.promise
        for _ in range(_LATE_ATTEMPTS):
            moment, promise, unsure_s = self._take_moment(name, pace, promise)
            left_s = moment - time.monotonic()
            # A starved process may find that its moment is past before it even knows it.
            if left_s - unsure_s >= -self.get_tolerance_s(name):
                break
        return Turn(max(0.0, left_s), promise, unsure_s)

    @override
    def get_tolerance_s(self, endpoint_class: str) -> float:
        """Return how many seconds after its moment a call may leave; a later one has to take another moment.

        A call that leaves later than that, for example because its process got no CPU or a pause held it
        back, would crowd the windows of those that come after it.
        """
        found = self._find_limit(endpoint_class)
        # a class with a quota alone has no windows to crowd
        is_free = found is None or found[1].requests >= FREE["requests"]
        return math.inf if found is None or is_free else _margin_s(found[1]) * _LATE

    @override
    def block(self, endpoint_class: str, until_s: float) -> None:
        """Let no call of this class be promised before a moment, on any worker; at most a day ahead.

        Args:
            endpoint_class: as for `take`.
            until_s: seconds since the epoch, by this worker's clock.
        """
        found = self._find_limit(endpoint_class)
        pause_s = min(until_s - time.time(), _LONGEST_PAUSE_S)
        if found is None or pause_s <= 0:
            return
        try:
            self._session.ask("queries/block_rate_budget", {**self._make_key(found[0]), "pause_s": pause_s})
        except NO_SCHEMA:
            self._local.block(found[0], pause_s)

    def close(self) -> None:
        """Close the connection; a later call opens another."""
        self._session.close()

    def _take_moment(self, name: str, pace: Pace, late: object = None) -> tuple[float, object, float]:
        """Promise one call, or move the one that is late.

        Returns:
            Its moment by this process's monotonic clock, by what it can be moved, and by how much the moment
            may have been earlier.
        """
        parameters = {**self._make_key(name), **asdict(pace)}
        try:
            row = None
            if late is not None:
                row, way = self._session.ask("queries/move_rate_slot", {**parameters, "slot": late})
            if row is None:
                row, way = self._session.ask("queries/take_rate_slot", parameters)
            wait_s, retry_at, slot, spent_s = row or (None, None, None, 0.0)
        except NO_SCHEMA:
            # A dry run makes no schema, and without one no other process has calls to share.
            local_s = self._local.take(name, pace)
            if local_s is None:
                raise self._make_quota_error(name, pace, None) from None
            return time.monotonic() + local_s, None, 0.0
        if wait_s is None:
            raise self._make_quota_error(name, pace, retry_at)
        # where it can't be moved, another one would be lost for each that only may be late
        unsure_s = self._find_delay_s(way, spent_s)
        return way.answered_at + wait_s, slot, 0.0 if slot is None else unsure_s

    def _find_delay_s(self, way: Way, spent_s: float) -> float:
        """Give how much longer than usual a question and its answer were on their way.

        The usual time is the same for all calls, so it shifts none of them against another.
        """
        way_s = max(0.0, way.answered_at - way.asked_at - spent_s)
        self._usual_way_s = min(self._usual_way_s, way_s)
        return way_s - self._usual_way_s

    def _note_quota(self, name: str, pace: Pace) -> None:
        """Let people see how much of a quota is used, once for each class: only processes know quotas."""
        if name in self._noted:
            return
        self._noted.add(name)
        known = {"per_day": pace.per_day, "day_zone": pace.day_zone, "unit": self._limits[name].unit}
        # a dry run meets the schema of an earlier version, or none
        with contextlib.suppress(errors.UndefinedColumn, *NO_SCHEMA):
            self._session.ask("queries/note_quota", {**self._make_key(name), **known})

    def _find_limit(self, endpoint_class: str) -> tuple[str, RateLimit] | None:
        for name in (endpoint_class, DEFAULT_CLASS):
            if name in self._limits:
                return name, self._limits[name]
        return None

    def _make_key(self, endpoint_class: str) -> dict[str, object]:
        return {"crm_source": self._crm_source, "account": self._account, "endpoint_class": endpoint_class}

    def _make_pace(self, limit: RateLimit) -> Pace:
        requests = max(1, int(limit.requests * (1 - self._reserve)))
        return Pace(
            max_calls=requests,
            window_s=limit.per_s + _margin_s(limit),
            spacing_s=min(limit.per_s / requests * _SPREAD, _SPREAD_MOST_S),
            per_day=None if limit.per_day is None else max(1, int(limit.per_day * (1 - self._reserve))),
            day_zone=limit.day_zone,
        )

    def _make_quota_error(self, name: str, pace: Pace, retry_at: datetime | None) -> QuotaExhaustedError:
        comes_back = "tomorrow" if retry_at is None else f"at {retry_at:%Y-%m-%d %H:%M %z}"
        return QuotaExhaustedError(
            f"the daily quota of {pace.per_day} {self._limits[name].unit} of {self._crm_source} "
            f"({self._account}, {name}) is used up; it comes back {comes_back}",
            crm_source=self._crm_source,
        )


def _margin_s(limit: RateLimit) -> float:
    return min(limit.per_s * _MARGIN_SHARE, _MARGIN_MOST_S)

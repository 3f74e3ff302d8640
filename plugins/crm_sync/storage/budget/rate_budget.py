"""Paces calls by a budget that all processes of one CRM account share; sleeping is left to the client.

Why a window is kept exactly and how: docs/adr/0003-rate-budget-in-postgresql.md.
"""

from __future__ import annotations

import contextlib
import math
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2 import errors
from typing_extensions import override

from crm_sync.budget import NoRateBudget, RateBudget
from crm_sync.config.rest_config import RateLimit
from crm_sync.exceptions import QuotaExhaustedError
from crm_sync.storage.budget.local_rate_budget import LocalRateBudget, Pace
from crm_sync.storage.connections import NO_SCHEMA, Connect, translate_outage
from crm_sync.storage.sql_files import load_sql

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgConnection

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
        self._connect = connect
        self._crm_source = crm_source
        self._account = account
        self._limits = dict(limits)
        self._reserve = reserve
        self._mutex = threading.Lock()
        self._connection: PgConnection | None = None
        self._pid = os.getpid()
        self._local = LocalRateBudget()
        self._noted: set[str] = set()

    @override
    def take(self, endpoint_class: str) -> float:
        """Promise one call; return how many seconds to wait for its moment.

        Raises:
            QuotaExhaustedError: the day's quota is used up; the message says when it comes back.
            DatabaseUnavailableError: the warehouse can't be reached.
        """
        found = self._find_limit(endpoint_class)
        if found is None:
            return 0.0
        name, limit = found
        pace = self._make_pace(limit)
        # before the promise: what is done between it and the call makes the call late
        self._note_quota(name, pace)
        for _ in range(_LATE_ATTEMPTS):
            left_s = self._take_moment(name, pace) - time.monotonic()
            # A starved process may find that its moment is past before it even knows it.
            if left_s >= -self.get_tolerance_s(name):
                break
        return max(0.0, left_s)

    @override
    def get_tolerance_s(self, endpoint_class: str) -> float:
        """Return how many seconds after its moment a call may leave; a later one has to take another moment.

        A call that leaves later than that, for example because its process got no CPU or a pause held it
        back, would crowd the windows of those that come after it.
        """
        found = self._find_limit(endpoint_class)
        return math.inf if found is None else _margin_s(found[1]) * _LATE

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
            self._ask("queries/block_rate_budget", {**self._make_key(found[0]), "pause_s": pause_s})
        except NO_SCHEMA:
            self._local.block(found[0], pause_s)

    def close(self) -> None:
        """Close the connection; a later call opens another."""
        with self._mutex:
            self._drop_connection()

    def _take_moment(self, name: str, pace: Pace) -> float:
        """Promise one call; return its moment by this process's monotonic clock."""
        try:
            row, now = self._ask("queries/take_rate_slot", {**self._make_key(name), **asdict(pace)})
            wait_s, retry_at = row or (None, None)
        except NO_SCHEMA:
            # A dry run makes no schema, and without one no other process has calls to share.
            wait_s, retry_at, now = self._local.take(name, pace), None, time.monotonic()
        if wait_s is None:
            raise self._make_quota_error(name, pace, retry_at)
        return now + float(wait_s)

    def _note_quota(self, name: str, pace: Pace) -> None:
        """Let people see how much of a quota is used, once for each class: only processes know quotas."""
        if name in self._noted:
            return
        self._noted.add(name)
        known = {"per_day": pace.per_day, "day_zone": pace.day_zone, "unit": self._limits[name].unit}
        # a dry run meets the schema of an earlier version, or none
        with contextlib.suppress(errors.UndefinedColumn, *NO_SCHEMA):
            self._ask("queries/note_quota", {**self._make_key(name), **known})

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

    def _ask(self, query: str, parameters: Mapping[str, object]) -> tuple[tuple[Any, ...] | None, float]:
        """Run one statement; return its row and the monotonic moment of its answer."""
        with self._mutex, translate_outage():
            try:
                return self._execute(query, parameters)
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                # Once more on a new connection: the old one may have died while nobody used it.
                self._drop_connection()
                return self._execute(query, parameters)

    def _execute(self, query: str, parameters: Mapping[str, object]) -> tuple[tuple[Any, ...] | None, float]:
        if self._connection is None or self._connection.closed or self._pid != os.getpid():
            self._connection = self._open()
            self._pid = os.getpid()
        with self._connection.cursor() as cursor:
            cursor.execute(load_sql(query), parameters)
            answered_at = time.monotonic()
            return (cursor.fetchone() if cursor.description else None), answered_at

    def _open(self) -> PgConnection:
        connection = self._connect()
        connection.rollback()
        connection.autocommit = True
        with connection.cursor() as cursor:
            # No flush per call: after a crash of the server the promises of its last moment are forgotten, no
            # more.
            cursor.execute("set synchronous_commit = off; set statement_timeout = '30s'")
            cursor.execute("select set_config('application_name', 'crm_sync rate budget', false)")
        return connection

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        # A connection made before a fork belongs to the parent process.
        if connection is not None and self._pid == os.getpid():
            with contextlib.suppress(psycopg2.Error):
                connection.close()


def _margin_s(limit: RateLimit) -> float:
    return min(limit.per_s * _MARGIN_SHARE, _MARGIN_MOST_S)

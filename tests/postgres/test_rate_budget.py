from __future__ import annotations

import bisect
import math
import os
import random
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import make_dsn

from crm_sync.budget import Turn
from crm_sync.config.rest_config import RateLimit
from crm_sync.exceptions import DatabaseUnavailableError, QuotaExhaustedError
from crm_sync.storage.budget.rate_budget import NoRateBudget, PostgresRateBudget

pytestmark = pytest.mark.postgres


@pytest.fixture
def warehouse(clean_warehouse):
    clean_warehouse.execute("truncate crm_sync.rate_budget")
    return clean_warehouse


ROOT = Path(__file__).parents[2]
WORKER = Path(__file__).with_name("budget_worker.py")


@pytest.fixture
def make_budget(warehouse):
    budgets = []

    def make(account="a", *, reserve=0.0, crm_source="hubspot", **limits):
        limits = {name: RateLimit(**limit) for name, limit in limits.items()}
        budgets.append(PostgresRateBudget(warehouse.connect, crm_source, account, limits, reserve))
        return budgets[-1]

    yield make
    for budget in budgets:
        budget.close()


def _take_slots(budget, count, name="default"):
    """Take at once, and return the promised moments relative to the first."""
    # the clock is read after the answer, as the pacer does: on a busy machine asking takes its time
    slots = [budget.take(name) + time.monotonic() for _ in range(count)]
    return [slot - slots[0] for slot in slots]


def _find_noon_zone():
    """Name a zone in which it is about noon: a quota's day does not end while a test looks at it."""
    hours_ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-hours_ahead:+d}"  # these names count the other way round


def _count_fullest_window(moments, per_s):
    moments = sorted(moments)
    return max(bisect.bisect_left(moments, moment + per_s) - index for index, moment in enumerate(moments))


@pytest.mark.parametrize(
    ("limit", "distance_s"),
    [({"requests": 5, "per_s": 10}, 0.05), ({"requests": 100, "per_s": 10}, 0.025)],
    ids=["at_most", "share"],
)
def test_take_bursts_then_keeps_any_window(warehouse, make_budget, limit, distance_s):
    requests, budget, moments = limit["requests"], make_budget(default=limit), []
    for _ in range(requests + 2):
        budget.take("default")
        # as it was promised: by this process's clock a busy machine makes moments later, the first one most
        moments += warehouse.fetch_one("select last_slot_at from crm_sync.rate_budget")
    slots = [(moment - moments[0]).total_seconds() for moment in moments]
    first = [distance_s * number for number in range(requests)]
    assert slots == pytest.approx([*first, 10.2, 10.2 + distance_s], abs=0.1)
    assert slots[requests - 1] >= 0.9 * first[-1]


@pytest.mark.parametrize("requests", [1, 5, 190, 200, 201, 250, 1000, 1999])
def test_take_never_promises_more_than_the_limit_in_any_window(warehouse, make_budget, requests):
    slots = _take_slots(make_budget(default={"requests": requests, "per_s": 100}), int(requests * 2.5))
    assert _count_fullest_window(slots, 100) <= requests
    used = sum(1 for slot in slots if slot < 208) / 2
    assert used >= 0.985 * requests
    (size,) = warehouse.fetch_one("select cardinality(slots) from crm_sync.rate_budget")
    assert size <= 200


def test_take_four_processes_never_fill_a_window_over_the_limit(warehouse):
    requests, per_s, run_s = 40, 1, 2.5
    command = [sys.executable, str(WORKER), warehouse.dsn, str(requests), str(per_s), "16", str(run_s)]
    inherited = os.environ.get("PYTHONPATH", "")
    environment = {**os.environ, "PYTHONPATH": f"{inherited}:{ROOT / 'plugins'}:{ROOT}"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    processes = [subprocess.Popen(command, **pipes) for _ in range(4)]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 4
    start_at = time.time() + 0.1
    for process in processes:
        process.stdin.write(f"{start_at}\n")
        process.stdin.flush()
    arrivals = [[float(word) for word in process.communicate()[0].split()] for process in processes]
    assert all(arrivals)
    everything = [moment for part in arrivals for moment in part]
    assert _count_fullest_window(everything, per_s) <= requests
    # bench/ measures the 95 %, where no busy machine turns it red; this only tells pacing from crawling
    assert len(everything) >= 0.7 * requests * run_s / per_s


def test_take_threads_of_one_process_share_a_connection(warehouse, make_budget):
    budget = make_budget(default={"requests": 1000, "per_s": 1})
    before = len(warehouse._open)
    threads = [
        threading.Thread(target=lambda: [budget.take("default") for _ in range(10)]) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert warehouse.fetch_one("select total_count from crm_sync.rate_budget") == (160,)
    assert len(warehouse._open) == before + 1


def test_take_many_connections_at_once_never_get_the_same_slot(warehouse, make_budget):
    limits = {"default": {"requests": 50, "per_s": 100}}
    slots = []
    barrier = threading.Barrier(8)

    def run():
        budget = make_budget(**limits)
        budget.take("default")
        barrier.wait()
        slots.extend(budget.take("default") + time.monotonic() for _ in range(50))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert warehouse.fetch_one("select total_count from crm_sync.rate_budget") == (408,)
    assert _count_fullest_window(slots, 100) <= 50


def test_take_budgets_of_accounts_and_classes_are_apart(make_budget):
    limits = {"default": {"requests": 1, "per_s": 60}, "search": {"requests": 1, "per_s": 60}}
    for account, crm_source in (("a", "hubspot"), ("b", "hubspot"), ("a", "hubspot2")):
        budget = make_budget(account, crm_source=crm_source, **limits)
        assert budget.take("default") < 1
        assert budget.take("search") < 1
        assert budget.take("default") > 50


def test_take_unnamed_class_shares_the_default(make_budget):
    budget = make_budget(default={"requests": 1, "per_s": 60})
    budget.take("default")
    assert budget.take("other") > 50
    assert make_budget().take("other") == 0


def test_take_reserve_is_left_to_others(make_budget):
    budget = make_budget(
        default={"requests": 10, "per_s": 100, "per_day": 20, "day_zone": _find_noon_zone()}, reserve=0.5
    )
    slots = _take_slots(budget, 10)
    assert _count_fullest_window(slots, 100) == 5
    with pytest.raises(QuotaExhaustedError):
        budget.take("default")


def test_take_daily_quota_ends_with_its_reset_time(warehouse, make_budget):
    budget = make_budget(default={"requests": 100, "per_s": 1, "per_day": 3, "day_zone": "America/New_York"})
    for _ in range(3):
        budget.take("default")
    with pytest.raises(
        QuotaExhaustedError, match=r"quota of 3 calls of hubspot \(a, default\).*comes back at 2"
    ):
        budget.take("default")
    (retry_at,) = warehouse.fetch_one(
        "select retry_at from "
        "crm_sync.take_rate_slot('hubspot', 'a', 'default', 100, 1, 0, 3, 'America/New_York')"
    )
    midnight = warehouse.fetch_one(
        "select (date_trunc('day', now() at time zone 'America/New_York') + interval '1 day') "
        "at time zone 'America/New_York'"
    )
    assert (retry_at,) == midnight


def test_take_daily_quota_comes_back_the_next_day(warehouse, make_budget):
    budget = make_budget(default={"requests": 100, "per_s": 1, "per_day": 1, "day_zone": _find_noon_zone()})
    budget.take("default")
    warehouse.execute("update crm_sync.rate_budget set quota_day = quota_day - 1")
    assert budget.take("default") < 1
    with pytest.raises(QuotaExhaustedError):
        budget.take("default")


def test_block_holds_back_every_worker(make_budget):
    limits = {"default": {"requests": 100, "per_s": 1}}
    make_budget(**limits).block("default", time.time() + 30)
    make_budget(**limits).block("default", time.time() + 10)
    assert make_budget(**limits).take("default") == pytest.approx(30, abs=1)


def test_block_in_the_past_or_far_ahead_is_bounded(make_budget):
    budget = make_budget(default={"requests": 100, "per_s": 1})
    budget.block("default", time.time() - 5)
    assert budget.take("default") == 0
    budget.block("default", time.time() + 10**9)
    assert budget.take("default") == pytest.approx(86_400, abs=5)


def test_take_clock_set_back_does_not_stop_all_calls(warehouse, make_budget):
    budget = make_budget(default={"requests": 5, "per_s": 1})
    _take_slots(budget, 5)
    ahead = datetime.now(UTC) + timedelta(days=2)
    warehouse.execute(
        "update crm_sync.rate_budget set last_slot_at = %s, slots = array_fill(%s, array[5])", (ahead, ahead)
    )
    assert budget.take("default") < 2
    assert _count_fullest_window(_take_slots(budget, 12), 1) <= 5


def test_take_limit_changed_meanwhile_holds_the_new_one(make_budget):
    _take_slots(make_budget(default={"requests": 400, "per_s": 100}), 300)
    slots = _take_slots(make_budget(default={"requests": 10, "per_s": 100}), 30)
    assert _count_fullest_window(slots, 100) <= 10
    slots = _take_slots(make_budget(default={"requests": 20, "per_s": 100}), 50)
    assert _count_fullest_window(slots, 100) <= 20


def test_take_smaller_limit_counts_what_was_promised_before(make_budget):
    started = time.monotonic()

    def take(requests, count):
        budget = make_budget(default={"requests": requests, "per_s": 100})
        return [time.monotonic() - started + budget.take("default") for _ in range(count)]

    old, new = take(400, 400), take(200, 210)
    for moment in new:
        assert sum(moment - 100 < other <= moment for other in old + new) <= 200


def test_take_moment_that_is_past_already_takes_another(make_budget, monkeypatch):
    budget = make_budget(default={"requests": 5, "per_s": 1})
    moments = iter([(time.monotonic() - 1, None, 0.0), (time.monotonic() + 5, None, 0.0)])
    monkeypatch.setattr(budget, "_take_moment", lambda *_: next(moments))
    assert budget.take("default") == pytest.approx(5, abs=0.5)


def test_late_call_is_moved_to_now_and_counts_once(warehouse, make_budget):
    budget = make_budget(default={"requests": 1, "per_s": 20, "per_day": 9, "day_zone": _find_noon_zone()})
    first = budget.take_turn("default")
    time.sleep(0.5)
    moved = budget.take_turn("default", first)
    assert moved.wait_s == 0
    assert moved.promise - first.promise >= timedelta(seconds=0.5)
    assert warehouse.fetch_one("select day_count, total_count from crm_sync.rate_budget") == (1, 1)
    # the next call keeps its distance from the moment at which this one leaves
    following = budget.take_turn("default")
    assert (following.promise - moved.promise).total_seconds() == pytest.approx(20.2, abs=0.001)
    assert following.wait_s > 19


def test_call_that_only_seems_late_keeps_its_moment(make_budget):
    budget = make_budget(default={"requests": 1, "per_s": 20})
    budget.take("default")
    turn = budget.take_turn("default")
    assert budget.take_turn("default", turn).promise == turn.promise


def test_late_call_on_which_another_one_depends_is_not_moved(warehouse, make_budget):
    budget = make_budget(default={"requests": 2, "per_s": 20})
    late = budget.take_turn("default")
    budget.take("default")
    # two calls may be promised after it, and the second stands a window behind it
    assert budget.take_turn("default", late).wait_s == 0
    late = budget.take_turn("default")
    others = [budget.take_turn("default") for _ in range(2)]
    assert budget.take_turn("default", late).promise > others[-1].promise
    assert warehouse.fetch_one("select total_count from crm_sync.rate_budget") == (6,)


def test_late_call_in_a_group_is_not_moved(make_budget):
    budget = make_budget(default={"requests": 1000, "per_s": 100})
    late = budget.take_turn("default")
    assert budget.take_turn("default", late).wait_s > 0


def test_late_call_is_not_moved_into_a_pause(make_budget):
    budget = make_budget(default={"requests": 5, "per_s": 1})
    late = budget.take_turn("default")
    budget.block("default", time.time() + 30)
    assert budget.take_turn("default", late).wait_s == pytest.approx(30, abs=1)


def test_late_call_of_yesterday_counts_for_today(warehouse, make_budget):
    zone = _find_noon_zone()
    budget = make_budget(default={"requests": 5, "per_s": 1, "per_day": 2, "day_zone": zone})
    late = budget.take_turn("default")
    yesterday = late.promise - timedelta(days=1)
    warehouse.execute(
        "update crm_sync.rate_budget set slots = array[%s], last_slot_at = %s, quota_day = quota_day - 1",
        (yesterday, yesterday),
    )
    budget.take_turn("default", Turn(0.0, yesterday))
    budget.take("default")
    with pytest.raises(QuotaExhaustedError):
        budget.take("default")


def test_moved_calls_never_fill_a_window_over_the_limit(warehouse, make_budget):
    """Calls that are late by any time, of several workers, against a window of 2 s and 5 calls in it."""
    chance, left, mutex = random.Random(7), [], threading.Lock()

    def run(budget, lateness):
        for late_s in lateness:
            turn = budget.take_turn("default")
            time.sleep(turn.wait_s + late_s)
            if late_s > budget.get_tolerance_s("default"):
                turn = budget.take_turn("default", turn)
                time.sleep(turn.wait_s)
            with mutex:
                left.append(turn.promise.timestamp())

    budgets = [make_budget(default={"requests": 5, "per_s": 2}) for _ in range(6)]
    delays = [[chance.choice([0.0, 0.0, chance.uniform(0.0, 1.5)]) for _ in range(3)] for _ in budgets]
    threads = [threading.Thread(target=run, args=one) for one in zip(budgets, delays, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(left) == 18
    assert _count_fullest_window(left, 2) <= 5


def test_class_with_a_quota_alone_has_no_moment_to_miss(make_budget):
    budget = make_budget(
        tokens={"requests": 0, "per_s": 0, "per_day": 9}, default={"requests": 5, "per_s": 1}
    )
    assert budget.get_tolerance_s("default") < 1
    assert budget.get_tolerance_s("tokens") == math.inf


def test_slow_answer_of_the_warehouse_makes_a_moment_unsure(make_budget, monkeypatch):
    budget = make_budget(default={"requests": 1, "per_s": 0.1})
    assert budget.take_turn("default").unsure_s == 0
    monkeypatch.setattr(budget, "_usual_way_s", -1.0)
    assert budget.take_turn("default").unsure_s > 1


def test_take_connection_lost_opens_another(warehouse, make_budget):
    budget = make_budget(default={"requests": 5, "per_s": 1})
    budget.take("default")
    warehouse.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where application_name = 'crm_sync rate budget' and datname = current_database()"
    )
    budget.take("default")
    assert warehouse.fetch_one("select total_count from crm_sync.rate_budget") == (2,)


def test_take_server_away_is_unavailable(postgres_dsn):
    limits = {"default": RateLimit(requests=5, per_s=1)}
    budget = PostgresRateBudget(
        lambda: psycopg2.connect(make_dsn(postgres_dsn, port=1)), "hubspot", "a", limits
    )
    with pytest.raises(DatabaseUnavailableError):
        budget.take("default")


def test_take_without_schema_paces_in_this_process(empty_warehouse):
    limits = {"default": RateLimit(requests=2, per_s=10, per_day=4, day_zone=_find_noon_zone())}
    budget = PostgresRateBudget(empty_warehouse.connect, "hubspot", "a", limits)
    assert _take_slots(budget, 3) == pytest.approx([0, 0.05, 10.2], abs=0.1)
    budget.block("default", time.time() + 100)
    assert budget.take("default") > 90
    with pytest.raises(QuotaExhaustedError, match="comes back tomorrow"):
        budget.take("default")
    budget.close()


def test_no_rate_budget_never_waits():
    budget = NoRateBudget()
    budget.block("default", time.time() + 100)
    assert budget.take("default") == 0

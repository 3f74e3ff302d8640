"""Sums of recent runs agree with a count of all runs, whatever was written, changed or removed."""

from __future__ import annotations

import json
import random
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.insight.budgets import read_entity_calls, read_hourly_calls
from crm_sync.storage import sql_files
from crm_sync.storage.migrations import migrate
from crm_sync.upkeep.warehouse import remove_old_runs

pytestmark = pytest.mark.postgres

ENTITIES = [(crm_source, sync_type) for crm_source in ("a", "b") for sync_type in ("deals", "leads", "users")]
PLAIN = """
select
    run.crm_source,
    run.sync_type,
    count(*) filter (where run.status <> 'running' and run.start_time > now() - interval '24 hours'),
    count(*) filter (
        where run.status not in ('running', 'failed') and run.start_time > now() - interval '24 hours'
    ),
    count(*) filter (where run.status <> 'running' and run.start_time > now() - interval '7 days'),
    count(*) filter (
        where run.status not in ('running', 'failed') and run.start_time > now() - interval '7 days'
    ),
    count(*) filter (
        where run.status = 'failed'
          and run.start_time > now() - interval '7 days'
          and not exists (
              select from crm_sync.sync_history as good
              where (good.crm_source, good.sync_type) = (run.crm_source, run.sync_type)
                and good.status in ('success', 'partial')
                and good.start_time >= run.start_time
          )
    ),
    (
        array_agg(run.error_message order by run.start_time desc, run.id desc)
        filter (where run.status <> 'running')
    )[1]
from crm_sync.sync_history as run
group by run.crm_source, run.sync_type
order by run.crm_source, run.sync_type
"""
FAST = """
select crm_source, sync_type, runs_24h, good_24h, runs_7d, good_7d, failures_in_a_row, last_error
from crm_sync.freshness
order by crm_source, sync_type
"""
CALLS = """
select sync_type, sum((performance_metrics -> 'api_calls')::bigint)
from crm_sync.sync_history
where crm_source = %s
  and (status = 'running' or date_trunc('hour', end_time, 'UTC') >= %s)
  and jsonb_typeof(performance_metrics -> 'api_calls') = 'number'
group by sync_type
"""
# made-up runs may end in an hour to come
BY_HOUR = """
select
    least(date_trunc('hour', end_time, 'UTC'), %s) as hour,
    sum((performance_metrics -> 'api_calls')::bigint)
from crm_sync.sync_history
where crm_source = %s
  and (status = 'running' or end_time >= %s)
  and jsonb_typeof(performance_metrics -> 'api_calls') = 'number'
group by hour
"""


def add_runs(warehouse, dice, now, *, most=40):
    """Write runs of many ages; the last one of an entity may work still."""
    for crm_source, sync_type in ENTITIES:
        moments = sorted(choose_moment(dice, now) for _ in range(dice.randint(0, most)))
        for number, moment in enumerate(moments, start=1):
            works = number == len(moments) and dice.random() < 0.4
            status = "running" if works else dice.choice(("success", "success", "partial", "failed"))
            metrics = dice.choice(
                ({"api_calls": dice.randint(0, 50)}, {"api_calls": 3}, {}, {"api_calls": "x"})
            )
            end = None if works else moment + timedelta(seconds=dice.choice((0, 20, 4000)))
            warehouse.execute(
                "insert into crm_sync.sync_history "
                "(crm_source, sync_type, status, start_time, end_time, performance_metrics, error_message) "
                "values (%s, %s, %s, %s, %s, %s, %s)",
                (crm_source, sync_type, status, moment, end, json.dumps(metrics), f"why {dice.random()}"),
            )


def choose_moment(dice, now):
    ago = timedelta(hours=dice.choice((1, 2, 24, 24 * 7, 24 * 9, 24 * 30))) * dice.random()
    moment = now - ago
    if dice.random() < 0.3:
        moment = moment.replace(minute=0, second=0, microsecond=0)
    if dice.random() < 0.2:
        moment = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return moment


def change_runs(warehouse, dice):
    """Do to some runs what stages, a cleared task, upkeep and people do."""
    ended = "and status <> 'running'"
    # only the latest run of an entity works, and alone
    latest = """
        and not exists (
            select from crm_sync.sync_history as other
            where (other.crm_source, other.sync_type) = (run.crm_source, run.sync_type)
              and (other.status = 'running' or (other.start_time, other.id) > (run.start_time, run.id))
        )
    """
    for statement, able in (
        ("update {} set performance_metrics = performance_metrics || '{{\"api_calls\": 9}}'", ""),
        ("update {} set status = 'failed', end_time = greatest(now() - interval '1 hour', start_time)", ""),
        ("update {} set start_time = start_time - interval '1 day'", ended),
        ("update {} set sync_type = 'visits'", ended),
        ("delete from {}", ""),
        ("update {} set status = 'running', end_time = null", latest),
    ):
        ids = [number for (number,) in warehouse.fetch_all("select id from crm_sync.sync_history")]
        for number in dice.sample(ids, min(len(ids), len(ids) if able is latest else 9)):
            changed = statement.format("crm_sync.sync_history as run")
            warehouse.execute(f"{changed} where id = %s {able}", (number,))


def check(warehouse):
    assert warehouse.fetch_all(FAST) == warehouse.fetch_all(PLAIN)
    now = datetime.now(UTC)
    last = now.replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=number) for number in range(23, -1, -1)]
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    asked = {(name, moment) for name in ("a", "b") for moment in (midnight, midnight - timedelta(hours=7))}
    by_entity = read_entity_calls(warehouse.connect, asked)
    for name, moment in asked:
        plain = dict(warehouse.fetch_all(CALLS, (name, moment)))
        assert drop_zeros(by_entity[name, moment]) == drop_zeros(plain)
        values = list(by_entity[name, moment].values())
        assert values == sorted(values, reverse=True)
    by_hour = read_hourly_calls(warehouse.connect, ["a", "b"], hours)
    for name in ("a", "b"):
        plain = dict(warehouse.fetch_all(BY_HOUR, (last, name, hours[0])))
        assert list(by_hour[name]) == hours
        assert drop_zeros(by_hour[name]) == drop_zeros(plain)


def drop_zeros(calls):
    return {key: int(count) for key, count in calls.items() if count}


@pytest.mark.parametrize("seed", range(4))
def test_sums_agree_with_all_runs(warehouse, seed):
    dice = random.Random(seed)
    now = datetime.now(UTC)
    add_runs(warehouse, dice, now)
    check(warehouse)
    change_runs(warehouse, dice)
    check(warehouse)
    assert warehouse.fetch_one("select count(*) from crm_sync.sync_history")[0] > 20
    warehouse.execute("truncate crm_sync.sync_history cascade")
    assert warehouse.fetch_one("select count(*) from crm_sync.daily_runs") == (0,)
    check(warehouse)


def test_history_of_an_earlier_version_is_summed_up_at_once(empty_warehouse, tmp_path, monkeypatch):
    present, earlier = sql_files.find_root(), tmp_path / "sql"
    shutil.copytree(present, earlier)
    for path in (earlier / "schema").glob("*.sql"):
        if path.name >= "012":
            path.unlink()
    shutil.rmtree(earlier / "views")
    (earlier / "views").mkdir()
    shutil.copy(present / "views" / "entities.sql", earlier / "views")
    monkeypatch.setattr(sql_files, "find_root", lambda: earlier)
    migrate(empty_warehouse.connect)
    add_runs(empty_warehouse, random.Random(7), datetime.now(UTC))
    monkeypatch.setattr(sql_files, "find_root", lambda: present)
    migrate(empty_warehouse.connect)
    check(empty_warehouse)
    change_runs(empty_warehouse, random.Random(8))
    check(empty_warehouse)


def test_a_run_that_works_writes_no_sums(warehouse):
    """A run writes its progress many times, and each sum would be one more row to write."""
    warehouse.execute("insert into crm_sync.sync_history (crm_source, sync_type) values ('a', 'deals')")
    before = warehouse.fetch_all("select ctid, * from crm_sync.daily_runs")
    for calls in (1, 2, 3):
        warehouse.execute(
            "update crm_sync.sync_history set performance_metrics = %s", (json.dumps({"api_calls": calls}),)
        )
    assert warehouse.fetch_all("select ctid, * from crm_sync.daily_runs") == before
    assert warehouse.fetch_all("select * from crm_sync.hourly_calls") == []
    check(warehouse)


def test_upkeep_removes_old_sums_and_leaves_those_that_are_asked_for(warehouse):
    add_runs(warehouse, random.Random(9), datetime.now(UTC))
    old = datetime.now(UTC) - timedelta(days=40)
    warehouse.execute("insert into crm_sync.daily_runs values ('a', 'deals', %s, 4)", (old.date(),))
    warehouse.execute("insert into crm_sync.hourly_calls values (%s, 'a', 'deals', 4)", (old,))
    sums = """
        select least(min(day), (select min(hour) from crm_sync.hourly_calls)) from crm_sync.daily_runs
    """
    assert warehouse.fetch_one(sums)[0] < old + timedelta(days=1)
    remove_old_runs(warehouse.connect, old - timedelta(days=400), dry_run=True)
    assert warehouse.fetch_one(sums)[0] < old + timedelta(days=1)
    remove_old_runs(warehouse.connect, old - timedelta(days=400), dry_run=False)
    assert warehouse.fetch_one(sums)[0] > old + timedelta(days=20)
    check(warehouse)

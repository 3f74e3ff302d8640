"""Fills a warehouse with a history of years, in SQL: ten CRMs of twenty entities each, and their rejects."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2

from crm_sync.config.loader import list_sources, load_source
from crm_sync.config.models import SourceConfig
from crm_sync.storage.tables.target_table import ensure_table

if TYPE_CHECKING:
    from crm_sync.storage.pg_types import PgCursor

CRMS = tuple(f"crm{letter}" for letter in "abcdefghij")
ENTITIES = tuple(f"things{number:02}" for number in range(20))
LARGE = (CRMS[0], ENTITIES[0])
"""Entity that has half of all rejects."""
_AT_ONCE = 500_000
_DAYS = 400
_RUNS = """
insert into crm_sync.sync_history (
    crm_source, sync_type, status, start_time, end_time, records_processed, records_created, records_updated,
    records_failed, error_message, performance_metrics, configuration
)
select
    'crm' || chr((97 + n %% 10)::integer),
    'things' || to_char((n / 10 %% 20)::integer, 'FM00'),
    kind.status,
    times.start_time,
    times.start_time + interval '20 seconds',
    100, 5, 15, 0,
    case when kind.status <> 'success' then 'The source answered 503 six times in a row.' end,
    '{
        "api_calls": 7, "retries": 0, "fetch_seconds": 12.5, "transform_seconds": 1.5,
        "validate_seconds": 0.5, "save_seconds": 5.5, "records_unchanged": 80, "records_deleted": 2,
        "duplicates": 0, "rate_limit_wait_seconds": 1.25, "duration_seconds": 20.0, "records_per_second": 5.0
    }'::jsonb,
    '{
        "options": {"full": false, "force": false, "dry_run": false}, "progress": {"save": 0},
        "keys": {"known": ["id", "name", "email"], "gone": [], "others": ["color", "shape"]}
    }'::jsonb || jsonb_build_object(
        'window', jsonb_build_object(
            'since', times.start_time - interval '12 minutes', 'until', times.start_time,
            'mode', 'delta', 'complete', kind.status <> 'failed'
        )
    )
from generate_series(%(first)s::bigint, %(last)s::bigint) as n
cross join lateral (
    select now() - interval '1 minute' - (%(all)s - n) * (interval '1 day' * %(days)s / %(all)s) as start_time
) as times
cross join lateral (
    select case when n %% 53 = 0 then 'failed' when n %% 17 = 0 then 'partial' else 'success' end as status
) as kind
"""
_OWNERS = """
insert into crm_sync.sync_owners (
    sync_history_id, dag_id, run_id, try_number, in_process, host, pid, token
)
select id, 'crm_sync_' || crm_source, 'scheduled__' || id, 1, false, 'host', 1, gen_random_uuid()
from crm_sync.sync_history
order by id desc
limit 1000000
"""
_REJECTS = """
insert into crm_sync.rejected_records (
    sync_history_id, crm_source, sync_type, record_id, field, rule, error, value, record
)
select
    200 * (1 + n %% 5),
    case when n %% 2 = 0 then 'crma' else 'crm' || chr(97 + (n / 2 %% 10)::integer) end,
    case when n %% 2 = 0 then 'things00' else 'things' || to_char(n / 20 %% 20, 'FM00') end,
    n::text,
    (array['email', 'phone', 'amount', 'opened_at', 'owner_id', 'stage', ''])[1 + n / 400 %% 7],
    (array['required', 'type', 'field_nulled', 'database', 'future_time'])[1 + n / 2800 %% 5],
    'is missing',
    'not an email address',
    '{"id": 1, "name": "made up", "email": "nobody"}'
from generate_series(1, %(rejects)s) as n
"""
_WORKING = """
update crm_sync.sync_history
set status = 'running', end_time = null
where id in (select max(id) from crm_sync.sync_history where crm_source = 'crmb' group by sync_type)
"""
_BUDGETS = """
insert into crm_sync.rate_budget (
    crm_source, account, endpoint_class, slots, last_slot_at, quota_day, day_count, total_count
)
select
    'crm' || chr(97 + n),
    'crm' || chr(97 + n) || '_default',
    'default',
    array(select now() - interval '1 second' * k from generate_series(200, 1, -1) as k),
    now(),
    (now() at time zone 'UTC')::date,
    100,
    1000000
from generate_series(0, 9) as n
"""


_PROOFS = """
insert into crm_sync.proofs (
    crm_source, sync_type, method, started_at, ended_at, compared, differences, verdict, reason, slice
)
select
    'crm' || chr(97 + crm),
    'things' || to_char(entity, 'FM00'),
    case when day %% 28 = 0 then 'full' else 'slice' end,
    now() - interval '1 day' * day,
    now() - interval '1 day' * day,
    500,
    (day = 3 and entity = 1)::integer,
    case when day = 3 and entity = 1 then 'different' else 'equal' end,
    null,
    case when day %% 28 <> 0 then '{"column": "modified", "from": "1", "to": "2"}'::jsonb end
from generate_series(400, 1, -1) as day
cross join generate_series(0, 9) as crm
cross join generate_series(0, 19) as entity
"""
_LOOKS = """
insert into crm_sync.looks (crm_source, looked_at, found)
select
    'crm' || chr(97 + n),
    now() - interval '10 minutes',
    '[{"sync_type": "things02", "finding": "silent", "since": null, "sentence": "2 records came."}]'
from generate_series(0, 9) as n
"""
_CHECKS = """
select conrelid::regclass::text, conname from pg_constraint
where contype in ('c', 'f')
  and connamespace = 'crm_sync'::regnamespace
"""
_INDEXES = """
select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
where indrelid in ('crm_sync.sync_history'::regclass, 'crm_sync.rejected_records'::regclass)
  and not indisprimary
"""


def write_configs(configs: Path, shipped: Path) -> list[SourceConfig]:
    """Write the YAML of all entities: copies of one that is shipped.

    Args:
        configs: a new folder.
        shipped: the checkout's folder with one folder per CRM.
    """
    configs.mkdir()
    shutil.copy(shipped / "defaults.yaml", configs)
    for crm_source in CRMS:
        folder = configs / crm_source
        folder.mkdir()
        text = (shipped / "salesrabbit" / "source.yaml").read_text(encoding="utf-8")
        (folder / "source.yaml").write_text(text.replace("salesrabbit", crm_source), encoding="utf-8")
        for sync_type in ENTITIES:
            shutil.copy(shipped / "salesrabbit" / "users.yaml", folder / f"{sync_type}.yaml")
    return [load_source(configs, name) for name in list_sources(configs)]


def fill(dsn: str, sources: list[SourceConfig], *, runs: int, rejects: int) -> float:
    """Write runs and proofs of 400 days, open rejects, empty target tables; returns the seconds it took."""
    started = time.monotonic()
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute("set synchronous_commit = off; set maintenance_work_mem = '1GB'")
        for source in sources:
            for entity in source.entities.values():
                ensure_table(cursor, entity)
        indexes = _take_away(cursor)
    for first in range(1, runs + 1, _AT_ONCE):
        last = min(first + _AT_ONCE - 1, runs)
        with connection, connection.cursor() as cursor:
            cursor.execute(_RUNS, {"first": first, "last": last, "all": runs, "days": _DAYS})
        print(f"  {last:,} runs after {time.monotonic() - started:.0f} s", flush=True)
    for statement in (_OWNERS, _REJECTS, _WORKING, _BUDGETS, _PROOFS, _LOOKS):
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, {"rejects": rejects})
        print(f"  {cursor.rowcount:,} more rows after {time.monotonic() - started:.0f} s", flush=True)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in indexes:
            cursor.execute(statement)
            print(f"  an index more after {time.monotonic() - started:.0f} s", flush=True)
        # as a warehouse of years has it: autovacuum has been there
        cursor.execute("vacuum analyze")
        cursor.execute("checkpoint")
    connection.close()
    return time.monotonic() - started


def _take_away(cursor: PgCursor) -> list[str]:
    """Drop checks and indexes, which are made faster after the rows; gives what makes the indexes again."""
    cursor.execute(_CHECKS)
    for table, name in cursor.fetchall():
        cursor.execute(f"alter table {table} drop constraint {name}")
    cursor.execute(_INDEXES)
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f"drop index {name}")
    return [statement for _, statement in found]

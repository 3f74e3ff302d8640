"""Save of a dry run: it says what a save would do, and leaves nothing."""

from __future__ import annotations

import json

import pytest

from crm_sync.storage.history.history_rows import Counts
from crm_sync.sync.save import save_entity
from tests.postgres.save_support import make_record, make_records
from tests.postgres.upsert_support import FIELDS, count_written, make_entity

pytestmark = pytest.mark.postgres


def _state(warehouse):
    return warehouse.fetch_all(
        "select nspname, relname, relkind::text from pg_class join pg_namespace n on n.oid = relnamespace "
        "where nspname !~ '^pg_|information_schema' order by 1, 2"
    )


def test_dry_run_without_a_table_reports_and_leaves_nothing(runs):
    before = _state(runs.warehouse)
    staging = runs.stage([*make_records(1, 2), {"name": "x"}])
    result = save_entity(runs.entity, staging, runs.warehouse.connect, history_id=None)
    assert result.counts == Counts(created=2, failed=1)
    report = "\n".join(result.report)
    assert "table crm.deals would be created" in report
    assert "2 would be created; for example 00001; 00002" in report
    assert "1 would be rejected; for example without key" in report
    assert _state(runs.warehouse) == before
    assert runs.warehouse.fetch_one("select count(*) from crm_sync.sync_history") == (0,)


def test_dry_run_says_what_the_save_then_does(runs, caplog):
    runs.save([*make_records(*range(8)), make_record(8, name="old", extra_key=1)])
    fields = {**FIELDS, "added": {"source": "extra_key", "type": "integer"}, "amount": {"type": "string"}}
    runs.entity = make_entity(fields=fields)
    runs.warehouse.execute("create role crm_reader_z; alter table crm.deals add mine serial")
    runs.warehouse.execute("alter table crm.deals alter mine drop default; drop role crm_reader_z")
    changed = [
        *make_records(0, 1, 2),
        make_record(8, name="new", extra_key=1),
        make_record(9),
        make_record(9),
        {"id": None},
    ]
    plan = {"sweep": "mark"}
    before, state = count_written(runs.warehouse), _state(runs.warehouse)
    history = runs.warehouse.fetch_all("select * from crm_sync.sync_history")
    columns = runs.warehouse.fetch_all("select * from crm.deals")
    with caplog.at_level("INFO"):
        staging = runs.stage(changed[:4], changed[4:], **plan)
        dry = save_entity(runs.entity, staging, runs.warehouse.connect, history_id=None)
    assert (count_written(runs.warehouse), _state(runs.warehouse)) == (before, state)
    assert runs.warehouse.fetch_all("select * from crm_sync.sync_history") == history
    assert runs.warehouse.fetch_all("select * from crm.deals") == columns
    report = "\n".join(dry.report)
    assert "column added bigint added" in report
    assert "1 would be updated; for example 00008 (name 'old' -> 'new')" in report
    assert (
        report in caplog.text.replace("INFO     crm_sync.sync.dry_run:dry_run.py:", "")
        or "Dry run crm deals" in caplog.text
    )
    runs.warehouse.execute("alter table crm.deals alter mine drop not null")
    real = runs.save(changed[:4], changed[4:], **plan)
    assert dry.counts == real.counts
    assert (dry.status, dry.reason) == (real.status, real.reason)


def test_dry_run_previews_the_sweep(runs):
    runs.save(make_records(*range(10)))
    staging = runs.stage(make_records(*range(7)))
    result = save_entity(runs.entity, staging, runs.warehouse.connect, history_id=None)
    assert result.counts == Counts(unchanged=7, deleted=3)
    assert "3 would be marked as deleted; for example 00007; 00008; 00009" in result.report
    assert runs.warehouse.fetch_one("select count(sync_deleted_at) from crm.deals") == (0,)


def test_dry_run_keeps_no_reader_and_no_writer_waiting(runs, monkeypatch):
    from crm_sync.sync import dry_run

    runs.save(make_records(1))
    seen = {}

    def look(*args, **kwargs):
        runs.warehouse.execute("set lock_timeout = '1s'; alter table crm.deals add column while_dry int")
        seen["altered"] = True
        return original(*args, **kwargs)

    original = dry_run.ShadowTable
    monkeypatch.setattr(dry_run, "ShadowTable", look)
    save_entity(runs.entity, runs.stage([make_record(1, name="b")]), runs.warehouse.connect, history_id=None)
    assert seen["altered"]


def test_result_is_small_json(runs):
    assert len(json.dumps(runs.save(make_records(1)).to_json())) < 500

from __future__ import annotations

import json
from datetime import timedelta

import polars as pl
import psycopg2
import pytest

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import (
    DatabaseUnavailableError,
    SchemaFaultError,
    StorageError,
    SupersededError,
    SyncCancelledError,
)
from crm_sync.storage.history_rows import Counts
from crm_sync.storage.sync_history import close_if_running, read_history, read_watermark
from crm_sync.sync import save
from crm_sync.sync.save import save_entity
from tests.postgres.upsert_support import FIELDS, NOW, Runs, count_written, make_entity, open_run, read_table

pytestmark = pytest.mark.postgres

LATER = (NOW + timedelta(days=1)).isoformat()


def _record(number, **values):
    return {"id": f"{number:05}", "name": f"n{number}", "modified_at": NOW.isoformat(), **values}


def _records(*numbers):
    return [_record(number) for number in numbers]


@pytest.fixture
def runs(clean_warehouse, tmp_path):
    return Runs(clean_warehouse, tmp_path, make_entity())


def _history(runs):
    return read_history(runs.warehouse.connect, runs.history_id)


def test_save_fills_table_and_closes_the_row_with_matching_figures(runs):
    result = runs.save(_records(1, 2, 3), [*_records(4), _record(1, name="again", modified_at=LATER)])
    assert result.counts == Counts(created=4, updated=1)
    row = _history(runs)
    assert (row.status, row.error_message, row.counts) == (SyncStatus.SUCCESS, None, result.counts)
    assert row.configuration["progress"] == {"save": 1}
    assert row.configuration["window"] == {
        "since": None,
        "until": NOW.isoformat(),
        "complete": True,
        "mode": "full",
    }
    assert row.performance_metrics["save_statement_seconds"]["insert"] > 0
    assert row.performance_metrics["peak_memory_mb"] > 10
    assert read_watermark(runs.warehouse.connect, "crm", "deals").until == NOW
    assert read_table(runs.warehouse, "id, name")[0] == ("00001", "again")


def test_save_of_the_same_data_again_writes_no_tuple(runs):
    runs.save(_records(*range(300)))
    before = count_written(runs.warehouse)
    assert runs.save(_records(*range(300))).counts == Counts(unchanged=300)
    assert count_written(runs.warehouse) == before


def test_full_without_chunks_ends_partial_when_the_table_has_rows(runs):
    assert runs.save().status is SyncStatus.SUCCESS
    runs.save(_records(1))
    result = runs.save()
    assert (result.status, result.counts.deleted) == (SyncStatus.PARTIAL, 0)
    assert result.reason.startswith("The source answered with no records at all")
    assert result.window["complete"]


def test_full_marks_absent_rows_in_the_last_transaction(runs):
    runs.save(_records(*range(10)))
    result = runs.save(_records(0, 1, 2, 3), _records(4, 5, 6, 7, 8))
    assert result.counts == Counts(unchanged=9, deleted=1)
    assert _history(runs).counts == result.counts
    (row,) = runs.warehouse.fetch_all("select id from crm.deals where sync_deleted_at is not null")
    assert row == ("00009",)


@pytest.mark.parametrize(
    "plan", [{"sweep": "none"}, {"sweep": "none", "mode": "delta"}], ids=["max_records", "delta"]
)
def test_run_that_did_not_read_everything_never_sweeps(runs, plan):
    runs.save(_records(*range(10)))
    assert runs.save(_records(1), **plan).counts == Counts(unchanged=1)


def test_fetch_cut_short_never_sweeps_and_leaves_the_window_incomplete(runs):
    runs.save(_records(*range(10)))
    staging = runs.stage(_records(1))
    staging.manifest.incomplete_reason = "The daily quota is used up."
    runs.history_id = open_run(runs.warehouse, runs.entity)
    result = save_entity(runs.entity, staging, runs.warehouse.connect, history_id=runs.history_id)
    assert (result.status, result.reason, result.counts.deleted) == (
        SyncStatus.PARTIAL,
        "The daily quota is used up.",
        0,
    )
    assert not _history(runs).configuration["window"]["complete"]


def test_full_and_force_replaces_the_table(runs):
    runs.save(_records(*range(200)))
    result = runs.save(_records(500), sweep="delete", force=True)
    assert result.counts == Counts(created=1, deleted=200)
    assert read_table(runs.warehouse, "id") == [("00500",)]


def test_one_bad_record_in_many_is_kept_and_the_others_saved(runs):
    records = [*_records(*range(999)), _record(999, amount="12 or so")]
    records[7]["modified_at"] = "not a time"
    runs.entity = make_entity(rules=({"name": "no_13", "check": "id <> '00013'", "message": "unlucky"},))
    result = runs.save(records)
    assert result.status is SyncStatus.PARTIAL
    assert result.window["complete"]
    assert result.counts.processed == 1000
    assert result.counts.created == 1000 - result.counts.failed
    assert runs.warehouse.fetch_one("select count(*) from crm.deals") == (result.counts.created,)
    kept = runs.warehouse.fetch_all(
        "select record_id, rule, field, record ->> 'name', sync_history_id "
        "from crm_sync.rejected_records order by 1"
    )
    assert kept[0] == ("00007", "field_nulled", "modified_at", "n7", runs.history_id)
    assert kept[1] == ("00013", "no_13", "", "n13", runs.history_id)
    assert kept[2][:3] == ("00999", "field_nulled", "amount")
    assert result.counts.failed == 1


def test_database_refusal_is_kept_with_its_reason_and_resolved_when_it_passes(runs):
    runs.save(_records(0))
    runs.warehouse.execute("alter table crm.deals add constraint short check (length(name) < 9)")
    result = runs.save([*_records(0), _record(1, name="much too long"), *_records(2)])
    assert result.counts == Counts(created=1, unchanged=1, failed=1)
    assert "1 of 3 records were rejected" in result.reason
    columns = "record_id, rule, error, record ->> 'name', resolved_at is not null"
    query = f"select {columns} from crm_sync.rejected_records"
    ((record_id, rule, error, name, resolved),) = runs.warehouse.fetch_all(query)
    assert (record_id, rule, name, resolved) == ("00001", "database", "much too long", False)
    assert "short" in error
    runs.save([_record(1, name="short")], sweep="none")
    assert runs.warehouse.fetch_one(query)[4] is True


def test_reject_of_the_newest_version_stays_open_when_an_older_one_passes(runs):
    runs.entity = make_entity(rules=({"name": "named", "check": "name <> ''", "message": "has no name"},))
    result = runs.save([_record(1), _record(1, name="x", modified_at="never"), {**_record(2), "name": "ok"}])
    runs.entity = make_entity(rules=({"name": "short", "check": "length(name) < 5", "message": "long"},))
    result = runs.save([_record(1, name="much too long", modified_at=LATER), _record(1)])
    assert result.counts.failed == 1
    query = "select resolved_at is null from crm_sync.rejected_records where rule = 'short'"
    assert runs.warehouse.fetch_all(query) == [(True,)]


def test_added_column_is_filled_outside_the_transaction_that_locks_readers_out(runs, monkeypatch):
    runs.save([_record(1, extra_key=" 7 "), _record(2)])
    runs.entity = make_entity(fields={**FIELDS, "added": {"source": "extra_key", "type": "integer"}})
    staging = runs.stage(_records(2), sweep="none")
    runs.history_id = open_run(runs.warehouse, runs.entity)
    with monkeypatch.context() as patch:
        _break_at(patch, "fill_table", 1, KilledError())
        with pytest.raises(KilledError):
            save_entity(runs.entity, staging, runs.warehouse.connect, history_id=runs.history_id)
    assert read_table(runs.warehouse, "id, added") == [("00001", None), ("00002", None)]
    save_entity(runs.entity, staging, runs.warehouse.connect, history_id=runs.history_id)
    assert read_table(runs.warehouse, "id, added, extra") == [("00001", 7, None), ("00002", None, None)]
    assert _history(runs).configuration["fill"] == {"columns": []}


def test_field_nulled_stays_open_while_its_record_is_saved(runs):
    for _ in range(2):
        assert runs.save([_record(1, amount="many")]).status is SyncStatus.SUCCESS
    query = "select rule, value, times_seen, resolved_at from crm_sync.rejected_records"
    assert runs.warehouse.fetch_all(query) == [("field_nulled", "many", 2, None)]
    runs.save([_record(1, amount="5")])
    assert runs.warehouse.fetch_one(query)[3] is not None


def test_record_without_key_is_kept_and_stops_the_sweep(runs):
    runs.save(_records(*range(5)))
    result = runs.save([*_records(0, 1, 2, 3), {"name": "lost"}, {"name": "lost too"}])
    assert result.counts == Counts(unchanged=4, failed=2)
    assert "without a readable key" in result.reason
    kept = runs.warehouse.fetch_all("select record_id, rule from crm_sync.rejected_records")
    assert all(record_id.startswith("sha256:") and rule == "missing_key" for record_id, rule in kept)
    assert len(set(kept)) == 2


def test_sensitive_values_are_masked_in_what_is_kept(runs):
    fields = {**FIELDS, "ssn": {"sensitive": True, "source": "properties.ssn"}, "mail": {"mask": "sha256"}}
    runs.entity = make_entity(fields=fields, rules=({"name": "never", "check": "id = '0'", "message": "no"},))
    runs.save([_record(1, mail="ann@example.com", properties={"ssn": "123-45"})])
    ((record, value),) = runs.warehouse.fetch_all("select record::text, value from crm_sync.rejected_records")
    assert "123-45" not in record + str(value)
    assert "ann@example.com" not in record


def test_nul_and_lone_surrogates_are_kept_as_replacement(runs):
    lines = [rb'{"id": "1", "name": "a\u0000b\ud800c"}', b'{"id": "2", "name": "\xf0\x9f\x98\x80"}']
    assert runs.save(lines).counts == Counts(created=2)
    assert read_table(runs.warehouse, "id, name") == [("1", "a\ufffdb\ufffdc"), ("2", "😀")]


class KilledError(Exception):
    """Stands for a SIGKILL."""


def _break_at(monkeypatch, name, count, error):
    """Make the nth call of a function of save raise."""
    original, calls = getattr(save, name), []

    def broken(*args, **kwargs):
        calls.append(1)
        if len(calls) == count:
            raise error
        return original(*args, **kwargs)

    monkeypatch.setattr(save, name, broken)


@pytest.mark.parametrize("place", ["record_rejects", "sweep", "judge_outcome"])
def test_save_interrupted_goes_on_after_its_last_committed_chunk(runs, monkeypatch, place):
    runs.save(_records(*range(100)))
    staging = runs.stage(_records(*range(1, 50)), _records(*range(50, 99)), _records(*range(99, 120)))
    runs.history_id = open_run(runs.warehouse, runs.entity)
    with monkeypatch.context() as patch:
        _break_at(patch, place, 2 if place == "record_rejects" else 1, KilledError())
        with pytest.raises(KilledError):
            save_entity(runs.entity, staging, runs.warehouse.connect, history_id=runs.history_id)
    row = _history(runs)
    assert row.status is SyncStatus.RUNNING
    saved = runs.warehouse.fetch_one("select count(*) from crm.deals")[0] - 100
    assert row.counts.processed + row.counts.deleted == {"record_rejects": 49}.get(place, 98)
    assert saved == 0
    result = save_entity(runs.entity, staging, runs.warehouse.connect, history_id=runs.history_id)
    assert result.counts == Counts(created=20, unchanged=99, deleted=1)
    assert _history(runs).counts == result.counts


def test_late_retry_gives_the_stored_figures_even_without_staged_files(runs, tmp_path):
    result = runs.save(_records(1, 2), [_record(3, amount="x")])
    from crm_sync.storage.staging import open_staging

    gone = open_staging(tmp_path / "gone", crm_source="crm", sync_type="deals")
    before = count_written(runs.warehouse)
    again = save_entity(runs.entity, gone, runs.warehouse.connect, history_id=runs.history_id)
    assert (again.counts, again.status, again.window) == (result.counts, result.status, result.window)
    assert count_written(runs.warehouse) == before


def test_commit_whose_answer_was_lost_is_not_done_twice(runs):
    staging = runs.stage(_records(1), _records(2))
    runs.history_id = open_run(runs.warehouse, runs.entity)

    class LosesAnswers(psycopg2.extensions.connection):
        commits = 0

        def commit(self):
            super().commit()
            type(self).commits += 1
            if type(self).commits in {3, 6}:
                self.close()
                raise psycopg2.OperationalError("server closed the connection unexpectedly")

    def connect():
        return psycopg2.connect(runs.warehouse.dsn, connection_factory=LosesAnswers)

    result = save_entity(runs.entity, staging, connect, history_id=runs.history_id)
    assert LosesAnswers.commits >= 6
    assert result.counts == Counts(created=2)
    assert _history(runs).status is SyncStatus.SUCCESS


def test_staged_files_gone_while_the_row_runs_is_an_error(runs, tmp_path):
    from crm_sync.storage.staging import open_staging

    gone = open_staging(tmp_path / "gone", crm_source="crm", sync_type="deals")
    with pytest.raises(StorageError, match="are gone"):
        save_entity(
            runs.entity, gone, runs.warehouse.connect, history_id=open_run(runs.warehouse, runs.entity)
        )


def test_run_that_was_taken_over_writes_nothing(runs):
    staging = runs.stage(_records(1))
    history_id = open_run(runs.warehouse, runs.entity)
    close_if_running(
        runs.warehouse.connect, history_id, status=SyncStatus.FAILED, error_message="worker lost"
    )
    with pytest.raises(SupersededError):
        save_entity(runs.entity, staging, runs.warehouse.connect, history_id=history_id)
    assert runs.warehouse.fetch_one("select to_regclass('crm.deals')") == (None,)


def test_stop_between_chunks_keeps_what_is_saved(runs):
    staging = runs.stage(_records(1), _records(2))
    runs.history_id = open_run(runs.warehouse, runs.entity)
    answers = iter([False, True])
    with pytest.raises(SyncCancelledError):
        save_entity(
            runs.entity,
            staging,
            runs.warehouse.connect,
            history_id=runs.history_id,
            stop=lambda: next(answers),
        )
    assert (_history(runs).status, len(read_table(runs.warehouse))) == (SyncStatus.RUNNING, 1)


def test_deadlock_is_tried_again(runs, monkeypatch):
    staging = runs.stage(_records(1))
    runs.history_id = open_run(runs.warehouse, runs.entity)
    runs.warehouse.execute(
        "create schema crm; create sequence crm.tries; "
        "create function crm.lock_up() returns trigger language plpgsql as "
        "$$ begin if nextval('crm.tries') < 3 then raise sqlstate '40P01'; end if; return new; end $$"
    )
    original = save.ensure_table

    def ensure_with_trigger(cursor, entity):
        changes = original(cursor, entity)
        cursor.execute(
            "create or replace trigger t before insert on crm.deals "
            "for each row execute function crm.lock_up()"
        )
        return changes

    monkeypatch.setattr(save, "ensure_table", ensure_with_trigger)
    result = save_entity(runs.entity, staging, runs.warehouse.connect, history_id=runs.history_id)
    assert result.counts == Counts(created=1)


def test_server_out_of_reach_fails_at_once(runs):
    def connect():
        return psycopg2.connect("host=127.0.0.1 port=1 dbname=x connect_timeout=2")

    with pytest.raises(DatabaseUnavailableError, match="can't be reached"):
        save_entity(runs.entity, runs.stage(_records(1)), connect, history_id=1)


@pytest.mark.parametrize("code", ["53100", "42501"], ids=["disk full", "right missing"])
def test_failure_that_no_retry_cures_stops_the_save(runs, code):
    runs.save(_records(1))
    runs.warehouse.execute(
        "create function crm.fail() returns trigger language plpgsql "
        f"as $$ begin raise sqlstate '{code}'; end $$;"
        "create trigger t before insert on crm.deals for each row execute function crm.fail()"
    )
    with pytest.raises(DatabaseUnavailableError, match=r"crm\.deals"):
        runs.save(_records(2))


def test_schema_fault_saves_nothing_of_its_chunk(runs):
    runs.save(_records(1))
    runs.warehouse.execute("alter table crm.deals add constraint none check (name is null) not valid")
    with pytest.raises(SchemaFaultError, match=r"(?s)check constraint.*00100, 00101, 00102"):
        runs.save(_records(*range(100, 500)))
    assert len(read_table(runs.warehouse)) == 1
    assert runs.warehouse.fetch_one("select count(*) from crm_sync.rejected_records") == (0,)


def test_replay_leaves_rows_alone_that_a_newer_run_wrote(runs):
    runs.entity = make_entity(
        modified_column=None,
        rules=({"name": "named", "check": "name is not null", "message": "has no name"},),
    )
    runs.save([{"id": "1"}, {"id": "2"}, {"id": "3"}])
    # record 1 arrived by another way since; of record 2 the table has an older version
    runs.warehouse.execute("insert into crm.deals (id, name) values ('1', 'newer')")
    runs.warehouse.execute(
        "insert into crm.deals (id, name, sync_updated_at) values ('2', 'older', now() - interval '1 day')"
    )
    runs.entity = make_entity(modified_column=None)
    result = runs.save([{"id": str(i), "name": "replayed"} for i in (1, 2, 3)], mode="replay", sweep="none")
    assert result.counts == Counts(created=1, updated=1, unchanged=1)
    assert read_table(runs.warehouse, "id, name") == [("1", "newer"), ("2", "replayed"), ("3", "replayed")]
    assert not result.window["complete"]
    assert runs.warehouse.fetch_one(
        "select count(*) from crm_sync.rejected_records where resolved_at is null"
    ) == (0,)


def test_links_of_parents_that_were_read_are_replaced_in_their_chunk(clean_warehouse, tmp_path):
    entity = make_entity(
        sync_type="links",
        fields={"a": {}, "b": {}},
        primary_key=("a", "b"),
        parent_key=("a",),
        modified_column=None,
        deleted=None,
    )
    runs = Runs(clean_warehouse, tmp_path, entity)
    runs.save([{"a": "1", "b": "x"}, {"a": "1", "b": "y"}, {"a": "2", "b": "x"}], mode="delta", sweep="none")
    parents = [pl.DataFrame({"a": ["1"]}), pl.DataFrame({"a": ["2"]})]
    result = runs.save([{"a": "1", "b": "y"}], [], parents=parents, mode="delta", sweep="none")
    assert result.counts == Counts(unchanged=1, deleted=2)
    live = clean_warehouse.fetch_all("select a, b from crm.links where sync_deleted_at is null")
    assert live == [("1", "y")]


def _state(warehouse):
    return warehouse.fetch_all(
        "select nspname, relname, relkind::text from pg_class join pg_namespace n on n.oid = relnamespace "
        "where nspname !~ '^pg_|information_schema' order by 1, 2"
    )


def test_dry_run_without_a_table_reports_and_leaves_nothing(runs):
    before = _state(runs.warehouse)
    staging = runs.stage([*_records(1, 2), {"name": "x"}])
    result = save_entity(runs.entity, staging, runs.warehouse.connect, history_id=None)
    assert result.counts == Counts(created=2, failed=1)
    report = "\n".join(result.report)
    assert "table crm.deals would be created" in report
    assert "2 would be created; for example 00001; 00002" in report
    assert "1 would be rejected; for example without key" in report
    assert _state(runs.warehouse) == before
    assert runs.warehouse.fetch_one("select count(*) from crm_sync.sync_history") == (0,)


def test_dry_run_says_what_the_save_then_does(runs, caplog):
    runs.save([*_records(*range(8)), _record(8, name="old", extra_key=1)])
    fields = {**FIELDS, "added": {"source": "extra_key", "type": "integer"}, "amount": {"type": "string"}}
    runs.entity = make_entity(fields=fields)
    runs.warehouse.execute("create role crm_reader_z; alter table crm.deals add mine serial")
    runs.warehouse.execute("alter table crm.deals alter mine drop default; drop role crm_reader_z")
    changed = [*_records(0, 1, 2), _record(8, name="new", extra_key=1), _record(9), _record(9), {"id": None}]
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
    runs.save(_records(*range(10)))
    staging = runs.stage(_records(*range(7)))
    result = save_entity(runs.entity, staging, runs.warehouse.connect, history_id=None)
    assert result.counts == Counts(unchanged=7, deleted=3)
    assert "3 would be marked as deleted; for example 00007; 00008; 00009" in result.report
    assert runs.warehouse.fetch_one("select count(sync_deleted_at) from crm.deals") == (0,)


def test_dry_run_keeps_no_reader_and_no_writer_waiting(runs, monkeypatch):
    from crm_sync.sync import dry_run

    runs.save(_records(1))
    seen = {}

    def look(*args, **kwargs):
        runs.warehouse.execute("set lock_timeout = '1s'; alter table crm.deals add column while_dry int")
        seen["altered"] = True
        return original(*args, **kwargs)

    original = dry_run.ShadowTable
    monkeypatch.setattr(dry_run, "ShadowTable", look)
    save_entity(runs.entity, runs.stage([_record(1, name="b")]), runs.warehouse.connect, history_id=None)
    assert seen["altered"]


def test_result_is_small_json(runs):
    assert len(json.dumps(runs.save(_records(1)).to_json())) < 500

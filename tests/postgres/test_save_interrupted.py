"""Save that is broken off: it goes on where it was, or stops clearly where no retry helps."""

from __future__ import annotations

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
from crm_sync.storage.history.history_rows import Counts
from crm_sync.sync import save, save_loop
from crm_sync.sync.save import save_entity
from tests.postgres.history_support import close_run
from tests.postgres.save_support import make_record, make_records, read_row
from tests.postgres.upsert_support import FIELDS, count_written, make_entity, open_run, read_table

pytestmark = pytest.mark.postgres


class KilledError(Exception):
    """Stands for a SIGKILL."""


def _break_at(monkeypatch, name, count, error):
    """Make the nth call of a function of save raise."""
    place = save if hasattr(save, name) else save_loop
    original, calls = getattr(place, name), []

    def broken(*args, **kwargs):
        calls.append(1)
        if len(calls) == count:
            raise error
        return original(*args, **kwargs)

    monkeypatch.setattr(place, name, broken)


@pytest.mark.parametrize("place", ["record_rejects", "sweep", "judge_outcome"])
def test_save_interrupted_goes_on_after_its_last_committed_chunk(runs, monkeypatch, place):
    runs.save(make_records(*range(100)))
    staging = runs.stage(
        make_records(*range(1, 50)), make_records(*range(50, 99)), make_records(*range(99, 120))
    )
    runs.history_id = open_run(runs.warehouse, runs.entity)
    with monkeypatch.context() as patch:
        _break_at(patch, place, 2 if place == "record_rejects" else 1, KilledError())
        with pytest.raises(KilledError):
            save_entity(runs.entity, staging, runs.warehouse.connect, history_id=runs.history_id)
    row = read_row(runs)
    assert row.status is SyncStatus.RUNNING
    saved = runs.warehouse.fetch_one("select count(*) from crm.deals")[0] - 100
    assert row.counts.processed + row.counts.deleted == {"record_rejects": 49}.get(place, 98)
    assert saved == 0
    result = save_entity(runs.entity, staging, runs.warehouse.connect, history_id=runs.history_id)
    assert result.counts == Counts(created=20, unchanged=99, deleted=1)
    assert read_row(runs).counts == result.counts


def test_late_retry_gives_the_stored_figures_even_without_staged_files(runs, tmp_path):
    result = runs.save(make_records(1, 2), [make_record(3, amount="x")])
    from crm_sync.storage.staging import open_staging

    gone = open_staging(tmp_path / "gone", crm_source="crm", sync_type="deals")
    before = count_written(runs.warehouse)
    again = save_entity(runs.entity, gone, runs.warehouse.connect, history_id=runs.history_id)
    assert (again.counts, again.status, again.window) == (result.counts, result.status, result.window)
    assert count_written(runs.warehouse) == before


def test_commit_whose_answer_was_lost_is_not_done_twice(runs):
    staging = runs.stage(make_records(1), make_records(2))
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
    assert read_row(runs).status is SyncStatus.SUCCESS


def test_staged_files_gone_while_the_row_runs_is_an_error(runs, tmp_path):
    from crm_sync.storage.staging import open_staging

    gone = open_staging(tmp_path / "gone", crm_source="crm", sync_type="deals")
    with pytest.raises(StorageError, match="are gone"):
        save_entity(
            runs.entity, gone, runs.warehouse.connect, history_id=open_run(runs.warehouse, runs.entity)
        )


def test_run_that_was_taken_over_writes_nothing(runs):
    staging = runs.stage(make_records(1))
    history_id = open_run(runs.warehouse, runs.entity)
    close_run(runs.warehouse, history_id, message="worker lost")
    with pytest.raises(SupersededError):
        save_entity(runs.entity, staging, runs.warehouse.connect, history_id=history_id)
    assert runs.warehouse.fetch_one("select to_regclass('crm.deals')") == (None,)


def test_stop_between_chunks_keeps_what_is_saved(runs):
    staging = runs.stage(make_records(1), make_records(2))
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
    assert (read_row(runs).status, len(read_table(runs.warehouse))) == (SyncStatus.RUNNING, 1)


def test_deadlock_is_tried_again(runs, monkeypatch):
    staging = runs.stage(make_records(1))
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
        save_entity(runs.entity, runs.stage(make_records(1)), connect, history_id=1)


@pytest.mark.parametrize("code", ["53100", "42501"], ids=["disk full", "right missing"])
def test_failure_that_no_retry_cures_stops_the_save(runs, code):
    runs.save(make_records(1))
    runs.warehouse.execute(
        "create function crm.fail() returns trigger language plpgsql "
        f"as $$ begin raise sqlstate '{code}'; end $$;"
        "create trigger t before insert on crm.deals for each row execute function crm.fail()"
    )
    with pytest.raises(DatabaseUnavailableError, match=r"crm\.deals"):
        runs.save(make_records(2))


def test_schema_fault_saves_nothing_of_its_chunk(runs):
    runs.save(make_records(1))
    runs.warehouse.execute("alter table crm.deals add constraint none check (name is null) not valid")
    with pytest.raises(SchemaFaultError, match=r"(?s)check constraint.*00100, 00101, 00102"):
        runs.save(make_records(*range(100, 500)))
    assert len(read_table(runs.warehouse)) == 1
    assert runs.warehouse.fetch_one("select count(*) from crm_sync.rejected_records") == (0,)


def test_added_column_is_filled_outside_the_transaction_that_locks_readers_out(runs, monkeypatch):
    runs.save([make_record(1, extra_key=" 7 "), make_record(2)])
    runs.entity = make_entity(fields={**FIELDS, "added": {"source": "extra_key", "type": "integer"}})
    staging = runs.stage(make_records(2), sweep="none")
    runs.history_id = open_run(runs.warehouse, runs.entity)
    with monkeypatch.context() as patch:
        _break_at(patch, "fill_table", 1, KilledError())
        with pytest.raises(KilledError):
            save_entity(runs.entity, staging, runs.warehouse.connect, history_id=runs.history_id)
    assert read_table(runs.warehouse, "id, added") == [("00001", None), ("00002", None)]
    save_entity(runs.entity, staging, runs.warehouse.connect, history_id=runs.history_id)
    assert read_table(runs.warehouse, "id, added, extra") == [("00001", 7, None), ("00002", None, None)]
    assert read_row(runs).configuration["fill"] == {"columns": []}

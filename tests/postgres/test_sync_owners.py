from __future__ import annotations

import threading
import time
from functools import partial

import psycopg2
import psycopg2.extensions
import pytest

from crm_sync.constants import Stage, SyncStatus
from crm_sync.exceptions import AlreadyRunningError, StorageError, SupersededError
from crm_sync.storage.history.owner_session import OwnerSession
from crm_sync.storage.history.sync_history import Counts, add_progress, close, read_history
from tests.postgres.history_support import close_run

pytestmark = pytest.mark.postgres


@pytest.fixture
def warehouse(clean_warehouse):
    return clean_warehouse


DAG = "crm_sync_hubspot"


def _statuses(warehouse):
    rows = warehouse.fetch_all("select status from crm_sync.sync_history order by id")
    return [status for (status,) in rows]


def test_open_makes_a_running_row_with_owner(warehouse, make_owner):
    opened = make_owner().open({"options": {"full": True}})
    row = read_history(warehouse.connect, opened.history_id)
    assert (row.status, row.dag_id, row.run_id, row.end_time) == (SyncStatus.RUNNING, DAG, "run a", None)
    assert row.configuration == {"options": {"full": True}}
    assert not opened.resumed


def test_acquire_while_another_works_says_who_and_how_to_release(warehouse, make_owner):
    make_owner("run a").open({})
    with pytest.raises(AlreadyRunningError) as caught:
        make_owner("run b").open({})
    message = str(caught.value)
    for part in (
        "hubspot/contacts",
        "run a",
        DAG,
        "host-1",
        "4711",
        "last heartbeat",
        "pg_terminate_backend(",
    ):
        assert part in message
    holder = int(message.partition("pg_terminate_backend(")[2].partition(")")[0])
    (name,) = warehouse.fetch_one("select application_name from pg_stat_activity where pid = %s", (holder,))
    assert name == "crm_sync owner"


class Lingering(psycopg2.extensions.connection):
    """Stays open on the server for a while after its client closed it."""

    def close(self):
        """Close nothing yet."""


def test_lock_is_free_as_soon_as_its_session_is_closed(warehouse):
    def open_session(**settings):
        connect = partial(psycopg2.connect, warehouse.dsn, **settings)
        return OwnerSession(connect, "hubspot", "contacts", heartbeat_s=60)

    first, second = open_session(connection_factory=Lingering), open_session()
    assert first.lock(patience_s=1)
    first.close()
    assert second.lock(patience_s=0.1)
    second.close()


def test_acquire_other_entity_is_free(make_owner):
    make_owner().open({})
    make_owner(sync_type="deals").open({})


def test_acquire_waits_for_a_short_holder(make_owner):
    first = make_owner("run a")
    first.acquire()
    timer = threading.Timer(0.1, first.release)
    timer.start()
    make_owner("run b", patience_s=5).acquire()
    timer.join()


def test_open_of_a_live_run_between_stages_is_refused(warehouse, make_owner):
    owner = make_owner("run a")
    owner.open({})
    owner.release()
    with pytest.raises(AlreadyRunningError, match=r"run a.*mark it failed in Airflow; 15 minutes"):
        make_owner("run b", is_run_ended=lambda *_: False).open({})
    assert _statuses(warehouse) == ["running"]
    make_owner("run a").attach(1)


def test_open_two_triggers_at_once_one_works(make_owner, warehouse):
    results = []
    barrier = threading.Barrier(4)

    def run(number):
        barrier.wait()
        try:
            results.append(make_owner(f"run {number}").open({}).history_id)
        except AlreadyRunningError:
            results.append(None)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results, key=str) == [1, None, None, None]
    assert _statuses(warehouse) == ["running"]


# --- the same run again


def test_open_retry_of_the_same_run_continues_its_row(warehouse, make_owner):
    first = make_owner()
    opened = first.open({"window": {"until": "x"}})
    first.release()
    second = make_owner(try_number=2)
    again = second.open({"window": {"until": "y"}})
    assert (again.history_id, again.start_time, again.resumed) == (opened.history_id, opened.start_time, True)
    assert read_history(warehouse.connect, again.history_id).configuration == {"window": {"until": "x"}}
    assert warehouse.fetch_one("select try_number, token::text from crm_sync.sync_owners") == (
        2,
        second.token,
    )


def test_open_twice_by_one_owner_is_the_same_row(make_owner):
    owner = make_owner()
    assert owner.open({}).history_id == owner.open({}).history_id


def test_open_after_the_rows_end_begins_a_new_row(warehouse, make_owner):
    owner = make_owner()
    first = owner.open({})
    close_run(warehouse, first.history_id, message="x")
    second = make_owner("run a", patience_s=1)
    owner.release()
    assert second.open({}).history_id != first.history_id
    assert _statuses(warehouse) == ["failed", "running"]


@pytest.mark.parametrize("status", [SyncStatus.SUCCESS, SyncStatus.PARTIAL])
def test_attach_late_retry_gets_the_stored_figures_and_owns_nothing(warehouse, make_owner, status):
    owner = make_owner()
    history_id = owner.open({}).history_id
    with warehouse.connect() as connection, connection.cursor() as cursor:
        add_progress(cursor, history_id, counts=Counts(created=3))
        close(cursor, history_id, status=status)
    owner.release()
    row = make_owner(try_number=2).attach(history_id)
    assert (row.status, row.counts) == (status, Counts(created=3))
    make_owner("run b").acquire()


def test_attach_cleared_task_opens_its_failed_row_again(warehouse, make_owner):
    owner = make_owner()
    history_id = owner.open({}).history_id
    with warehouse.connect() as connection, connection.cursor() as cursor:
        add_progress(cursor, history_id, counts=Counts(created=3), stage=Stage.SAVE, chunk=0)
        close(cursor, history_id, status=SyncStatus.FAILED, error_message="disk full")
    owner.release()
    row = make_owner(try_number=3).attach(history_id)
    assert (row.status, row.error_message, row.counts) == (SyncStatus.RUNNING, None, Counts(created=3))
    assert row.get_progress(Stage.SAVE) == 0


def test_attach_failed_row_stays_failed_after_a_newer_run(warehouse, make_owner):
    owner = make_owner()
    history_id = owner.open({}).history_id
    close_run(warehouse, history_id, message="disk full")
    owner.release()
    newer = make_owner("run b")
    close_run(warehouse, newer.open({}).history_id, SyncStatus.SUCCESS)
    newer.release()
    with pytest.raises(SupersededError, match="disk full"):
        make_owner(try_number=3).attach(history_id)


def test_attach_row_of_another_run_is_refused(make_owner):
    owner = make_owner("run a")
    history_id = owner.open({}).history_id
    owner.release()
    with pytest.raises(SupersededError, match="run a"):
        make_owner("run b").attach(history_id)


def test_attach_unknown_row_is_an_error(make_owner):
    with pytest.raises(StorageError, match="no row 99"):
        make_owner().attach(99)


def test_in_process_run_keeps_its_lock_between_tasks(warehouse, make_owner):
    fetch = make_owner(in_process=True)
    history_id = fetch.open({}).history_id
    fetch.release()
    with pytest.raises(AlreadyRunningError):
        make_owner("run b").acquire()
    save = make_owner(in_process=True)
    assert save.attach(history_id).status is SyncStatus.RUNNING
    close_run(warehouse, history_id, SyncStatus.SUCCESS)
    save.release()
    make_owner("run b").acquire()


def test_in_process_run_left_open_is_taken_over_in_the_same_process(warehouse, make_owner):
    first = make_owner("run a", in_process=True)
    first.open({})
    first.release()
    make_owner("run b", in_process=True).open({})
    assert _statuses(warehouse) == ["failed", "running"]


def test_in_process_run_at_work_is_not_taken_over(make_owner):
    make_owner("run a", in_process=True).open({})
    with pytest.raises(AlreadyRunningError):
        make_owner("run b", in_process=True).open({})


def test_in_process_run_with_a_broken_connection_starts_afresh(warehouse, make_owner):
    first = make_owner(in_process=True)
    history_id = first.open({}).history_id
    first.release()
    warehouse.execute("select pg_terminate_backend(crm_sync.owner_lock_holder('hubspot', 'contacts'))")
    assert make_owner(in_process=True).attach(history_id).status is SyncStatus.RUNNING


def test_heartbeat_tells_what_the_stage_has_done(warehouse, make_owner):
    owner = make_owner(heartbeat_s=0.02, read_progress=lambda: {"stage": "fetch", "done": 7})
    history_id = owner.open({}).history_id
    wait_for(lambda: read_told(warehouse, history_id) is not None)
    assert read_told(warehouse, history_id) == {"stage": "fetch", "done": 7, "token": owner.token}


def test_heartbeat_goes_on_in_a_schema_that_keeps_no_progress(warehouse, make_owner):
    asked = []

    def read_progress():
        asked.append(1)
        return {"stage": "fetch"}

    warehouse.execute("alter table crm_sync.sync_owners rename column progress to later")
    try:
        owner = make_owner(heartbeat_s=0.02, read_progress=read_progress)
        owner.open({})
        wait_for(lambda: len(asked) > 3)
        owner.check()
    finally:
        warehouse.execute("alter table crm_sync.sync_owners rename column later to progress")


def wait_for(is_there):
    until = time.monotonic() + 30
    while not is_there():
        assert time.monotonic() < until
        time.sleep(0.01)


def read_told(warehouse, history_id):
    return warehouse.fetch_one(
        "select progress from crm_sync.sync_owners where sync_history_id = %s", (history_id,)
    )[0]

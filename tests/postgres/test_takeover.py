from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import pytest

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import AlreadyRunningError, SupersededError
from crm_sync.storage.history.abandoned_runs import close_abandoned
from crm_sync.storage.history.sync_history import Counts, add_progress, fence, read_history

pytestmark = pytest.mark.postgres


@pytest.fixture
def warehouse(clean_warehouse):
    return clean_warehouse


DAG = "crm_sync_hubspot"


def _age_heartbeat(warehouse, seconds):
    warehouse.execute(
        "update crm_sync.sync_owners set heartbeat_at = now() - %s * interval '1 second'", (seconds,)
    )


def _statuses(warehouse):
    rows = warehouse.fetch_all("select status from crm_sync.sync_history order by id")
    return [status for (status,) in rows]


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"is_run_ended": lambda *_: True}),
        ({"in_process": True}, {}),
        ({"age": 901}, {"is_run_ended": lambda *_: False}),
    ],
    ids=["Airflow says it ended", "in-process run", "lease is over"],
)
def test_open_takes_over_a_dead_run(warehouse, make_owner, first, second):
    age = first.pop("age", 0)
    dead = make_owner("run a", **first)
    history_id = dead.open({}).history_id
    with warehouse.connect() as connection, connection.cursor() as cursor:
        fence(cursor, history_id, token=dead.token)
        add_progress(cursor, history_id, counts=Counts(created=5), stage="save", chunk=0)
    dead.release(force=True)
    _age_heartbeat(warehouse, age)
    opened = make_owner("run b", **second).open({})
    row = read_history(warehouse.connect, history_id)
    assert (row.status, row.counts) == (SyncStatus.FAILED, Counts(created=5))
    assert row.error_message.startswith("worker lost: run run a of DAG crm_sync_hubspot")
    assert opened.history_id != history_id
    assert _statuses(warehouse) == ["failed", "running"]


def test_open_never_takes_over_while_the_lock_is_held(warehouse, make_owner):
    make_owner("run a", in_process=True).open({})
    _age_heartbeat(warehouse, 10_000)
    with pytest.raises(AlreadyRunningError):
        make_owner("run b", is_run_ended=lambda *_: True).open({})


def test_open_airflow_that_does_not_answer_means_alive(make_owner):
    owner = make_owner("run a")
    owner.open({})
    owner.release()

    def fail(dag_id, run_id):
        raise RuntimeError("404")

    with pytest.raises(AlreadyRunningError):
        make_owner("run b", is_run_ended=fail).open({})


def test_open_row_without_owner_is_dead(warehouse, make_owner):
    warehouse.execute(
        "insert into crm_sync.sync_history (crm_source, sync_type) values ('hubspot', 'contacts')"
    )
    make_owner().open({})
    assert _statuses(warehouse) == ["failed", "running"]


def test_superseded_owner_writes_no_more(warehouse, make_owner):
    old = make_owner("run a", in_process=True)
    history_id = old.open({}).history_id
    old.release(force=True)
    make_owner("run b").open({})
    with pytest.raises(SupersededError):
        fence(warehouse.connect().cursor(), history_id, token=old.token)


def test_fence_with_token_stops_an_orphan_of_the_same_run(warehouse, make_owner):
    orphan = make_owner()
    history_id = orphan.open({}).history_id
    orphan.release()
    retry = make_owner(try_number=2)
    retry.open({})
    cursor = warehouse.connect().cursor()
    assert fence(cursor, history_id, token=retry.token) == {}
    with pytest.raises(SupersededError):
        fence(cursor, history_id, token=orphan.token)


def test_heartbeat_moves_also_while_a_chunk_holds_the_fence(warehouse, make_owner):
    owner = make_owner(heartbeat_s=0.02)
    history_id = owner.open({}).history_id
    connection = warehouse.connect()
    fence(connection.cursor(), history_id)
    _age_heartbeat(warehouse, 100)
    query = "select heartbeat_at > now() - interval '50 seconds' from crm_sync.sync_owners"
    _wait_until(lambda: warehouse.fetch_one(query) == (True,))


def test_heartbeat_takes_the_lock_again_after_its_connection_broke(warehouse, make_owner):
    owner = make_owner(heartbeat_s=0.02)
    owner.open({})
    (broken,) = warehouse.fetch_one("select crm_sync.owner_lock_holder('hubspot', 'contacts')")
    warehouse.execute("select pg_terminate_backend(%s)", (broken,))
    # the server keeps the lock of a session that it ends for a moment
    query = "select crm_sync.owner_lock_holder('hubspot', 'contacts') <> %s"
    _wait_until(lambda: warehouse.fetch_one(query, (broken,)) == (True,))
    owner.check()
    with pytest.raises(AlreadyRunningError):
        make_owner("run b").acquire()


def test_heartbeat_notices_that_another_owner_took_over(warehouse, make_owner):
    owner = make_owner(heartbeat_s=0.02)
    owner.open({})
    warehouse.execute("update crm_sync.sync_owners set token = %s", (str(uuid.uuid4()),))

    def is_lost():
        try:
            owner.check()
        except SupersededError:
            return True
        return False

    _wait_until(is_lost)


def test_close_abandoned_closes_own_dead_rows_only(warehouse, make_owner):
    dead = make_owner("run a")
    dead.open({})
    dead.release()
    make_owner("run a", sync_type="deals").open({})
    other = make_owner("run b", sync_type="owners")
    other.open({})
    other.release()
    assert close_abandoned(warehouse.connect, DAG, "run a") == [1]
    assert close_abandoned(warehouse.connect, DAG, "run a") == []
    assert _statuses(warehouse) == ["failed", "running", "running"]
    assert "worker lost" in read_history(warehouse.connect, 1).error_message


def test_close_abandoned_of_an_in_process_run_closes_what_it_kept(warehouse, make_owner):
    owner = make_owner(in_process=True)
    owner.open({})
    owner.release()
    assert close_abandoned(warehouse.connect, DAG, "run a") == [1]
    make_owner("run b").acquire()

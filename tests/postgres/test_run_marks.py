"""The mark of a run: another database, row or cluster has another one; the same run keeps its own."""

from __future__ import annotations

from contextlib import closing

import pytest

from crm_sync.exceptions import StorageError
from crm_sync.storage.connections import open_transaction
from crm_sync.storage.history.run_marks import find_mark, read_mark
from crm_sync.sync.save import save_entity
from tests.postgres.save_support import make_records
from tests.postgres.upsert_support import open_run, read_table

pytestmark = pytest.mark.postgres


def _read(warehouse):
    with open_transaction(warehouse.connect) as cursor:
        return read_mark(cursor)["warehouse"]


def test_two_databases_of_one_cluster_have_two_marks(make_warehouse):
    assert _read(make_warehouse()) != _read(make_warehouse())


def test_mark_is_the_same_in_every_session_and_names_the_database(warehouse):
    assert _read(warehouse) == _read(warehouse)
    assert warehouse.fetch_one("select current_database()")[0] in _read(warehouse)


def test_user_who_may_not_ask_for_the_cluster_still_tells_databases_apart(warehouse):
    with closing(warehouse.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("create role mark_reader; revoke execute on function pg_control_system() from public")
        cursor.execute("set role mark_reader")
        mark = read_mark(cursor)["warehouse"]
        cursor.execute("reset role")
        connection.rollback()
    assert "of cluster unknown" in mark
    assert "(database " in mark


def test_later_try_finds_the_mark_of_its_row_and_a_new_run_another(make_owner):
    first, second = make_owner("run a"), make_owner("run a", try_number=2)
    row = first.open({}).history_id
    mark = find_mark("hubspot", "contacts", str(row))
    assert mark is not None
    assert mark["row"].startswith(f"{row} of ")
    assert mark["run"] == "crm_sync_hubspot run a"
    first.release(force=True)
    assert second.open({}).history_id == row
    assert find_mark("hubspot", "contacts", str(row)) == mark
    second.attach(row)
    assert find_mark("hubspot", "contacts", str(row)) == mark


def test_save_refuses_files_that_were_read_for_another_row(runs):
    staging = runs.stage(make_records(1))
    runs.history_id = open_run(runs.warehouse, runs.entity)
    staging.manifest.mark = {"warehouse": _read(runs.warehouse), "row": f"{runs.history_id} of 2020-01-01"}
    for history_id in (runs.history_id, None):
        if history_id is None:
            staging.manifest.mark = {"warehouse": "another"}
        with pytest.raises(
            StorageError, match=r"belong to another run: (row|warehouse) .*; run the DAG again\.$"
        ):
            save_entity(runs.entity, staging, runs.warehouse.connect, history_id=history_id)
    with pytest.raises(Exception, match="does not exist"):
        read_table(runs.warehouse)

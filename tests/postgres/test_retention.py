"""What maintenance deletes, and what it must keep at any age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.storage.history.retention import purge_history, purge_resolved
from crm_sync.storage.rejected_records import RejectedRow, record_rejects, resolve_passed
from tests.postgres.history_support import NOW, insert_run

pytestmark = pytest.mark.postgres
ENTITY = {"crm_source": "hubspot", "sync_type": "contacts"}


@pytest.fixture
def warehouse(clean_warehouse):
    return clean_warehouse


@pytest.fixture
def history_id(warehouse):
    """A run that rejected the records 1, 2 and 3."""
    history_id = insert_run(warehouse)
    rows = [RejectedRow(one, "email", "required", "is missing", None, '{"id": 1}') for one in "123"]
    with warehouse.connect() as connection, connection.cursor() as cursor:
        record_rejects(cursor, rows, history_id=history_id, **ENTITY)
    return history_id


def test_purge_history_keeps_watermark_whole_read_latest_and_running(warehouse):
    whole = insert_run(warehouse, status="success", days=1, window={"mode": "full"})
    insert_run(warehouse, status="success", days=2)
    carrier = insert_run(warehouse, status="partial", days=3)
    insert_run(warehouse, status="success", days=4, window={"until": "2025-06-02T00:00:00+00:00"})
    latest = insert_run(warehouse, status="failed", days=5)
    lone = insert_run(warehouse, sync_type="deals", status="failed")
    running = insert_run(warehouse, sync_type="owners")
    recent = insert_run(warehouse, status="success", days=4, window={"complete": False})
    warehouse.execute(
        "update crm_sync.sync_history set end_time = %s where id = %s", (NOW + timedelta(days=50), recent)
    )
    with warehouse.connect() as connection, connection.cursor() as cursor:
        assert purge_history(cursor, NOW + timedelta(days=40)) == 2
    kept = {id_ for (id_,) in warehouse.fetch_all("select id from crm_sync.sync_history")}
    assert kept == {whole, carrier, latest, lone, running, recent}


def test_purge_of_history_keeps_its_rejects(warehouse, history_id):
    warehouse.execute("delete from crm_sync.sync_history where id = %s", (history_id,))
    found = warehouse.fetch_all("select sync_history_id from crm_sync.rejected_records")
    assert found == [(None,)] * 3


def test_purge_resolved_leaves_open_and_recent_ones(warehouse, history_id):
    with warehouse.connect() as connection, connection.cursor() as cursor:
        resolve_passed(cursor, "hubspot", "contacts", lambda: ["1", "2"], seen=())
    warehouse.execute(
        "update crm_sync.rejected_records set resolved_at = now() - interval '1 year' where record_id = '1'"
    )
    with warehouse.connect() as connection, connection.cursor() as cursor:
        assert purge_resolved(cursor, datetime.now(UTC) - timedelta(days=90)) == 1
    assert warehouse.fetch_one("select count(*) from crm_sync.rejected_records") == (2,)

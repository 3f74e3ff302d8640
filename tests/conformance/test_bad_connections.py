"""Connections to a database that break while it is read: once costs nothing, always fails without harm."""

from __future__ import annotations

import pytest

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import CrmSyncError
from tests.conformance.tables import assert_table, read_rows

pytestmark = pytest.mark.postgres


@pytest.mark.check("bad_answer_that_passes")
@pytest.mark.one_per("sql_reader")
def test_connection_that_breaks_once_loses_nothing(pipeline, sync_type):
    account, entity = pipeline.account, pipeline.entity(sync_type)
    records = sum(1 for _ in account.list_records(entity))
    account.break_connection(entity, times=1)
    run = pipeline.run(sync_type, batch_size=max(1, records // 5))
    assert account.disturbed == 1
    expected = account.expected(entity)
    assert run.row.status is (SyncStatus.PARTIAL if expected.rejected else SyncStatus.SUCCESS)
    assert_table(pipeline.warehouse, entity, expected)


@pytest.mark.check("bad_answer_that_stays")
@pytest.mark.one_per("sql_reader")
def test_connection_that_breaks_each_time_fails_the_run_and_harms_nothing(pipeline, sync_type):
    account, entity = pipeline.account, pipeline.run(sync_type).entity
    records = sum(1 for _ in account.list_records(entity))
    before, watermark = read_rows(pipeline.warehouse, entity), pipeline.read_watermark(entity)
    account.break_connection(entity, times=None)
    with pytest.raises(CrmSyncError):
        pipeline.run(sync_type, full=True, batch_size=max(1, records // 5))
    sync, status, message = pipeline.list_history()[-1]
    assert (sync, status) == (sync_type, SyncStatus.FAILED)
    assert message
    assert read_rows(pipeline.warehouse, entity) == before
    assert pipeline.read_watermark(entity).until == watermark.until
    account.mend_connection()
    account.change(entity, 3)
    pipeline.run(sync_type)
    assert_table(pipeline.warehouse, entity, account.expected(entity))

"""Files of a repository, looked at in the table: known commits, failed downloads, branches that go back."""

from __future__ import annotations

import pytest

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import CrmSyncError
from tests.conformance.tables import assert_table, read_rows, read_tuples

pytestmark = pytest.mark.postgres
ZIPS = "zipcodes"


@pytest.fixture
def zips(open_pipeline):
    """A first run of forty ZIP codes."""
    pipeline = open_pipeline("github", counts={ZIPS: 40})
    pipeline.first = pipeline.run(ZIPS)
    pipeline.changes = pipeline.account.fake.changes
    return pipeline


def test_commit_that_was_read_is_a_success_of_one_call_and_takes_no_row_away(zips):
    before, calls = read_tuples(zips.warehouse, zips.first.entity), zips.account.count_calls()
    for _ in range(2):
        run = zips.run(ZIPS)
        assert (run.row.status, run.outcome.records, run.row.counts.deleted) == (SyncStatus.SUCCESS, 0, 0)
        assert run.is_complete
    assert zips.account.count_calls() == calls + 2
    assert [entry.status for entry in zips.account.fake.requests.entries()][-2:] == [304, 304]
    assert read_tuples(zips.warehouse, zips.first.entity) == before
    zips.changes.write("README.md", b"Other")
    run = zips.run(ZIPS)
    assert (run.row.status, run.outcome.records, run.row.counts.deleted) == (SyncStatus.SUCCESS, 0, 0)
    assert zips.account.count_calls() == calls + 4
    gone = zips.account.remove(zips.first.entity, 1)
    run = zips.run(ZIPS)
    assert (run.row.counts.deleted, run.row.counts.unchanged) == (1, 39)
    assert_table(zips.warehouse, run.entity, zips.account.expected(run.entity), left=gone)


def test_download_that_fails_is_a_failed_run_and_harms_no_row(zips):
    before = read_rows(zips.warehouse, zips.first.entity)
    zips.account.change(zips.first.entity, 3)
    zips.account.fake.faults.add("unavailable", "*/contents/*", times=None)
    with pytest.raises(CrmSyncError):
        zips.run(ZIPS)
    assert zips.list_history()[-1][1] == SyncStatus.FAILED
    assert read_rows(zips.warehouse, zips.first.entity) == before
    zips.account.fake.faults.clear()
    assert zips.run(ZIPS).row.records_updated == 3


def test_branch_that_goes_back_is_read_at_the_older_commit(zips):
    first = zips.account.fake.store.find(None).sha
    zips.account.change(zips.first.entity, 3)
    zips.run(ZIPS)
    zips.changes.tag("heads/main", first)
    run = zips.run(ZIPS)
    assert run.row.records_updated == 3
    assert run.row.configuration["source"]["head"]["version"] == first
    assert_table(zips.warehouse, run.entity, zips.account.expected(run.entity))


def test_history_has_commit_and_blob_and_neither_token_nor_address(zips):
    source = zips.first.row.configuration["source"]
    commit = zips.account.fake.store.find(None)
    assert source["head"]["version"] == commit.sha
    assert source["files"][0]["version"] == commit.items["zips.csv"].sha
    for secret in ("MADE-UP-DOWNLOAD-TOKEN", zips.account.fake.config.token, "githubusercontent"):
        assert secret not in str(zips.first.row)

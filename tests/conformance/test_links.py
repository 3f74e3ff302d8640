"""Links: replaced whole per parent, read page by page, found on the link schedule when no record says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm_sync.constants import SyncMode, SyncStatus
from crm_sync.exceptions import CrmSyncError
from tests.conformance.accounts import SETTINGS
from tests.conformance.tables import age_history, age_rows, assert_table, read_rows

pytestmark = pytest.mark.postgres


@pytest.fixture
def open_links(open_pipeline):
    """Start a pipeline from a fresh account that is no larger than links need."""
    return lambda: open_pipeline(**SETTINGS["hubspot", "associations"])


def test_link_added_without_a_change_of_its_records_arrives_on_the_link_schedule(open_links):
    pipeline = open_links()
    account = pipeline.account
    entity = pipeline.sync("associations").entity
    age_rows(pipeline.warehouse, "hubspot")
    deal, contact = account.pick_unlinked("deals", "contacts")
    account.fake.changes.link("deals", deal, "contacts", contact)
    key = ("deals", deal, "contacts", contact, "HUBSPOT_DEFINED", 3)
    early = pipeline.sync("associations")
    assert (early.plan.mode, early.outcome.records) == (SyncMode.DELTA, 0)
    assert key not in read_rows(pipeline.warehouse, entity)
    # not by a clock that is ahead: links are read by the warehouse's
    age_history(pipeline.warehouse, timedelta(seconds=entity.reconcile_every, minutes=5))
    late = pipeline.run("associations")
    assert late.plan.is_reconciliation
    assert key in read_rows(pipeline.warehouse, entity)
    assert_table(pipeline.warehouse, entity, account.expected(entity))


def test_removed_link_of_a_changed_parent_is_marked_by_the_delta(open_links):
    pipeline = open_links()
    account = pipeline.account
    entity = pipeline.sync("associations").entity
    age_rows(pipeline.warehouse, "hubspot")
    before = account.expected(entity).rows
    key = next(key for key in sorted(before, key=str) if key[0] == "tickets")
    account.fake.changes.unlink(key[0], key[1], key[2], key[3])
    account.fake.changes.update("tickets", key[1], {"content": "link removed"})
    run = pipeline.sync("associations")
    assert run.plan.mode is SyncMode.DELTA
    expected = account.expected(entity)
    gone = before.keys() - expected.rows.keys()
    assert key in gone
    assert run.row.counts.deleted == len(gone)
    assert_table(pipeline.warehouse, entity, expected, left=gone)


def test_parent_whose_last_link_went_has_none_left(open_links):
    pipeline = open_links()
    account = pipeline.account
    entity = pipeline.sync("associations").entity
    age_rows(pipeline.warehouse, "hubspot")
    before = account.expected(entity).rows
    ticket = next(key[1] for key in sorted(before, key=str) if key[0] == "tickets")
    account.fake.store.links.remove_record("tickets", int(ticket))
    account.fake.changes.update("tickets", ticket, {"content": "links removed"})
    pipeline.sync("associations")
    expected = account.expected(entity)
    gone = before.keys() - expected.rows.keys()
    assert {key[1] for key in gone} == {ticket}
    assert_table(pipeline.warehouse, entity, expected, left=gone)


def test_links_from_parents_whose_table_is_gone_are_kept_and_it_is_said(open_links):
    pipeline = open_links()
    entity = pipeline.sync("associations").entity
    before = read_rows(pipeline.warehouse, entity)
    pipeline.warehouse.execute("drop table hubspot.tickets")
    run = pipeline.run("associations", full=True)
    assert (run.row.status, run.row.counts.deleted) == (SyncStatus.SUCCESS, 0)
    assert "no table of tickets" in " ".join(run.row.configuration["notes"])
    assert read_rows(pipeline.warehouse, entity) == before


def test_more_than_one_page_of_links_of_one_parent(open_pipeline):
    pipeline = open_pipeline(many_links=205, links_page_size=100)
    run = pipeline.sync("associations")
    expected = pipeline.account.expected(run.entity)
    most = max(sum(key[1] == one for key in expected.rows) for one in {key[1] for key in expected.rows})
    assert most > 200
    assert_table(pipeline.warehouse, run.entity, expected)


FAULTS = {
    "one result lost": ("partial", {}),
    "500": ("server_error", {}),
    "400": ("status", {"code": 400, "body": "{}"}),
    "error in 200": ("error_in_200", {}),
}


def test_failed_link_request_fails_the_run_and_deletes_nothing(open_links):
    # one account for all faults: each takes the sync of six types before it, and must leave nothing behind
    pipeline = open_links()
    entity, faults = pipeline.sync("associations").entity, pipeline.account.fake.faults
    before = read_rows(pipeline.warehouse, entity)
    for name, (kind, options) in FAULTS.items():
        planned = faults.add(kind, "*/batch/read", times=None, skip=3, **options)
        with pytest.raises(CrmSyncError):
            pipeline.run("associations", full=True)
        assert planned.fired, name
        assert read_rows(pipeline.warehouse, entity) == before, name
        assert pipeline.list_history()[-1][1] == SyncStatus.FAILED, name
        faults.clear()
    pipeline.run("associations", full=True)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))

"""Gone at the source: the table follows deletes, merges and restores; a huge loss is not believed."""

from __future__ import annotations

import pytest

from crm_sync.constants import SyncStatus
from tests.conformance.tables import assert_table, keeps_missing, read_rows

pytestmark = pytest.mark.postgres
MOST_GONE = 50
"""A sweep of up to so many rows is believed whatever their share."""
OBJECTS = ["contacts", "companies", "deals", "tickets", "products", "line_items", "calls"]


@pytest.mark.check("removed")
def test_records_that_vanish_are_marked_by_the_next_whole_read_and_unmarked_when_they_return(
    pipeline, sync_type
):
    entity = pipeline.sync(sync_type).entity
    gone = pipeline.account.remove(entity, 4)
    run = pipeline.run(sync_type, full=True)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity), left=gone)
    assert run.row.counts.deleted == (0 if keeps_missing(entity) else len(gone))
    assert run.is_complete
    again = pipeline.run(sync_type, full=True)
    assert again.row.counts.deleted == 0


@pytest.mark.check("replaced")
def test_full_with_force_deletes_what_the_source_no_longer_has(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    gone = pipeline.account.remove(entity, 4)
    run = pipeline.run(sync_type, full=True, force=True)
    if keeps_missing(entity):
        # absence is no deletion there: what the source hides stays, unmarked
        assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity), left=gone)
        assert run.row.counts.deleted == 0
        return
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))
    assert not set(gone) & read_rows(pipeline.warehouse, entity).keys()
    assert run.row.counts.deleted == len(gone)


@pytest.mark.check("sweep_guard")
def test_loss_above_the_threshold_is_partial_and_sweeps_nothing_until_forced(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    live = len(pipeline.account.expected(entity).live)
    gone = pipeline.account.remove(entity, live // 2)
    run = pipeline.run(sync_type, full=True)
    rows = read_rows(pipeline.warehouse, entity)
    marked = [key for key in gone if key in rows and rows[key]["sync_deleted_at"] is not None]
    if keeps_missing(entity) or len(gone) <= MOST_GONE:
        # nothing is taken as deleted there, or a table this small may lose half of its rows
        assert run.is_complete
        assert len(marked) == run.row.counts.deleted == (0 if keeps_missing(entity) else len(gone))
        return
    assert run.row.status is SyncStatus.PARTIAL
    assert "would be taken as deleted" in run.row.error_message
    assert run.row.counts.deleted == 0
    assert not marked
    pipeline.run(sync_type, full=True, force=True)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))


@pytest.mark.check("empty_answer")
def test_answer_without_any_record_sweeps_nothing_not_even_with_force(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    before = read_rows(pipeline.warehouse, entity)
    pipeline.account.clear(entity)
    run = pipeline.run(sync_type, full=True, force=True)
    if entity.allow_empty:
        assert all(row["sync_deleted_at"] for row in read_rows(pipeline.warehouse, entity).values())
        return
    assert run.row.status is (SyncStatus.SUCCESS if keeps_missing(entity) else SyncStatus.PARTIAL)
    assert read_rows(pipeline.warehouse, entity) == before


@pytest.mark.check("marked_gone")
@pytest.mark.one_per("deleting_entity")
def test_what_the_source_itself_calls_gone_is_marked_and_unmarked_when_it_is_restored(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    gone = pipeline.account.mark_gone(entity, 3)
    pipeline.sync(sync_type)
    expected = pipeline.account.expected(entity)
    assert all(expected.rows[key]["gone"] for key in gone)
    assert_table(pipeline.warehouse, entity, expected)
    pipeline.account.restore(entity, gone)
    pipeline.sync(sync_type)
    expected = pipeline.account.expected(entity)
    assert not any(expected.rows[key]["gone"] for key in gone)
    assert_table(pipeline.warehouse, entity, expected)


@pytest.mark.parametrize("sync_type", OBJECTS)
def test_archive_merge_and_restore_are_followed(open_pipeline, sync_type):
    pipeline = open_pipeline(counts={sync_type: 120})
    changes, account = pipeline.account.fake.changes, pipeline.account
    entity = pipeline.run(sync_type).entity
    live = [key[0] for key in sorted(account.expected(entity).live)]
    archived, winner, loser = live[3], live[5], live[6]
    changes.archive(sync_type, archived)
    changes.merge(sync_type, winner, loser)
    delta = pipeline.run(sync_type)
    # a record absorbed by a merge leaves no trace: the delta can't know, the next whole read does
    assert read_rows(pipeline.warehouse, entity)[(archived,)]["sync_deleted_at"] is not None
    assert delta.row.records_updated == 2
    pipeline.run(sync_type, full=True)
    assert_table(pipeline.warehouse, entity, account.expected(entity), left=[(loser,)])
    changes.restore(sync_type, archived, moves_modified=True)
    pipeline.run(sync_type)
    assert_table(pipeline.warehouse, entity, account.expected(entity), left=[(loser,)])


def test_merge_that_makes_a_new_record_is_followed(open_pipeline):
    pipeline = open_pipeline(counts={"contacts": 120})
    entity = pipeline.run("contacts").entity
    one, other = (key[0] for key in sorted(pipeline.account.expected(entity).live)[:2])
    new = pipeline.account.fake.changes.merge("contacts", one, other, new_id=True)
    pipeline.run("contacts")
    assert (new,) in read_rows(pipeline.warehouse, entity)
    pipeline.run("contacts", full=True)
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity), left=[(one,), (other,)])


def test_archived_owner_is_marked_although_its_modified_time_stays(open_pipeline):
    pipeline = open_pipeline(counts={"owners": 20})
    entity = pipeline.run("owners").entity
    (one,) = (key[0] for key in sorted(pipeline.account.expected(entity).live)[:1])
    pipeline.account.fake.changes.archive_owner(one)
    pipeline.run("owners")
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity))

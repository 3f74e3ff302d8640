"""Deletions while a list in numbered pages is read: nobody alive is passed over or taken as deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.conformance.drift import PageDrift
from tests.conformance.tables import assert_table, list_differences, read_rows

pytestmark = pytest.mark.postgres
PAGE = 5
"""Small enough for a second page in each list, and in a busy month of windows."""


@pytest.mark.check("page_drift")
@pytest.mark.one_per("numbered_entity")
def test_record_that_moves_up_when_another_is_deleted_between_two_pages_stays_live(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    drift = PageDrift(pipeline.account, entity)
    run = pipeline.run(sync_type, full=True, batch_size=PAGE)
    (gone,) = drift.removed
    # the page that showed it was read before: the next whole read is the first without it
    assert run.row.counts.deleted == 0
    assert not _list_wrong(pipeline, entity, gone)
    assert run.is_complete
    # what comes again in a second walk is no record twice
    live = len(pipeline.account.expected(entity).rows)
    assert run.outcome.records == run.row.counts.fetched
    assert live <= run.outcome.records <= live + 1
    assert pipeline.run(sync_type, full=True, batch_size=PAGE).row.counts.deleted == 1
    assert_table(pipeline.warehouse, entity, pipeline.account.expected(entity), left=[gone])


@pytest.mark.check("page_drift")
@pytest.mark.one_per("numbered_entity")
def test_whole_read_of_an_unchanged_list_asks_for_each_page_once(pipeline, sync_type):
    entity = pipeline.sync(sync_type).entity
    account = pipeline.account
    asked = []
    for _ in range(2):
        before = account.count_reads(entity)
        pipeline.run(sync_type, full=True, batch_size=PAGE)
        asked.append(account.count_reads(entity) - before)
        (gone,) = account.remove(entity, 1)
    # a deletion is only believed after a second walk
    assert asked[0] * 1.1 < asked[1] <= asked[0] * 2
    assert read_rows(pipeline.warehouse, entity)[gone]["sync_deleted_at"] is None
    run = pipeline.run(sync_type, full=True, batch_size=PAGE)
    assert run.row.counts.deleted == 1


@pytest.mark.parametrize("times", [1, 3])
def test_delta_in_numbered_pages_passes_no_change_over(open_pipeline, times):
    pipeline = open_pipeline("salesrabbit", counts={"leads": 120, "users": 5})
    account, entity = pipeline.account, pipeline.run("leads").entity
    pipeline.pass_time(3600)
    changed = account.change(entity, 100)
    account.stamp(entity, pipeline.now() - timedelta(minutes=30), changed)
    drift = PageDrift(account, entity, times=times)
    run = pipeline.run("leads", batch_size=20)
    assert len(drift.removed) == times
    assert run.is_complete
    assert not _list_wrong(pipeline, entity, *drift.removed)
    assert run.outcome.records == run.row.counts.fetched
    assert 100 - times <= run.outcome.records <= 100


def _list_wrong(pipeline, entity, *gone):
    """List what is wrong with the rows of those that the source still has."""
    expected = pipeline.account.expected(entity)
    found = list_differences(pipeline.warehouse, entity, expected, left=gone)
    return [one for one in found if "is gone at the source" not in one]

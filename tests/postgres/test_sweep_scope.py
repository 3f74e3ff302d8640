"""A source that shows a span of time only: rows outside of it are not gone."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest

from crm_sync.storage.rows.sweep import SweepJob, sweep
from crm_sync.storage.rows.sweep_scope import SweepScope
from tests.postgres.upsert_support import NOW, make_entity, make_frame, write

pytestmark = pytest.mark.postgres

DAY = timedelta(days=1)


@pytest.mark.parametrize("mode", ["mark", "delete"])
@pytest.mark.parametrize(
    ("with_null", "gone"),
    [(False, ["first", "inside"]), (True, ["first", "inside", "null"])],
    ids=["span", "null"],
)
def test_only_rows_of_the_span_are_swept(clean_warehouse, mode, with_null, gone):
    entity = make_entity()
    moments = {"before": -DAY, "first": DAY * 0, "inside": DAY, "seen": DAY, "end": 2 * DAY, "after": 9 * DAY}
    rows = [{"id": name, "modified_at": NOW + offset} for name, offset in moments.items()]
    write(clean_warehouse, entity, [*rows, {"id": "null", "modified_at": None}])
    scope = SweepScope("modified_at", NOW, NOW + 2 * DAY, with_null)
    seen = make_frame(entity, [row for row in rows if row["id"] == "seen"])
    job = SweepJob(entity, 2, mode=mode, scope=SweepScope.from_json(scope.to_json()))
    with closing(clean_warehouse.connect()) as connection, connection, connection.cursor() as cursor:
        assert sweep(cursor, job, iter([seen])).deleted == len(gone)
    left = clean_warehouse.fetch_all("select id from crm.deals where sync_deleted_at is null")
    assert {name for (name,) in left} == {*moments, "null"} - set(gone)


def test_loss_is_judged_among_the_rows_of_the_span(clean_warehouse):
    """Old rows that the source never shows must not make a large loss look small."""
    entity = make_entity()
    old = [{"id": f"old {n}", "modified_at": NOW - DAY} for n in range(5000)]
    rows = [{"id": f"new {n}", "modified_at": NOW} for n in range(100)]
    write(clean_warehouse, entity, [*old, *rows])
    job = SweepJob(entity, 2, scope=SweepScope("modified_at", NOW, NOW + DAY))
    with closing(clean_warehouse.connect()) as connection, connection, connection.cursor() as cursor:
        result = sweep(cursor, job, iter([make_frame(entity, rows[:20])]))
    assert (result.deleted, "80 of 100" in str(result.refused_reason)) == (0, True)

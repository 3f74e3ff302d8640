"""What a sweep would take as deleted if a read ended now, asked for while the read is under way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm_sync.sources.base import build_page
from crm_sync.storage.rows.absent_rows import count_absent
from crm_sync.storage.rows.sweep import SweepJob
from crm_sync.storage.rows.sweep_scope import SweepScope
from crm_sync.storage.staging import open_staging
from crm_sync.sync.pages import store_page
from crm_sync.sync.raw_keys import read_raw_keys
from tests.postgres.upsert_support import NOW, make_entity, make_frame, write

pytestmark = pytest.mark.postgres

ENTITY = make_entity()
NO_RUN = 0


def fill(warehouse, count):
    rows = [{"id": str(number), "modified_at": NOW + timedelta(days=number % 2)} for number in range(count)]
    write(warehouse, ENTITY, rows)
    return rows


def count(warehouse, rows, **job):
    return count_absent(warehouse.connect, SweepJob(ENTITY, NO_RUN, **job), iter([make_frame(ENTITY, rows)]))


def test_rows_that_were_not_read_are_counted_and_left_alone(clean_warehouse):
    rows = fill(clean_warehouse, 10)
    assert count(clean_warehouse, rows[:7]) == 3
    assert clean_warehouse.fetch_all("select id from crm.deals where sync_deleted_at is not null") == []


@pytest.mark.parametrize(
    ("read", "job", "found"),
    [
        (300, {}, 0),
        (100, {}, 0),
        (100, {"force": True}, 200),
        (0, {"force": True}, 0),
        (290, {"scope": SweepScope("modified_at", NOW, NOW + timedelta(hours=1))}, 5),
    ],
    ids=["all-there", "above-the-guard", "guard-off", "no-records", "of-the-scope"],
)
def test_count_is_what_a_sweep_would_take(clean_warehouse, read, job, found):
    rows = fill(clean_warehouse, 300)
    assert count(clean_warehouse, rows[:read], **job) == found


def test_nothing_is_missing_where_there_is_no_table_or_column_yet(clean_warehouse):
    assert count(clean_warehouse, []) == 0
    rows = fill(clean_warehouse, 3)
    scope = SweepScope(parent_column="added_later", parents=("x",))
    assert count(clean_warehouse, rows[:1], scope=scope) == 0


def test_staged_records_have_the_keys_that_their_rows_will_have(clean_warehouse, tmp_path):
    """Ids come as numbers from one list and as text from another; in the table they are text."""
    fill(clean_warehouse, 3)
    staging = open_staging(tmp_path, crm_source=ENTITY.crm_source, sync_type=ENTITY.sync_type)
    entity = make_entity(chunk_records=2)
    for one in ([{"id": 0}, {"id": "1"}], [{"id": "2"}, {"id": 9}]):
        store_page(staging, entity, build_page(one, cursor_key="all", cursor=None), room=None)
    keys = read_raw_keys(staging, ENTITY)
    assert count_absent(clean_warehouse.connect, SweepJob(ENTITY, NO_RUN), keys) == 0

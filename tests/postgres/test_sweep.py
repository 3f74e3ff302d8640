from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest

from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.rows.links import mark_absent_links
from crm_sync.storage.rows.sweep import SweepJob, SweepResult, sweep
from tests.postgres.upsert_support import NOW, count_written, make_entity, make_frame, read_table, write

pytestmark = pytest.mark.postgres


def _rows(numbers):
    return [{"id": f"{i:04}", "name": "a", "modified_at": NOW} for i in numbers]


def _sweep(warehouse, entity, *chunks, history_id=2, **options):
    with closing(warehouse.connect()) as connection, connection, connection.cursor() as cursor:
        frames = [make_frame(entity, chunk) for chunk in chunks]
        return sweep(cursor, SweepJob(entity, history_id, **options), iter(frames))


def _live(warehouse):
    return [
        row[0]
        for row in warehouse.fetch_all("select id from crm.deals where sync_deleted_at is null order by 1")
    ]


def test_rows_absent_are_marked_once(clean_warehouse):
    entity = make_entity()
    write(clean_warehouse, entity, _rows(range(10)))
    assert _sweep(clean_warehouse, entity, _rows([0, 1, 2]), _rows([3, 4, 5, 6])).deleted == 3
    assert _live(clean_warehouse) == ["0000", "0001", "0002", "0003", "0004", "0005", "0006"]
    assert clean_warehouse.fetch_one(
        "select distinct sync_history_id from crm.deals where sync_deleted_at is not null"
    ) == (2,)
    before = count_written(clean_warehouse)
    assert _sweep(clean_warehouse, entity, _rows(range(7))).deleted == 0
    assert count_written(clean_warehouse) == before


def test_rows_absent_are_deleted_also_when_they_were_marked_before(clean_warehouse):
    entity = make_entity()
    write(clean_warehouse, entity, _rows(range(10)))
    _sweep(clean_warehouse, entity, _rows(range(9)))
    assert _sweep(clean_warehouse, entity, _rows(range(8)), mode="delete", force=True).deleted == 2
    assert len(read_table(clean_warehouse)) == 8


@pytest.mark.parametrize(
    ("before", "kept", "force", "deleted"),
    [
        (100, 49, False, 0),
        (100, 50, False, 50),
        (1000, 800, False, 200),
        (1000, 799, False, 0),
        (1000, 1, True, 999),
    ],
    ids=["51 of 100", "50 of 100", "20 percent", "above 20 percent", "force"],
)
def test_sweep_above_both_thresholds_is_refused(clean_warehouse, before, kept, force, deleted):
    entity = make_entity()
    write(clean_warehouse, entity, _rows(range(before)))
    result = _sweep(clean_warehouse, entity, _rows(range(kept)), force=force)
    assert result.deleted == deleted
    assert (result.refused_reason is None) == bool(deleted)
    assert len(_live(clean_warehouse)) == before - deleted


def test_first_load_looks_no_key_up_but_refuses_a_record_without_one(clean_warehouse):
    entity = make_entity()
    write(clean_warehouse, entity, _rows(range(100)), history_id=2)
    # another chunk's keys would sweep these, if they were looked up
    assert _sweep(clean_warehouse, entity, _rows(range(30))) == SweepResult()
    keyless = [*_rows(range(30)), {"name": "a", "modified_at": NOW}]
    assert "without a readable key" in _sweep(clean_warehouse, entity, keyless).refused_reason
    assert len(_live(clean_warehouse)) == 100


def test_row_that_the_run_itself_marked_is_still_deleted(clean_warehouse):
    entity = make_entity()
    write(clean_warehouse, entity, _rows(range(10)), history_id=2)
    clean_warehouse.execute("update crm.deals set sync_deleted_at = now() where id = '0003'")
    others = _rows([number for number in range(10) if number != 3])
    assert _sweep(clean_warehouse, entity, others, mode="delete").deleted == 1


def test_rows_added_by_the_run_do_not_make_a_loss_look_small(clean_warehouse):
    entity = make_entity()
    write(clean_warehouse, entity, _rows(range(100)))
    write(clean_warehouse, entity, _rows(range(1000, 2000)), history_id=2)
    result = _sweep(clean_warehouse, entity, _rows(range(1000, 2000)))
    assert "100 of 100 rows (100%)" in result.refused_reason


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("allow_empty", [False, True])
def test_answer_without_records_sweeps_only_where_yaml_allows_it(clean_warehouse, force, allow_empty):
    entity = make_entity(allow_empty=allow_empty)
    write(clean_warehouse, entity, _rows(range(60)))
    result = _sweep(clean_warehouse, entity, force=force, mode="delete" if force else "mark")
    assert result.deleted == (60 if allow_empty else 0)
    assert ("allow_empty" in (result.refused_reason or "")) != allow_empty


def test_answer_without_records_for_an_empty_table_is_fine(clean_warehouse):
    entity = make_entity()
    write(clean_warehouse, entity, [])
    assert _sweep(clean_warehouse, entity).refused_reason is None


def test_record_without_a_key_stops_the_sweep(clean_warehouse):
    entity = make_entity()
    write(clean_warehouse, entity, _rows(range(10)))
    result = _sweep(clean_warehouse, entity, [*_rows(range(8)), {"id": None}], force=True)
    assert (result.deleted, "without a readable key" in result.refused_reason) == (0, True)


def test_key_that_the_table_cannot_hold_stops_the_sweep(clean_warehouse):
    fields = {"id": {"type": "decimal"}, "name": {}}
    entity = make_entity(fields=fields, modified_column=None, deleted=None)
    write(clean_warehouse, entity, [{"id": "1"}, {"id": "2"}])
    result = _sweep(clean_warehouse, entity, [{"id": "1"}, {"id": "nothing"}])
    assert (result.deleted, "fits no row" in result.refused_reason) == (0, True)


def test_rows_gone_by_the_sources_own_word_are_not_absent(clean_warehouse):
    entity = make_entity()
    gone = NOW - timedelta(days=3)
    rows = [*_rows(range(5)), {"id": "9", "archived": True, "archived_at": gone}]
    write(clean_warehouse, entity, rows)
    assert _sweep(clean_warehouse, entity, rows).deleted == 0
    assert clean_warehouse.fetch_one("select sync_deleted_at from crm.deals where id = '9'") == (gone,)


@pytest.mark.parametrize("deferred", ["", " deferrable initially deferred"], ids=["immediate", "deferred"])
def test_foreign_key_of_the_user_that_forbids_a_delete_marks_instead(clean_warehouse, deferred):
    entity = make_entity()
    write(clean_warehouse, entity, _rows(range(5)))
    clean_warehouse.execute(f"create table crm.uses (deal text references crm.deals (id){deferred})")
    clean_warehouse.execute("insert into crm.uses values ('0004')")
    result = _sweep(clean_warehouse, entity, _rows(range(3)), mode="delete", force=True)
    assert result.deleted == 2
    assert "crm.uses" in result.refused_reason
    assert (len(read_table(clean_warehouse)), len(_live(clean_warehouse))) == (5, 3)


LINKS = {
    "from_type": {},
    "from_id": {"type": "object_id"},
    "to_id": {"type": "object_id"},
    "label": {},
}


def _link_entity():
    return make_entity(
        sync_type="links",
        fields=LINKS,
        primary_key=("from_type", "from_id", "to_id"),
        parent_key=("from_type", "from_id"),
        modified_column=None,
        deleted=None,
    )


def _links(*pairs):
    return [
        {"from_type": "deal", "from_id": from_id, "to_id": to_id, "label": "x"} for from_id, to_id in pairs
    ]


def _replace(warehouse, entity, links, parents):
    frame = make_frame(entity, links)
    counts = write(warehouse, entity, frame, history_id=2).counts
    with closing(warehouse.connect()) as connection, connection, connection.cursor() as cursor:
        parent_rows = make_frame(entity, [{"from_type": "deal", "from_id": parent} for parent in parents])
        result = mark_absent_links(cursor, SweepJob(entity, 2), links=frame, parents=parent_rows)
    live = warehouse.fetch_all(
        "select from_id, to_id from crm.links where sync_deleted_at is null order by 1, 2"
    )
    return counts, result, live


def test_link_set_of_each_parent_that_was_read_is_replaced(clean_warehouse):
    entity = _link_entity()
    write(clean_warehouse, entity, _links(("1", "a"), ("1", "b"), ("2", "a"), ("3", "c")))
    counts, result, live = _replace(clean_warehouse, entity, _links(("1", "b"), ("1", "z")), ["1", "2"])
    assert (counts, result.deleted) == (Counts(created=1, unchanged=1), 2)
    assert live == [("1", "b"), ("1", "z"), ("3", "c")]
    counts, _, live = _replace(clean_warehouse, entity, _links(("2", "a")), ["2"])
    assert counts == Counts(updated=1)
    assert ("2", "a") in live


_KEEP = (
    "create function crm.keep() returns trigger language plpgsql as $$ begin return null; end $$; "
    "create trigger t before update or delete on crm.{} for each row when (old.{} = '{}') "
    "execute function crm.keep()"
)


@pytest.mark.parametrize(("mode", "word"), [("mark", "marked as deleted"), ("delete", "deleted")])
def test_row_that_a_trigger_keeps_is_not_called_swept(clean_warehouse, mode, word):
    entity = make_entity()
    write(clean_warehouse, entity, _rows(range(10)))
    clean_warehouse.execute(_KEEP.format("deals", "id", "0008"))
    result = _sweep(clean_warehouse, entity, _rows(range(8)), mode=mode)
    assert result.deleted == 1
    assert f"1 of 2 rows that the source no longer has could not be {word}:" in result.refused_reason
    assert "0008" in _live(clean_warehouse)


def test_link_that_a_trigger_keeps_is_not_called_marked(clean_warehouse):
    entity = _link_entity()
    write(clean_warehouse, entity, _links(("1", "a"), ("1", "b")))
    clean_warehouse.execute(_KEEP.format("links", "to_id", "a"))
    _, result, live = _replace(clean_warehouse, entity, [], ["1"])
    assert (result.deleted, live) == (1, [("1", "a")])
    assert "1 of 2 rows" in result.refused_reason


def test_link_without_a_key_removes_no_link_of_its_chunk(clean_warehouse):
    entity = _link_entity()
    write(clean_warehouse, entity, _links(("1", "a")))
    _, result, live = _replace(clean_warehouse, entity, _links(("1", None)), ["1"])
    assert (result.deleted, live) == (0, [("1", "a")])
    assert "without a readable key" in result.refused_reason

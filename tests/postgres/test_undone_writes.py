"""Writes that a user's trigger or rule takes back: PostgreSQL counts them, and the table is as before."""

from __future__ import annotations

from contextlib import closing

import pytest

from crm_sync.storage.rows.links import mark_absent_links
from crm_sync.storage.rows.sweep import SweepJob, sweep
from tests.postgres.upsert_support import NOW, ensure, make_entity, make_frame, read_table, write

pytestmark = pytest.mark.postgres

_TRIGGER = (
    "create function crm.f() returns trigger language plpgsql as $$ begin {} end $$; "
    "create trigger t before update or delete on crm.{} for each row execute function crm.f()"
)
_CHILD = (
    "create table crm.child () inherits (crm.deals); "
    "with moved as (delete from only crm.deals returning *) insert into crm.child select * from moved; "
)
_OTHER = "create table crm.other as select * from crm.deals; "
HOOKS = {
    "old row": _TRIGGER.format("return old;", "deals"),
    "other table": _OTHER + "create rule r as on update to crm.deals do instead "
    "update crm.other set name = new.name where id = new.id",
    "child": _CHILD + _TRIGGER.format("return null;", "child"),
}


def _rows(*ids, name="a", **values):
    return [{"id": id_, "name": name, "modified_at": NOW, **values} for id_ in ids]


def _sweep(warehouse, entity, *ids, history_id=2, **options):
    with closing(warehouse.connect()) as connection, connection, connection.cursor() as cursor:
        return sweep(cursor, SweepJob(entity, history_id, **options), iter([make_frame(entity, _rows(*ids))]))


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("hook", HOOKS)
def test_update_that_is_taken_back_is_rejected_and_not_counted(clean_warehouse, hook, force):
    entity = make_entity()
    write(clean_warehouse, entity, _rows("1", "2"))
    clean_warehouse.execute(HOOKS[hook])
    rows = [*_rows("1", "3", name="b"), *_rows("2")]
    result = write(clean_warehouse, entity, rows, history_id=2, force=force)
    assert [(one.row, one.error.code) for one in result.rejected] == [(0, "P0000")]
    assert (result.counts.created, result.counts.failed) == (1, 1)
    assert read_table(clean_warehouse, "id, name") == [("1", "a"), ("2", "a"), ("3", "b")]


@pytest.mark.parametrize("hook", HOOKS)
def test_mark_that_is_taken_back_is_said(clean_warehouse, hook):
    entity = make_entity()
    write(clean_warehouse, entity, _rows("1", "2", "3"))
    clean_warehouse.execute(HOOKS[hook])
    result = _sweep(clean_warehouse, entity, "1")
    assert result.deleted == 0
    assert "2 of 2 rows that the source no longer has could not be marked as deleted" in result.refused_reason


def test_delete_that_goes_to_another_table_is_said(clean_warehouse):
    entity = make_entity()
    write(clean_warehouse, entity, _rows("1", "2", "3"))
    clean_warehouse.execute(
        _OTHER + "create rule r as on delete to crm.deals do instead delete from crm.other where id = old.id"
    )
    result = _sweep(clean_warehouse, entity, "1", mode="delete", force=True)
    assert result.deleted == 0
    assert "2 of 2 rows that the source no longer has could not be deleted" in result.refused_reason


def test_mark_that_a_trigger_takes_off_is_said(clean_warehouse):
    entity = make_entity()
    write(clean_warehouse, entity, _rows("1", "2"))
    clean_warehouse.execute(_TRIGGER.format("new.sync_deleted_at = null; return new;", "deals"))
    assert "1 of 1 rows" in _sweep(clean_warehouse, entity, "1").refused_reason
    # neither is one that the source itself calls deleted
    result = write(clean_warehouse, entity, _rows("1", archived=True), history_id=2)
    assert [one.row for one in result.rejected] == [0]


def test_mark_of_a_link_that_is_taken_back_is_said(clean_warehouse):
    fields = {"parent": {"type": "object_id"}, "child": {"type": "object_id"}}
    entity = make_entity(
        fields=fields,
        primary_key=("parent", "child"),
        parent_key=("parent",),
        modified_column=None,
        deleted=None,
        extra=False,
    )
    links = [{"parent": "1", "child": "a"}, {"parent": "1", "child": "b"}]
    write(clean_warehouse, entity, links)
    clean_warehouse.execute(_TRIGGER.format("return old;", "deals"))
    frame = make_frame(entity, links)
    with closing(clean_warehouse.connect()) as connection, connection, connection.cursor() as cursor:
        job = SweepJob(entity, 2)
        result = mark_absent_links(cursor, job, links=frame.head(1), parents=frame.select("parent"))
    assert result.deleted == 0
    assert "1 of 1 rows" in result.refused_reason


def test_trigger_that_only_adds_to_a_row_rejects_none(clean_warehouse):
    entity = make_entity()
    ensure(clean_warehouse, entity)
    clean_warehouse.execute("alter table crm.deals add column mine timestamptz")
    write(clean_warehouse, entity, _rows("1", "2"))
    clean_warehouse.execute(
        "create function crm.f() returns trigger language plpgsql as "
        "$$ begin new.mine = now(); return new; end $$; "
        "create trigger t before update on crm.deals for each row execute function crm.f()"
    )
    result = write(clean_warehouse, entity, _rows("1", "2", name="b"), history_id=2)
    assert (result.rejected, result.counts.updated) == ([], 2)
    assert _sweep(clean_warehouse, entity, "1", history_id=3).deleted == 1

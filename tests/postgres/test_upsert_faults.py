"""Rows that the database refuses: each stands alone, and many of a kind are a fault of the table."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import psycopg2
import pytest

from crm_sync.exceptions import SchemaFaultError
from crm_sync.storage.history.history_rows import Counts
from crm_sync.storage.rows import fault_watch
from tests.postgres.upsert_support import (
    FIELDS,
    NOW,
    ensure,
    make_entity,
    make_frame,
    read_table,
    write,
)

pytestmark = pytest.mark.postgres


def _row(id_="1", name="a", modified=NOW, **values):
    return {"id": id_, "name": name, "modified_at": modified, **values}


class CountingCursor(psycopg2.extensions.cursor):
    """A cursor that counts its round trips."""

    statements = 0

    def execute(self, *args):
        """Count and execute."""
        self.statements += 1
        return super().execute(*args)

    def copy_expert(self, *args):
        """Count and copy."""
        self.statements += 1
        return super().copy_expert(*args)


@pytest.mark.parametrize("position", [0, 1, 4_999, 9_998, 9_999])
@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
def test_one_bad_row_among_10000_is_found_in_few_round_trips(clean_warehouse, position, known):
    from crm_sync.storage.rows.upsert import ChunkWriter

    entity = make_entity()
    ensure(clean_warehouse, entity)
    # new rows are sent in the order of their keys, which is another one
    good = make_frame(entity, [_row(f"{i * 7919 % 10_000:05}", "a\nb", amount="1") for i in range(10_000)])
    if known:
        write(clean_warehouse, entity, good)
    bad = pl.when(pl.col("_row") == position).then(pl.lit("no number")).otherwise(pl.lit("2")).alias("amount")
    with clean_warehouse.connect() as connection, connection.cursor(cursor_factory=CountingCursor) as cursor:
        result = ChunkWriter(cursor, entity, history_id=2).write(good.with_columns(bad))
    assert [(write.row, write.error.column) for write in result.rejected] == [(position, "amount")]
    assert "no number" in result.rejected[0].error.message
    assert result.counts == (Counts(updated=9_999, failed=1) if known else Counts(created=9_999, failed=1))
    assert cursor.statements < 120


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("alter table crm.deals add check (name <> 'bad')", "23514"),
        ("create unique index on crm.deals (name) where name = 'bad'", "23505"),
        ("alter table crm.deals add foreign key (name) references crm.names (name)", "23503"),
        (
            (
                "create trigger t before insert or update on crm.deals "
                "for each row execute function crm.refuse()"
            ),
            "P0001",
        ),
    ],
    ids=["check", "unique", "foreign key", "trigger"],
)
@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
def test_constraint_of_the_user_rejects_its_row_alone(clean_warehouse, statement, code, known):
    entity = make_entity()
    write(clean_warehouse, entity, [_row("x", "bad" if code == "23505" else "x")])
    clean_warehouse.execute(
        "create table crm.names as select n::text as name from generate_series(0, 999) n; "
        "insert into crm.names values ('x'); alter table crm.names add primary key (name)"
    )
    clean_warehouse.execute(
        "create function crm.refuse() returns trigger language plpgsql as "
        "$$ begin if new.name = 'bad' then raise 'not this one'; end if; return new; end $$"
    )
    if known:
        write(clean_warehouse, entity, [_row(f"{i:03}", str(i)) for i in range(300)])
    clean_warehouse.execute(statement)
    rows = [_row(f"{i:03}", "bad" if i in (57, 211) else str(999 - i)) for i in range(300)]
    if code == "23505":
        rows[211]["name"] = "fine"
    if code == "23503":
        rows[211]["name"] = "nowhere"
    result = write(clean_warehouse, entity, rows)
    expected = [57] if code == "23505" else [57, 211]
    assert sorted(write.row for write in result.rejected) == expected
    assert {write.error.code for write in result.rejected} == {code}
    assert result.counts.created + result.counts.updated == 300 - len(expected)


_SKIP = "begin if new.name like 'bad%' then return null; end if; return new; end"
_SKIP_TRIGGER = (
    f"create function crm.skip() returns trigger language plpgsql as $$ {_SKIP} $$; "
    "create trigger t before insert or update on crm.deals for each row execute function crm.skip()"
)


@pytest.mark.parametrize("expects_new", [False, True], ids=["any-load", "first-load"])
@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
def test_row_that_a_trigger_skips_without_an_error_is_rejected(clean_warehouse, known, force, expects_new):
    entity = make_entity()
    ensure(clean_warehouse, entity)
    old = [_row(f"{i:03}", "a") for i in range(300)]
    if known:
        write(clean_warehouse, entity, old)
    clean_warehouse.execute(_SKIP_TRIGGER)
    names = {57: "bad", 211: "bad too", 250: "a"}
    rows = [_row(f"{i:03}", names.get(i, "b")) for i in range(300)]
    result = write(clean_warehouse, entity, rows, history_id=2, force=force, expects_new=expects_new)
    assert sorted(write.row for write in result.rejected) == [57, 211]
    assert {write.error.code for write in result.rejected} == {"P0000"}
    written = result.counts.created + result.counts.updated
    # an equal row is none that was skipped
    assert (written, result.counts.unchanged) == ((297, 1) if known and not force else (298, 0))


def test_rule_that_skips_updates_rejects_what_differs_and_nothing_else(clean_warehouse):
    entity = make_entity()
    older = NOW - timedelta(days=1)
    write(clean_warehouse, entity, [_row(name) for name in ("equal", "older", "new")])
    clean_warehouse.execute("create rule r as on update to crm.deals do instead nothing")
    rows = [_row("equal"), _row("older", "b", older), _row("new", "b")]
    result = write(clean_warehouse, entity, rows, history_id=2)
    assert [write.row for write in result.rejected] == [2]
    # the table does not even look at the older one
    assert result.counts == Counts(unchanged=2, failed=1)


@pytest.mark.parametrize("expects_new", [False, True], ids=["any-load", "first-load"])
def test_trigger_that_moves_new_rows_to_a_child_table_rejects_none(clean_warehouse, expects_new):
    entity = make_entity()
    ensure(clean_warehouse, entity)
    clean_warehouse.execute(
        "create table crm.child () inherits (crm.deals); "
        "create function crm.move() returns trigger language plpgsql as "
        "$$ begin insert into crm.child select new.*; return null; end $$; "
        "create trigger t before insert on crm.deals for each row execute function crm.move()"
    )
    for name in "ab":
        rows = [_row("1", name), _row("2", name)]
        result = write(clean_warehouse, entity, rows, expects_new=expects_new)
        assert result.rejected == []
    assert read_table(clean_warehouse, "id, name") == [("1", "b"), ("2", "b")]


def test_value_of_a_sensitive_field_is_not_in_the_error(clean_warehouse):
    fields = {**FIELDS, "amount": {"type": "decimal", "sensitive": True}}
    result = write(clean_warehouse, make_entity(fields=fields), [_row("1"), _row("2", amount="secret 77")])
    (rejected,) = result.rejected
    assert "secret" not in rejected.error.message
    assert "***" in rejected.error.message


def test_every_row_of_the_first_three_slices_bad_is_a_schema_fault(clean_warehouse):
    entity = make_entity()
    ensure(clean_warehouse, entity)
    rows = [_row(str(i), amount="x") for i in range(400)]
    with pytest.raises(SchemaFaultError) as error:
        write(clean_warehouse, entity, rows)
    assert "column amount" in str(error.value)
    assert "0, 1, 2" in str(error.value)
    assert read_table(clean_warehouse) == []


def test_many_rows_bad_among_good_ones_are_a_schema_fault(clean_warehouse, monkeypatch):
    assert fault_watch.FAULT_ROWS == 1_000
    monkeypatch.setattr(fault_watch, "FAULT_ROWS", 150)
    rows = [_row(str(i), amount="x" if i % 2 else "1") for i in range(310)]
    with pytest.raises(SchemaFaultError, match="150 rows"):
        write(clean_warehouse, make_entity(), rows)


def test_every_third_row_bad_is_rejected_and_the_others_saved(clean_warehouse):
    rows = [_row(str(i), amount="x" if i % 3 else "1") for i in range(300)]
    counts = write(clean_warehouse, make_entity(), rows).counts
    assert counts == Counts(created=100, failed=200)


def test_full_disk_is_no_data_error(clean_warehouse):
    entity = make_entity()
    ensure(clean_warehouse, entity)
    clean_warehouse.execute(
        "create function crm.full() returns trigger language plpgsql as "
        "$$ begin raise sqlstate '53100'; end $$"
    )
    clean_warehouse.execute(
        "create trigger t before insert on crm.deals for each row execute function crm.full()"
    )
    with pytest.raises(psycopg2.errors.DiskFull):
        write(clean_warehouse, entity, [_row()])

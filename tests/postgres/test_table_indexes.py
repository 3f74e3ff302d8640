"""Indexes from the YAML: with a new table, beside readers and writers on one with rows, never dropped."""

from __future__ import annotations

import logging
from contextlib import closing

import psycopg2
import pytest

from crm_sync.storage.tables.table_indexes import build_indexes, name_index
from tests.postgres.save_support import make_records
from tests.postgres.upsert_support import Runs, ensure, make_entity, write

pytestmark = pytest.mark.postgres
INDEXES = ["name", ["name", "modified_at"]]


def list_indexes(warehouse):
    """Give all indexes but the key: name to columns."""
    return dict(
        warehouse.fetch_all(
            "select c.relname, substring(pg_get_indexdef(i.indexrelid) from '\\((.*)\\)') "
            "from pg_index as i join pg_class as c on c.oid = i.indexrelid "
            "where i.indrelid = 'crm.deals'::regclass and not i.indisprimary and i.indisvalid"
        )
    )


def test_new_table_has_its_indexes_at_once(clean_warehouse):
    entity = make_entity(indexes=INDEXES)
    assert ensure(clean_warehouse, entity).to_index == ()
    assert list_indexes(clean_warehouse) == {
        name_index(entity, ("name",)): "name",
        name_index(entity, ("name", "modified_at")): "name, modified_at",
    }
    assert ensure(clean_warehouse, entity).to_index == ()


def test_table_with_rows_gets_them_with_the_next_save_and_keeps_what_the_yaml_leaves_out(warehouse, tmp_path):
    Runs(warehouse, tmp_path / "a", make_entity()).save(make_records(1, 2))
    indexed = make_entity(indexes=INDEXES)
    Runs(warehouse, tmp_path / "b", indexed).save(make_records(3))
    made = list_indexes(warehouse)
    assert sorted(made.values()) == ["name", "name, modified_at"]
    Runs(warehouse, tmp_path / "c", make_entity(indexes=["amount"])).save(make_records(4))
    assert list_indexes(warehouse) == {**made, name_index(indexed, ("amount",)): "amount"}


def test_index_of_the_user_with_the_same_columns_is_enough(clean_warehouse):
    ensure(clean_warehouse, make_entity())
    clean_warehouse.execute("create index mine on crm.deals (name)")
    assert ensure(clean_warehouse, make_entity(indexes=INDEXES)).to_index == (("name", "modified_at"),)
    clean_warehouse.execute("create index part on crm.deals (amount) where amount > 0")
    assert ensure(clean_warehouse, make_entity(indexes=["amount"])).to_index == (("amount",),)


def test_index_is_made_while_a_reader_is_in_a_transaction(clean_warehouse, caplog):
    ensure(clean_warehouse, make_entity())
    entity = make_entity(indexes=INDEXES)
    with closing(clean_warehouse.connect()) as reader, reader.cursor() as cursor:
        cursor.execute("select count(*) from crm.deals")
        with caplog.at_level(logging.INFO, logger="crm_sync"):
            build_indexes(clean_warehouse.connect, entity, entity.indexes)
    assert sorted(list_indexes(clean_warehouse).values()) == ["name", "name, modified_at"]
    assert "Table crm.deals: index on name made" in caplog.text


def test_index_that_waits_too_long_is_a_warning_and_is_made_later(clean_warehouse, caplog, monkeypatch):
    monkeypatch.setattr("crm_sync.storage.tables.table_indexes._LOCK_TIMEOUT", "200ms")
    ensure(clean_warehouse, make_entity())
    entity = make_entity(indexes=["name"])
    with closing(clean_warehouse.connect()) as writer, writer.cursor() as cursor:
        cursor.execute("insert into crm.deals (id) values ('open')")
        build_indexes(clean_warehouse.connect, entity, entity.indexes)
    assert "the index on name was not made: canceling statement due to lock timeout" in caplog.text
    assert 'by hand: create index concurrently if not exists "deals_name_' in caplog.text
    assert list_indexes(clean_warehouse) == {}
    broken = "select indexrelid::regclass::text from pg_index where not indisvalid"
    assert name_index(entity, ("name",)) in clean_warehouse.fetch_one(broken)[0]
    build_indexes(clean_warehouse.connect, entity, entity.indexes)
    assert list_indexes(clean_warehouse) == {name_index(entity, ("name",)): "name"}


def test_table_of_another_role_is_a_warning_with_the_statement(clean_warehouse, caplog):
    ensure(clean_warehouse, make_entity())
    entity = make_entity(indexes=["name"])
    clean_warehouse.execute(
        "create role crm_sync_writer; grant usage, create on schema crm to crm_sync_writer"
    )

    def connect():
        connection = clean_warehouse.connect()
        with connection, connection.cursor() as cursor:
            cursor.execute("set role crm_sync_writer")
        return connection

    try:
        build_indexes(connect, entity, entity.indexes)
    finally:
        clean_warehouse.execute("drop owned by crm_sync_writer; drop role crm_sync_writer")
    assert "the warehouse user crm_sync_writer does not own it" in caplog.text
    assert list_indexes(clean_warehouse) == {}


def test_warehouse_that_is_gone_is_a_warning(caplog):
    def refuse():
        raise psycopg2.OperationalError("could not connect")

    build_indexes(refuse, make_entity(indexes=["name"]), [("name",)])
    assert "Table crm.deals: no index was made: could not connect" in caplog.text


def test_names_are_short_and_tell_equal_looking_columns_apart():
    entity = make_entity(sync_type="z" * 63)
    names = [name_index(entity, columns) for columns in (("a_b",), ("a", "b"), ("a" * 63, "b" * 63))]
    assert len(set(names)) == 3
    assert max(map(len, names)) == 63
    assert name_index(entity, ("a", "b")) == names[1]


def test_value_too_long_for_an_index_rejects_its_row_alone(clean_warehouse):
    """What docs/adding-an-entity.md says of long values."""
    entity = make_entity(indexes=["name"])
    long = "".join(chr(33 + (number * 7919) % 90) + str(number * 31337) for number in range(3000))
    result = write(clean_warehouse, entity, [{"id": "1", "name": long}, {"id": "2", "name": "short"}])
    assert (result.counts.created, len(result.rejected)) == (1, 1)

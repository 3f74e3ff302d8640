"""What others built on a target table survives every kind of run, and an added column."""

from __future__ import annotations

import pytest

from tests.conformance.expected import list_paths
from tests.conformance.tables import assert_table, keeps_missing

pytestmark = pytest.mark.postgres
_BUILT = """
select
    (select string_agg(viewname || definition, ',') from pg_views where schemaname = 'neighbours'),
    (select string_agg(conname || pg_get_constraintdef(oid), ',' order by conname) from pg_constraint
        where conrelid = to_regclass('neighbours.notes')),
    obj_description(%(table)s::regclass), col_description(%(table)s::regclass, 1),
    (select relacl::text from pg_class where oid = %(table)s::regclass),
    (select string_agg(indexdef, ',' order by indexname) from pg_indexes where indexname = 'neighbours_own'),
    has_table_privilege('conformance_reader', %(table)s, 'select'), %(table)s::regclass::oid
"""


@pytest.mark.check("neighbours")
@pytest.mark.one_per("crm")
def test_neighbours_survive(pipeline, sync_type):
    account, warehouse = pipeline.account, pipeline.warehouse
    entity = pipeline.run(sync_type).entity
    table, keys = entity.target_table, ", ".join(entity.primary_key)
    column = next(name for name in reversed(entity.fields) if name not in entity.primary_key)
    warehouse.execute(
        "do $$ begin if not exists (select from pg_roles where rolname = 'conformance_reader') then "
        "create role conformance_reader; end if; end $$"
    )
    for statement in (
        "create schema neighbours",
        f"create view neighbours.some as select {keys}, {column} from {table} where sync_deleted_at is null",
        f"create table neighbours.notes as select {keys} from {table} order by {keys} limit 20",
        f"alter table neighbours.notes add foreign key ({keys}) references {table} ({keys})",
        f"comment on table {table} is 'the user''s own words'",
        f"comment on column {table}.{entity.primary_key[0]} is 'a key'",
        f"grant select on {table} to conformance_reader",
        f"create index neighbours_own on {table} ({column})",
    ):
        warehouse.execute(statement)
    built = warehouse.fetch_one(_BUILT, {"table": table})
    referred = set(warehouse.fetch_all(f"select {keys} from neighbours.notes"))
    assert referred
    account.change(entity, 5)
    gone = set(account.remove(entity, 8))
    pipeline.run(sync_type)
    pipeline.run(sync_type, full=True)
    pipeline.run(sync_type, force=True)
    fields = entity.model_dump()["fields"]
    source = list_paths(entity, column)[0]
    fields["added_later"] = {**fields[column], "source": source, "required": False}
    wider = pipeline.entity(sync_type, fields=fields)
    pipeline.run(wider)
    pipeline.run(wider, full=True, force=True)
    assert warehouse.fetch_one(_BUILT, {"table": table}) == built
    assert set(warehouse.fetch_all(f"select {keys} from neighbours.notes")) == referred
    present = set(warehouse.fetch_all(f"select {keys} from {table}"))
    expected = account.expected(wider)
    lost = present - expected.rows.keys()
    assert lost <= gone
    # where others refer to one of them, none is deleted: they stay, marked
    assert not lost or keeps_missing(entity) or gone & referred
    assert_table(warehouse, wider, expected, left=lost)
    warehouse.execute("drop schema neighbours cascade")

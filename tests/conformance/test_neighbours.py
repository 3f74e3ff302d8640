"""What others built on a target table survives every kind of run, and an added column."""

from __future__ import annotations

import pytest

from tests.conformance.tables import assert_table

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


@pytest.mark.parametrize(
    ("crm_source", "sync_type", "column"), [("hubspot", "contacts", "city"), ("csv", "zip_codes", "state")]
)
def test_neighbours_survive(open_pipeline, crm_source, sync_type, column):
    pipeline = open_pipeline(crm_source)
    account, warehouse = pipeline.account, pipeline.warehouse
    entity = pipeline.run(sync_type).entity
    table, key = entity.table, entity.primary_key[0]
    warehouse.execute(
        "do $$ begin if not exists (select from pg_roles where rolname = 'conformance_reader') then "
        "create role conformance_reader; end if; end $$"
    )
    for statement in (
        "create schema neighbours",
        f"create view neighbours.some as select {key}, {column} from {table} where sync_deleted_at is null",
        f"create table neighbours.notes (about text references {table} ({key}), note text)",
        f"insert into neighbours.notes select {key}, 'seen' from {table} order by {key} limit 20",
        f"comment on table {table} is 'the user''s own words'",
        f"comment on column {table}.{key} is 'a key'",
        f"grant select on {table} to conformance_reader",
        f"create index neighbours_own on {table} ({column})",
    ):
        warehouse.execute(statement)
    built = warehouse.fetch_one(_BUILT, {"table": table})
    referred = {row[0] for row in warehouse.fetch_all("select about from neighbours.notes")}
    account.change(entity, 5)
    gone = [one for one in account.remove(entity, 8) if one[0] not in referred]
    pipeline.run(sync_type)
    pipeline.run(sync_type, full=True)
    pipeline.run(sync_type, force=True)
    fields = {**entity.model_dump()["fields"], "added_later": {"type": "text"}}
    wider = pipeline.entity(sync_type, fields=fields)
    pipeline.run(wider)
    pipeline.run(wider, full=True, force=True)
    assert warehouse.fetch_one(_BUILT, {"table": table}) == built
    assert warehouse.fetch_one("select count(*) from neighbours.notes") == (20,)
    assert {row[0] for row in warehouse.fetch_all("select about from neighbours.notes")} == referred
    present = {(row[0],) for row in warehouse.fetch_all(f"select {key} from {table}")}
    lost = present - account.expected(wider).rows.keys()
    assert not gone or lost <= {(one,) for one in referred} | set(gone)
    assert_table(warehouse, wider, account.expected(wider), left=lost)
    warehouse.execute("drop schema neighbours cascade")

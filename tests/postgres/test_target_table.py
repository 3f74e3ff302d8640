from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest

from crm_sync.exceptions import SchemaFaultError
from tests.postgres.upsert_support import FIELDS, ensure, make_entity, read_table, write

pytestmark = pytest.mark.postgres


def _columns(warehouse, table="deals"):
    return dict(
        warehouse.fetch_all(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute "
            "where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum",
            (f'crm."{table}"',),
        )
    )


def test_table_missing_is_created_with_key_and_bookkeeping(clean_warehouse):
    assert ensure(clean_warehouse, make_entity()).created
    assert list(_columns(clean_warehouse).items()) == [
        ("id", "text"),
        ("name", "text"),
        ("amount", "numeric"),
        ("archived", "boolean"),
        ("archived_at", "timestamp with time zone"),
        ("modified_at", "timestamp with time zone"),
        ("extra", "jsonb"),
        ("sync_created_at", "timestamp with time zone"),
        ("sync_updated_at", "timestamp with time zone"),
        ("sync_deleted_at", "timestamp with time zone"),
        ("sync_history_id", "bigint"),
    ]
    assert clean_warehouse.fetch_one(
        "select pg_get_constraintdef(oid) from pg_constraint "
        "where conrelid = 'crm.deals'::regclass and contype = 'p'"
    ) == ("PRIMARY KEY (id)",)


def test_table_that_fits_costs_one_query(clean_warehouse):
    entity = make_entity()
    ensure(clean_warehouse, entity)
    connection = clean_warehouse.connect()

    class Counting:
        statements = 0

        def __init__(self, cursor):
            self._cursor = cursor

        def execute(self, *args):
            type(self).statements += 1
            return self._cursor.execute(*args)

        def fetchone(self):
            return self._cursor.fetchone()

    from crm_sync.storage.tables.target_table import ensure_table

    assert not ensure_table(Counting(connection.cursor()), entity).sentences
    assert Counting.statements == 1


def test_column_comment_of_the_user_survives_and_new_columns_get_theirs(clean_warehouse):
    ensure(clean_warehouse, make_entity())
    clean_warehouse.execute("comment on column crm.deals.name is 'mine'")
    fields = {**FIELDS, "stage": {"source": "properties.stage", "description": "Where it stands"}}
    ensure(clean_warehouse, make_entity(fields=fields))
    comments = dict(
        clean_warehouse.fetch_all(
            "select attname, col_description(attrelid, attnum) from pg_attribute "
            "where attrelid = 'crm.deals'::regclass"
        )
    )
    assert (comments["name"], comments["stage"], comments["id"]) == ("mine", "Where it stands", "From id")


@pytest.mark.parametrize(
    ("stored", "value", "field_type", "expected"),
    [
        ("integer", "7", "integer", ("bigint", "7")),
        ("bigint", "7", "decimal", ("numeric", "7")),
        ("numeric(12,2)", "7.25", "decimal", ("numeric", "7.25")),
        ("varchar(20)", "'x'", "string", ("text", "x")),
        ("bigint", "7", "string", ("text", "7")),
        ("jsonb", """'{"a": 1}'""", "string", ("text", '{"a": 1}')),
        ("date", "'2024-03-31'", "datetime", ("timestamp with time zone", "2024-03-31 00:00:00+00")),
        ("numeric", "7.5", "integer", ("numeric", "7.5")),
        ("text", "'x'", "integer", ("text", "x")),
        (
            "timestamptz",
            "'2024-03-31 05:00Z'",
            "date",
            ("timestamp with time zone", "2024-03-31 05:00:00+00"),
        ),
        ("varchar", "'x'", "string", ("character varying", "x")),
        ("name", "'x'", "string", ("text", "x")),
        ("bpchar", "'x'", "string", ("text", "x")),
        ('"char"', "'x'", "string", ("text", "x")),
    ],
)
def test_column_type_is_only_widened(clean_warehouse, stored, value, field_type, expected):
    ensure(clean_warehouse, make_entity())
    clean_warehouse.execute(f"alter table crm.deals drop column name, add column name {stored}")
    clean_warehouse.execute(f"insert into crm.deals (id, name) values ('1', {value})")
    ensure(clean_warehouse, make_entity(fields={**FIELDS, "name": {"type": field_type}}))
    ((text,),) = clean_warehouse.fetch_all("set timezone = 'UTC'; select name::text from crm.deals")
    assert (_columns(clean_warehouse)["name"], text) == expected


@pytest.mark.parametrize(
    ("stored", "field_type", "statement"),
    [
        ("boolean", "integer", 'alter column "name" type bigint using "name"::bigint'),
        ("double precision", "decimal", 'alter column "name" type numeric using "name"::numeric'),
        ("timestamp", "datetime", 'alter column "name" type timestamptz'),
        ("varchar(5)", "integer", 'alter column "name" type bigint'),
    ],
)
def test_column_type_that_cannot_be_widened_names_the_statement(
    clean_warehouse, stored, field_type, statement
):
    ensure(clean_warehouse, make_entity())
    clean_warehouse.execute(f"alter table crm.deals drop column name, add column name {stored}")
    with pytest.raises(SchemaFaultError) as error:
        ensure(clean_warehouse, make_entity(fields={**FIELDS, "name": {"type": field_type}}))
    assert statement in str(error.value)
    assert 'alter table "crm"."deals"' in str(error.value)


def test_column_under_a_view_that_would_have_to_change_names_the_view(clean_warehouse):
    ensure(clean_warehouse, make_entity())
    clean_warehouse.execute("alter table crm.deals drop column name, add column name integer")
    clean_warehouse.execute("create view crm.names as select name from crm.deals")
    with pytest.raises(SchemaFaultError, match=r"(?s)crm.names.*alter table"):
        ensure(clean_warehouse, make_entity())


def test_added_column_is_filled_from_extra_as_transform_would(clean_warehouse, caplog):
    entity = make_entity()
    rows = [
        {"id": "1", "extra": '{"properties": {"mail": " ANN@Example.COM ", "n": 1234567890123456789.12}}'},
        {"id": "2", "extra": '{"properties": {"mail": "b@example.com"}}'},
        {"id": "3", "extra": '{"properties": {"mail": "no mail"}}'},
        {"id": "4"},
    ]
    write(clean_warehouse, entity, rows)
    caplog.set_level(logging.INFO)
    changes = ensure(
        clean_warehouse,
        make_entity(fields={**FIELDS, "mail": {"source": "properties.mail", "type": "email"}}),
    )
    assert changes.to_fill == ("mail",)
    assert read_table(clean_warehouse, "id, mail, extra::text") == [
        ("1", "ann@example.com", '{"properties": {"n": 1234567890123456789.12}}'),
        ("2", "b@example.com", None),
        ("3", None, '{"properties": {"mail": "no mail"}}'),
        ("4", None, None),
    ]
    assert "column mail filled from extra in 2 rows" in caplog.text


def test_added_column_that_extra_does_not_have_warns_of_the_full(clean_warehouse, caplog):
    write(clean_warehouse, make_entity(), [{"id": "1"}])
    ensure(clean_warehouse, make_entity(fields={**FIELDS, "stage": {}}))
    assert "full: true" in caplog.text


def test_neighbours_survive_an_added_and_a_widened_column(clean_warehouse):
    write(clean_warehouse, make_entity(), [{"id": "1", "name": "a"}])
    for statement in (
        "create role crm_reader_x",
        "grant usage on schema crm to crm_reader_x",
        "grant select on crm.deals to crm_reader_x",
        "create view crm.names as select id, name from crm.deals",
        "create index mine on crm.deals (lower(name))",
        "comment on table crm.deals is 'mine'",
        "alter table crm.deals add column note text default 'x'",
        "create table crm.uses (deal text references crm.deals (id))",
        "alter table crm.deals drop column amount, add column amount int",
    ):
        clean_warehouse.execute(statement)
    try:
        write(
            clean_warehouse,
            make_entity(fields={**FIELDS, "stage": {}}),
            [{"id": "1", "name": "b", "stage": "s"}],
        )
        assert clean_warehouse.fetch_one("select name from crm.names") == ("b",)
        assert clean_warehouse.fetch_one("select note, stage from crm.deals") == ("x", "s")
        assert clean_warehouse.fetch_one("select obj_description('crm.deals'::regclass)") == ("mine",)
        assert clean_warehouse.fetch_one(
            "select has_table_privilege('crm_reader_x', 'crm.deals', 'select')"
        ) == (True,)
        assert clean_warehouse.fetch_one("select count(*) from pg_indexes where indexname = 'mine'") == (1,)
        assert clean_warehouse.fetch_one(
            "select count(*) from pg_constraint where conrelid = to_regclass('crm.uses')"
        ) == (1,)
    finally:
        clean_warehouse.execute("drop owned by crm_reader_x; drop role crm_reader_x")


def test_readers_may_read_this_table_and_future_ones(clean_warehouse):
    clean_warehouse.execute("create role crm_reader_y")
    try:
        entity = make_entity(readers=("crm_reader_y",))
        ensure(clean_warehouse, entity)
        clean_warehouse.execute("create table crm.later (a int)")
        for table in ("crm.deals", "crm.later"):
            query = "select has_table_privilege('crm_reader_y', %s, 'select')"
            assert clean_warehouse.fetch_one(query, (table,)) == (True,)
        assert clean_warehouse.fetch_one("select has_schema_privilege('crm_reader_y', 'crm', 'usage')") == (
            True,
        )
        clean_warehouse.execute("revoke select on crm.deals from crm_reader_y")
        ensure(clean_warehouse, entity)
        query = "select has_table_privilege('crm_reader_y', 'crm.deals', 'select')"
        assert clean_warehouse.fetch_one(query) == (True,)
    finally:
        clean_warehouse.execute("drop owned by crm_reader_y; drop role crm_reader_y")


def test_reader_that_does_not_exist_names_the_statement(clean_warehouse):
    with pytest.raises(SchemaFaultError, match='create role "nobody_here"'):
        ensure(clean_warehouse, make_entity(readers=("nobody_here",)))


_KEY_OF_A_LOOSE_DOMAIN = """
create domain crm.citext as text;
create domain crm.code as crm.citext;
create table crm.deals (id crm.code primary key)
"""


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("create view crm.deals as select 1 as id", "is a view"),
        ("create table crm.deals (id text)", 'add primary key ("id")'),
        ("create table crm.deals (id text primary key, sync_history_id text)", "sync_history_id is text"),
        (
            "create table crm.deals (id text primary key, name text generated always as (id) stored)",
            "generated",
        ),
        # stands in for the extension's type, which the test's server does not have
        (
            "create domain crm.citext as text; create table crm.deals (id crm.citext primary key)",
            "differ for the same",
        ),
        (
            _KEY_OF_A_LOOSE_DOMAIN,
            "differ for the same",
        ),
    ],
    ids=["view", "no key", "bookkeeping type", "generated", "loose key", "loose key by a domain"],
)
def test_table_of_the_user_that_does_not_fit_is_an_error(clean_warehouse, statement, message):
    clean_warehouse.execute("create schema crm")
    clean_warehouse.execute(statement)
    with pytest.raises(SchemaFaultError) as error:
        ensure(clean_warehouse, make_entity())
    assert message in str(error.value)


def test_table_of_the_user_that_lacks_columns_gets_them(clean_warehouse):
    clean_warehouse.execute("create schema crm")
    clean_warehouse.execute("create table crm.deals (id varchar(10) primary key, mine int)")
    clean_warehouse.execute("insert into crm.deals values ('1', 5)")
    write(clean_warehouse, make_entity(), [{"id": "1", "name": "a"}, {"id": "2" * 12, "name": "b"}])
    assert read_table(clean_warehouse, "id, name, mine") == [("1", "a", 5), ("2" * 12, "b", None)]


def test_partitioned_table_is_written(clean_warehouse):
    clean_warehouse.execute("create schema crm")
    clean_warehouse.execute("create table crm.deals (id text primary key) partition by hash (id)")
    for number in (0, 1):
        clean_warehouse.execute(
            f"create table crm.deals_{number} partition of crm.deals "
            f"for values with (modulus 2, remainder {number})"
        )
    for name in "ab":
        write(clean_warehouse, make_entity(), [{"id": str(i), "name": name} for i in range(20)])
    assert clean_warehouse.fetch_one("select count(*), min(name) from crm.deals") == (20, "b")


def test_missing_rights_name_the_owner_and_the_statement(clean_warehouse, make_foreign_role):
    role, warehouse = make_foreign_role
    ensure(clean_warehouse, make_entity())
    clean_warehouse.execute(f"grant usage on schema crm to {role}")
    with pytest.raises(
        SchemaFaultError, match=r'(?s)as postgres: grant select, insert, update, delete on "crm"'
    ):
        ensure(warehouse, make_entity())
    clean_warehouse.execute(f"grant select, insert on crm.deals to {role}")
    with pytest.raises(SchemaFaultError, match="may not write"):
        ensure(warehouse, make_entity())
    clean_warehouse.execute(f"grant update on crm.deals to {role}")
    ensure(warehouse, make_entity())
    with pytest.raises(SchemaFaultError, match=r"(?s)does not own it.*alter table"):
        ensure(warehouse, make_entity(fields={**FIELDS, "stage": {}}))


def test_policies_that_may_hide_rows_from_the_warehouse_user_are_an_error(clean_warehouse, make_foreign_role):
    role, warehouse = make_foreign_role
    ensure(clean_warehouse, make_entity())
    clean_warehouse.execute(
        f"grant usage on schema crm to {role}; grant select, insert, update, delete on crm.deals to {role}; "
        "create policy all_rows on crm.deals for select using (true); "
        "create policy some_rows on crm.deals for update using (name = 'x')"
    )
    ensure(warehouse, make_entity())
    clean_warehouse.execute("alter table crm.deals enable row level security")
    ensure(clean_warehouse, make_entity())
    with pytest.raises(SchemaFaultError, match=rf'row level security .* alter role "{role}" bypassrls'):
        ensure(warehouse, make_entity())


def test_missing_right_to_create_a_schema_names_the_statement(make_foreign_role):
    _, warehouse = make_foreign_role
    with pytest.raises(SchemaFaultError, match=r"(?s)permission denied.*create schema"):
        ensure(warehouse, make_entity())


@pytest.fixture
def make_foreign_role(clean_warehouse):
    """A second login on the same database, without rights."""
    import uuid
    from dataclasses import replace

    role = f"crm_foreign_{uuid.uuid4().hex[:6]}"
    clean_warehouse.execute(f"create role {role}")
    warehouse = replace(
        clean_warehouse,
        dsn=psycopg2.extensions.make_dsn(clean_warehouse.dsn, options=f"-c role={role}"),
        _open=[],
    )
    yield role, warehouse
    warehouse.close()
    clean_warehouse.execute(f"drop owned by {role}; drop role {role}")


def test_reserved_and_63_byte_names_are_quoted(clean_warehouse):
    names = ["select", "user", "x" * 63, "y" * 63]
    fields = {"id": {}, **{name: {} for name in names}}
    entity = make_entity(
        sync_type="z" * 63, table_schema="order", fields=fields, deleted=None, modified_column=None
    )
    rows = [{"id": "1", **dict.fromkeys(names, "v")}]
    assert write(clean_warehouse, entity, rows).counts.created == 1
    assert write(clean_warehouse, entity, [{**rows[0], "user": "w"}]).counts.updated == 1
    assert clean_warehouse.fetch_one(f'select "select", "user", {"x" * 63} from "order".{"z" * 63}') == (
        "v",
        "w",
        "v",
    )


def test_many_tasks_create_one_schema_at_once(clean_warehouse):
    entities = [make_entity(sync_type=f"deals{number}") for number in range(4)] * 2
    with ThreadPoolExecutor(8) as pool:
        changes = list(pool.map(lambda entity: ensure(clean_warehouse, entity), entities))
    assert sum(change.created for change in changes) == 4

from __future__ import annotations

import threading
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import make_dsn

from crm_sync.exceptions import DatabaseUnavailableError, SchemaFaultError
from crm_sync.storage import sql_files
from crm_sync.storage.migrations import migrate

pytestmark = pytest.mark.postgres


@pytest.fixture
def role(empty_warehouse, postgres_dsn):
    """A role without any right; its DSN for the fresh database."""
    connection = psycopg2.connect(postgres_dsn)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("create role \"etl user\" login password 'made-up'")
    yield make_dsn(empty_warehouse.dsn, user="etl user", password="made-up")
    empty_warehouse.execute('drop owned by "etl user" cascade')
    cursor.execute('drop role "etl user"')
    connection.close()


def test_migrate_twice_second_time_is_one_select(empty_warehouse):
    migrate(empty_warehouse.connect)
    before = len(empty_warehouse._open)
    migrate(empty_warehouse.connect)
    assert len(empty_warehouse._open) == before + 1


def test_migrate_notes_every_file(empty_warehouse):
    migrate(empty_warehouse.connect)
    names = {name for (name,) in empty_warehouse.fetch_all("select name from crm_sync.schema_migrations")}
    assert names == {file.name for folder in ("schema", "views") for file in sql_files.list_sql(folder)}


def test_migrate_many_at_once_all_succeed(empty_warehouse):
    errors = []
    barrier = threading.Barrier(4)

    def run():
        barrier.wait()
        try:
            migrate(empty_warehouse.connect)
        except Exception as error:  # noqa: BLE001 - shown by the assert
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert empty_warehouse.fetch_one("select count(*) from crm_sync.sync_history") == (0,)


def test_migrate_changed_view_is_made_again(empty_warehouse):
    migrate(empty_warehouse.connect)
    empty_warehouse.execute("drop view crm_sync.latest_runs")
    empty_warehouse.execute(
        "update crm_sync.schema_migrations set checksum = 'old' where name = 'views/latest_runs'"
    )
    migrate(empty_warehouse.connect)
    assert empty_warehouse.fetch_all("select * from crm_sync.latest_runs") == []


def give_older_views(warehouse):
    """Let `freshness` and what stands on it be those of a version with other columns."""
    migrate(warehouse.connect)
    warehouse.execute(
        "drop view crm_sync.latest_runs, crm_sync.health, crm_sync.freshness cascade;"
        "create view crm_sync.freshness as select 1 as lag;"
        "create view crm_sync.latest_runs as select lag from crm_sync.freshness;"
        "update crm_sync.schema_migrations set checksum = 'old' where name = 'views/freshness'"
    )


def test_migrate_view_of_other_columns_is_made_anew_with_what_stands_on_it_and_all_rights(
    empty_warehouse, role
):
    give_older_views(empty_warehouse)
    empty_warehouse.execute(
        'grant usage on schema crm_sync to "etl user";'
        'grant select on crm_sync.latest_runs to "etl user" with grant option;'
        "grant select on crm_sync.freshness to public"
    )
    migrate(empty_warehouse.connect)
    connection = psycopg2.connect(role)
    try:
        cursor = connection.cursor()
        cursor.execute("select error_message from crm_sync.latest_runs")
        cursor.execute("select usual_gap from crm_sync.freshness")
        cursor.execute("grant select on crm_sync.latest_runs to public")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("select * from crm_sync.health")
    finally:
        connection.close()


def test_migrate_view_of_other_columns_below_a_users_own_view_is_one_sentence(empty_warehouse):
    give_older_views(empty_warehouse)
    empty_warehouse.execute("create view public.board as select lag from crm_sync.latest_runs")
    with pytest.raises(SchemaFaultError, match=r"view board depends on view crm_sync\.latest_runs; drop"):
        migrate(empty_warehouse.connect)
    assert empty_warehouse.fetch_all("select * from public.board") == [(1,)]
    empty_warehouse.execute("drop view public.board")
    migrate(empty_warehouse.connect)
    assert empty_warehouse.fetch_all("select usual_gap from crm_sync.freshness") == []


def test_migrate_changed_schema_file_is_not_run_again(empty_warehouse):
    migrate(empty_warehouse.connect)
    empty_warehouse.execute(
        "update crm_sync.schema_migrations set checksum = 'old' where name like 'schema/%'"
    )
    migrate(empty_warehouse.connect)


def test_migrate_broken_file_leaves_nothing(empty_warehouse, tmp_path, monkeypatch):
    root = tmp_path / "sql"
    for path in sql_files.find_root().rglob("*.sql"):
        copy = root / path.relative_to(sql_files.find_root())
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text())
    Path(root / "schema" / "999_broken.sql").write_text("select 1 / 0")
    monkeypatch.setattr(sql_files, "find_root", lambda: root)
    with pytest.raises(psycopg2.errors.DivisionByZero):
        migrate(empty_warehouse.connect)
    assert empty_warehouse.fetch_one("select to_regnamespace('crm_sync')") == (None,)


def test_migrate_without_right_on_database_names_a_grant_that_helps(empty_warehouse, role):
    with pytest.raises(SchemaFaultError, match="grant create on database") as caught:
        migrate(lambda: psycopg2.connect(role))
    empty_warehouse.execute(str(caught.value).partition("superuser: ")[2])
    migrate(lambda: psycopg2.connect(role))


def test_migrate_without_right_on_schema_names_a_grant_that_helps(empty_warehouse, role):
    empty_warehouse.execute("create schema crm_sync")
    with pytest.raises(SchemaFaultError, match="grant usage, create on schema crm_sync") as caught:
        migrate(lambda: psycopg2.connect(role))
    empty_warehouse.execute(str(caught.value).partition("superuser: ")[2])
    migrate(lambda: psycopg2.connect(role))


def test_migrate_with_tables_of_another_role_names_the_owner(empty_warehouse, role):
    migrate(empty_warehouse.connect)
    with pytest.raises(SchemaFaultError, match="grant usage, create on schema"):
        migrate(lambda: psycopg2.connect(role))
    empty_warehouse.execute('grant usage, create on schema crm_sync to "etl user"')
    with pytest.raises(SchemaFaultError, match=r'grant "?postgres"? to "etl user"'):
        migrate(lambda: psycopg2.connect(role))


def test_migrate_server_away_is_unavailable(postgres_dsn):
    with pytest.raises(DatabaseUnavailableError, match="can't be used"):
        migrate(lambda: psycopg2.connect(make_dsn(postgres_dsn, port=1)))


def test_migrate_read_only_server_is_unavailable(empty_warehouse):
    dsn = make_dsn(empty_warehouse.dsn, options="-c default_transaction_read_only=on")
    with pytest.raises(DatabaseUnavailableError, match="read-only"):
        migrate(lambda: psycopg2.connect(dsn))


def test_schema_every_column_has_a_comment(warehouse):
    bare = warehouse.fetch_all(
        """
        select c.relname, a.attname
        from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'crm_sync'::regnamespace and c.relkind = 'r' and a.attnum > 0
          and not a.attisdropped and col_description(c.oid, a.attnum) is null
        """
    )
    assert bare == []

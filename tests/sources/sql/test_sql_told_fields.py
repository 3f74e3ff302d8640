"""What a database's catalog says of columns that the YAML lacks; the lines made of it can be read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

import pytest
import yaml

from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.door import Door
from crm_sync.sources.sql.generic import GenericDialect
from crm_sync.sync.survey.entity_survey import survey_entity
from crm_sync.sync.survey.yaml_text import write_yaml
from tests.sources.sql.sql_kit import FIELDS, make_entity, make_request

pytestmark = pytest.mark.postgres
COLUMNS = {
    "postgres": 'total money, "user" boolean, "net.sum" double precision, kind regclass, "at" timestamptz',
    "mariadb": "total decimal(9,2), `user` tinyint(1), `net.sum` double, kind geometry, `at` datetime",
}
EXPECTED = {
    "postgres": ["total decimal", "user_value boolean", "net_sum number", "kind string", "at datetime"],
    "mariadb": ["total decimal", "user_value integer", "net_sum number", "kind string", "at datetime"],
}


def look(database: SqlDatabase, entity: EntityConfig):
    source = SourceConfig(
        crm_source="shop", kind="database", connection_id="shop_default", table_schema="shop",
        entities={"orders": entity},
    )  # fmt: skip
    return survey_entity(Door(source, database), entity, datetime.now(UTC))


def test_columns_without_a_field_are_listed_and_can_be_read_as_they_are_pasted(kit):
    kit.execute(
        f"create table orders (id int primary key, name varchar(20), updated_at timestamp null, "
        f"{COLUMNS[kit.name]})"
    )
    kit.execute("insert into orders (id, name, updated_at, total) values (1, 'x', null, 12.5)")
    database = SqlDatabase(kit.dialect, kit.connect, "shop_default")
    found = look(database, make_entity({**FIELDS, "gone": {"source": "absent"}}))
    assert [f"{one.name} {one.type}" for one in found.fields] == EXPECTED[kit.name]
    assert (found.missing, found.sampled) == ({"gone": "absent"}, None)
    pasted = make_entity({**FIELDS, **yaml.safe_load(f"fields:\n{write_yaml(found)}")["fields"]})
    with closing(kit.open(pasted)) as source:
        frames = [page.frame for page in source.read_pages(make_request(pasted), {}) if page.records]
    assert [frame.height for frame in frames] == [1]
    assert set(frames[0].columns) >= {one.source for one in found.fields}


def test_table_that_is_not_there_is_one_sentence(kit):
    database = SqlDatabase(kit.dialect, kit.connect, "shop_default")
    with pytest.raises(FatalSourceError, match="names no column of orders that the user may select"):
        look(database, make_entity())


def test_database_that_tells_no_types_is_looked_at_for_them(tmp_path):
    connect = partial(sqlite3.connect, tmp_path / "shop.db")
    with closing(connect()) as connection, connection:
        connection.execute("create table orders (id integer primary key, name, updated_at, seen, note)")
        connection.execute("insert into orders values (1, 'x', null, 17, '2026-01-05')")
    database = SqlDatabase(GenericDialect("?", times_as_text=True), connect, "shop_default")
    found = look(database, make_entity())
    assert [(one.name, one.type, one.is_guessed) for one in found.fields] == [
        ("seen", "integer", True),
        ("note", "date", True),
    ]
    assert found.sampled == 1

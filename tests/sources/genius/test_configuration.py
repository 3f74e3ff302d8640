"""The YAML of the legacy CRM against the catalogue of its tables: nothing left out, nothing made up."""

from __future__ import annotations

import pytest

from sandbox.genius.catalogue import BY_SYNC_TYPE, TABLES
from sandbox.genius.texts import SECRET
from sandbox.genius.values import make_values
from tests.shipped import read_shipped

SOURCE = read_shipped("genius")
NAMES = sorted(SOURCE.entities)
LEFT_OUT = {"division_groups": {"mes_profile_key", "paysimple_secret"}, "users": {"user_associations_id"}}
JOINED = {
    "users": {"ua.primary_user_id"},
    "prospects": {"expr: CASE WHEN y.id IS NOT NULL THEN s.third_party_id END"},
    "appointments": {"expr: CASE WHEN y.id IS NOT NULL THEN s.third_party_id END"},
}
UNDATED = {"marketing_source_types": "created_at", "prospect_sources": "add_date", "leads": "added_on"}
NUMBERS = {"int", "smallint", "tinyint", "decimal", "double"}
KINDS = {
    "integer": {"int", "smallint", "tinyint"},
    "boolean": {"tinyint"},
    "decimal": {"decimal"},
    "number": {"double"},
    "date": {"date"},
    "datetime": {"datetime"},
    "string": {"varchar", "time"},
    "text": {"text"},
    "email": {"varchar"},
    "phone": {"varchar"},
    "url": {"varchar"},
}


def test_configuration_has_the_32_tables():
    assert {entity.read.table for entity in SOURCE.entities.values()} == set(TABLES)
    assert len(NAMES) == 32


@pytest.mark.parametrize("name", NAMES)
def test_entity_names_every_column_but_secrets(name):
    entity, table = SOURCE.entities[name], BY_SYNC_TYPE[name]
    sources = {str(field.source or column) for column, field in entity.fields.items()}
    columns = {column.name for column in table.columns}
    assert sources - JOINED.get(name, set()) == columns - LEFT_OUT.get(name, set())


@pytest.mark.parametrize("name", NAMES)
def test_entity_types_fit_the_columns(name):
    entity, table = SOURCE.entities[name], BY_SYNC_TYPE[name]
    for column, field in entity.fields.items():
        if (source := str(field.source or column)) in JOINED.get(name, set()):
            continue
        found = table.column(source)
        assert found.kind in KINDS[str(field.type)], column
        can_require = not found.is_nullable and found.kind in {
            "int",
            "smallint",
            "tinyint",
            "decimal",
            "double",
        }
        assert field.required is (can_require or source in table.key), column


@pytest.mark.parametrize("name", NAMES)
def test_entity_is_keyed_and_read_as_its_table_is(name):
    entity, table = SOURCE.entities[name], BY_SYNC_TYPE[name]
    keys = tuple(entity.fields[column].source or column for column in entity.primary_key)
    assert keys == table.key
    assert entity.read.cursor == table.cursor
    assert entity.read.null_cursor == UNDATED.get(name)
    if name in UNDATED:
        assert table.column(table.cursor).is_nullable
        assert entity.read.null_cursor == table.created
    assert (entity.modified_column is None) is (table.changed_column is None)


def test_secret_columns_of_the_sandbox_hold_the_mark():
    table = BY_SYNC_TYPE["division_groups"]
    for name in LEFT_OUT["division_groups"]:
        assert all(
            value == r"\N" or value.startswith(SECRET) for value in make_values(table, table.column(name), 7)
        )

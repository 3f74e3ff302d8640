"""The statements of an entity in the words of each database."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from crm_sync.exceptions import ConfigError
from crm_sync.sources.sql.dialects import Dialect
from crm_sync.sources.sql.generic import GenericDialect
from crm_sync.sources.sql.kinds import ColumnKind
from crm_sync.sources.sql.mysql import MySqlDialect
from crm_sync.sources.sql.postgres import PostgresDialect
from crm_sync.sources.sql.statements import TableQuery, build_query
from tests.unit.sources.sql_support import make_entity

FIELDS = {"id": {"type": "integer"}, "name": {}}


def build(dialect: Dialect, fields: dict | None = None, **values: object) -> TableQuery:
    entity = make_entity(fields or FIELDS, **values)
    return build_query(entity, entity.read, dialect)


def test_query_names_columns_and_adds_those_of_the_position() -> None:
    query = build(MySqlDialect(), cursor="updated_at", null_cursor="added_on")
    assert query.columns == ("`t`.`id`", "`t`.`name`", "`t`.`updated_at`", "`t`.`added_on`")
    assert query.paths == ("id", "name")
    assert query.source == "`orders` `t`"
    assert query.position_of([query.cursor, *query.keys]) == [2, 0]


@pytest.mark.parametrize(
    ("dialect", "expected", "values"),
    [
        (
            MySqlDialect(),
            "`u` >= %s AND (`u` > %s OR (`a` >= %s AND (`a` > %s OR (`b` > %s))))",
            (1, 1, 2, 2, 3),
        ),
        (PostgresDialect(), "(`u`, `a`, `b`) > (%s, %s, %s)", (1, 2, 3)),
        (
            GenericDialect("?"),
            "`u` >= ? AND (`u` > ? OR (`a` >= ? AND (`a` > ? OR (`b` > ?))))",
            (1, 1, 2, 2, 3),
        ),
    ],
    ids=["mysql", "postgres", "generic"],
)
def test_position_becomes_a_condition_that_an_index_serves(
    dialect: Dialect, expected: str, values: tuple
) -> None:
    condition = build(dialect).after(["`u`", "`a`", "`b`"], [1, 2, 3])
    assert (condition.text, condition.values) == (expected, values)


def test_position_of_one_column_is_a_plain_comparison() -> None:
    condition = build(PostgresDialect()).after(["a"], [7])
    assert (condition.text, condition.values) == ("a > %s", (7,))


def test_page_binds_values_in_the_order_of_the_text() -> None:
    query = build(GenericDialect("?"), cursor="u")
    conditions = [query.between("u", 1, 2), query.after(["u", "id"], [3, 4])]
    page = query.page(conditions, ["u", "id"], 50, [ColumnKind.OTHER] * 3)
    assert page.text.endswith(
        "WHERE u >= ? AND u <= ? AND u >= ? AND (u > ? OR (id > ?)) ORDER BY u, id LIMIT 50"
    )
    assert page.values == (1, 2, 3, 3, 4)
    assert page.text.count("?") == len(page.values)


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("limit", "SELECT a FROM t LIMIT 5"),
        ("top", "SELECT TOP (5) a FROM t"),
        ("fetch", "SELECT a FROM t FETCH FIRST 5 ROWS ONLY"),
    ],
)
def test_first_rows_are_asked_for_as_the_database_knows_it(style: str, expected: str) -> None:
    assert GenericDialect(limit_style=style).limit("a", "FROM t", 5) == expected


def test_table_with_schema_is_quoted_part_by_part() -> None:
    query = build(PostgresDialect(), table='sales."orders')
    assert query.source == '"sales"."""orders" "t"'
    assert query.count().text == 'SELECT COUNT(*) FROM "sales"."""orders" "t"'


def test_expression_stays_as_written_and_joined_column_is_quoted() -> None:
    fields = {
        "id": {},
        "x": {"source": "expr: CASE WHEN y.id IS NOT NULL THEN 1 END"},
        "y": {"source": "s.third_party_id"},
    }
    query = build(MySqlDialect(), fields, joins=["LEFT JOIN s ON s.id = t.s_id"])
    assert query.columns == ("`t`.`id`", "(CASE WHEN y.id IS NOT NULL THEN 1 END)", "`s`.`third_party_id`")
    assert query.source == "`orders` `t` LEFT JOIN s ON s.id = t.s_id"


def test_percent_signs_are_doubled_where_the_driver_reads_them() -> None:
    fields = {"id": {}, "x": {"source": "expr: a LIKE '%x'"}}
    assert "LIKE '%%x'" in build(PostgresDialect(), fields).columns[1]
    assert "LIKE '%x'" in build(MySqlDialect(), fields).columns[1]
    assert "LIKE '%x'" in build(GenericDialect("?"), fields).columns[1]


def test_mysql_refuses_text_that_its_driver_would_fill() -> None:
    with pytest.raises(ConfigError, match="%S"):
        build(MySqlDialect(), {"id": {}, "x": {"source": "expr: date_format(a, '%s')"}})


@pytest.mark.parametrize("source", ["expr: 1", ["a", "b"]], ids=["expression", "alternatives"])
def test_key_must_be_one_column(source: object) -> None:
    with pytest.raises(ConfigError, match=r"shop/orders.yaml.*primary_key"):
        build(MySqlDialect(), {"id": {"source": source}})


@pytest.mark.parametrize(
    "wrong", [{"null_cursor": "a"}, {"page_by": "cursor"}, {"alias": "a b"}, {"table": ""}]
)
def test_read_that_makes_no_sense_is_refused(wrong: dict) -> None:
    with pytest.raises(ValidationError):
        make_entity(**wrong)


def test_mysql_packs_what_can_hold_neither_separator_nor_empty_text() -> None:
    kinds = [ColumnKind.INTEGER, ColumnKind.TEXT, ColumnKind.DATE, ColumnKind.BINARY, ColumnKind.FLOAT]
    select = MySqlDialect().select(["a", "b", "c", "d", "e"], kinds)
    assert select == "CONCAT_WS(CHAR(31), IFNULL(a, ''), IFNULL(c, '')), b, d, e"


def test_mysql_leaves_a_single_number_alone() -> None:
    assert MySqlDialect().select(["a", "b"], [ColumnKind.INTEGER, ColumnKind.TEXT]) == "a, b"


def test_wanted_rows_are_those_of_every_statement_that_reads_or_counts() -> None:
    query = build(PostgresDialect(), where="kind = 'a' OR kind LIKE '%b'")
    wanted = "kind = 'a' OR kind LIKE '%%b'"
    page = query.page([query.after(query.keys, [1])], query.keys, 5, [ColumnKind.INTEGER] * 2)
    assert f'WHERE ({wanted}) AND "t"."id" > %s ORDER BY' in page.text
    assert query.count().text.endswith(f"WHERE {wanted}")
    assert query.count_joined().text.endswith(f"WHERE {wanted}")


def test_column_is_asked_for_as_the_table_spells_it_under_the_name_of_the_yaml() -> None:
    entity = make_entity(FIELDS, any_case=True)
    query = build_query(entity, entity.read, PostgresDialect(), spelled={"id": "Id"})
    assert query.columns == ('"t"."Id"', '"t"."name"')
    assert query.keys == ('"t"."Id"',)
    assert query.paths == ("id", "name")

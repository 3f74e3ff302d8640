"""A column that the YAML maps and the table has no more: said and left out, or refused where it is needed."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from crm_sync.exceptions import FatalSourceError
from tests.sources.sql.sql_kit import FIELDS, SqlKit, insert_orders, make_entity, make_orders, make_request


def read(kit: SqlKit, entity: Any) -> tuple[list[Any], list[str]]:
    with closing(kit.open(entity)) as source:
        pages = list(source.read_pages(make_request(entity), {}))
        return pages, source.notes


def test_column_that_is_gone_is_left_out_and_named_with_its_likely_name(kit: SqlKit) -> None:
    make_orders(kit)
    insert_orders(kit, [(1, "2025-05-01 10:00:00")])
    kit.execute("alter table orders rename column name to full_name")
    pages, (note,) = read(kit, make_entity())
    assert [page.missing for page in pages if page.records] == [frozenset({"name"})]
    assert "name" not in pages[0].frame.columns
    assert note == (
        "orders no longer has the column name (is it full_name now?): name keeps the stored values."
    )
    assert kit.clock.slept == []


def test_field_with_another_source_left_is_not_missing(kit: SqlKit) -> None:
    make_orders(kit)
    insert_orders(kit, [(1, "2025-05-01 10:00:00")])
    entity = make_entity({**FIELDS, "name": {"source": ["label", "name"]}})
    pages, notes = read(kit, entity)
    assert [page.missing for page in pages if page.records] == [frozenset()]
    assert "no longer has the column label" in notes[0]


def test_table_that_has_all_says_nothing(kit: SqlKit) -> None:
    make_orders(kit)
    assert read(kit, make_entity(cursor="updated_at"))[1] == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"cursor": "changed_at"}, r"no column changed_at, which read\.cursor needs"),
        (
            {"cursor": "updated_at", "null_cursor": "updated"},
            r"read\.null_cursor needs \(is it updated_at now",
        ),
        ({"fields": {"id": {"source": "idd"}}}, r"no column idd, which primary_key needs \(is it id now"),
        ({"fields": {"id": {}, "x": {"required": True}}}, r"no column x, which fields\.x needs"),
        (
            {"fields": {"id": {}, "at": {"type": "datetime"}}, "modified_column": "at"},
            r"no column at, which fields\.at needs",
        ),
    ],
)
def test_column_that_the_read_needs_is_an_error(kit: SqlKit, wrong: dict[str, Any], said: str) -> None:
    make_orders(kit)
    with pytest.raises(FatalSourceError, match=said):
        read(kit, make_entity(**wrong))
    assert kit.clock.slept == []


def test_column_that_an_expression_misses_is_named_with_its_likely_name(kit: SqlKit) -> None:
    make_orders(kit)
    source = "expr: upper(t.nam)"
    with pytest.raises(FatalSourceError, match=r"nam.*\(is it name now\?\)"):
        read(kit, make_entity({"id": {}, "x": {"source": source}}))


def test_names_are_compared_as_the_database_does(kit: SqlKit) -> None:
    make_orders(kit)
    insert_orders(kit, [(1, "2025-05-01 10:00:00")])
    pages, notes = read(kit, make_entity({**FIELDS, "name": {"source": "NAME"}}))
    # MariaDB finds it in any case, PostgreSQL does not
    assert bool(notes) is (not kit.is_mariadb)
    assert ("NAME" in pages[0].frame.columns) is kit.is_mariadb

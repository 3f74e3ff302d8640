"""A whole read that found clearly fewer rows than the table has is not taken for whole."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.source import SqlTableSource
from tests.sources.sql.sql_kit import SqlKit, insert_orders, make_entity, make_orders, make_request

pytestmark = pytest.mark.postgres


def read(
    kit: SqlKit, entity: Any, *, cap: int | None = None, after_page: tuple[str, ...] = (), **values: Any
):
    """Read through something that gives `cap` rows at most and says nothing; gives the source and the ids."""

    class Capped(type(kit.dialect)):  # type: ignore[misc]
        def limit(self, select: str, rest: str, rows: int) -> str:
            return super().limit(select, rest, rows if cap is None else min(rows, cap))

    database = SqlDatabase(Capped(), kit.connect, "shop_default")
    request, ids = make_request(entity, **values), []
    with closing(SqlTableSource(entity, database)) as source:
        source.count(request)
        for page in source.read_pages(request, {}):
            ids += page.frame["id"].to_list()
            if after_page:
                kit.execute(*after_page)
                after_page = ()
    return source, ids


@pytest.fixture
def orders(kit: SqlKit) -> SqlKit:
    make_orders(kit)
    insert_orders(kit, [(n, "2025-05-01 10:00:00") for n in range(1, 301)])
    return kit


@pytest.mark.parametrize("cap", [1, 100, 290, 300, 1000])
def test_answers_that_are_cut_on_the_way_are_read_on(orders: SqlKit, cap: int) -> None:
    source, ids = read(orders, make_entity(), cap=cap)
    assert ids == [str(n) for n in range(1, 301)] or ids == list(range(1, 301))
    assert (source.is_whole, source.incomplete_reason) == (True, None)


@pytest.mark.parametrize(("rows", "is_whole"), [(100, False), (296, False), (300, True)])
def test_read_that_ends_before_the_table_does_is_incomplete(
    orders: SqlKit, rows: int, is_whole: bool
) -> None:
    """Something on the way hides the rows behind a certain one and says nothing."""
    plain = type(orders.dialect)

    class Hiding(plain):  # type: ignore[misc, valid-type]
        def limit(self, select: str, rest: str, wanted: int) -> str:
            word = "AND" if " WHERE " in rest else "WHERE"
            return super().limit(select, rest.replace(" ORDER BY", f" {word} id <= {rows} ORDER BY"), wanted)

    entity = make_entity()
    database = SqlDatabase(Hiding(), orders.connect, "shop_default")
    with closing(SqlTableSource(entity, database)) as source:
        source.count(make_request(entity))
        assert sum(page.records for page in source.read_pages(make_request(entity), {})) == rows
        assert source.is_whole is is_whole
    if not is_whole:
        assert f"orders has 300 rows, but only {rows} came" in str(source.incomplete_reason)


def test_table_that_shrinks_while_it_is_read_is_read_whole(orders: SqlKit) -> None:
    source, ids = read(orders, make_entity(page_size=50), after_page=("delete from orders where id > 150",))
    assert 150 <= len(ids) <= 200
    assert source.is_whole


def test_join_that_leaves_rows_out_is_read_whole(orders: SqlKit) -> None:
    orders.execute("create table kept (id int primary key)", "insert into kept values (1), (2), (3)")
    source, ids = read(orders, make_entity(joins=["JOIN kept k ON k.id = t.id"]))
    assert (len(ids), source.is_whole) == (3, True)


def test_read_that_was_to_bring_only_some_rows_has_lost_none(orders: SqlKit) -> None:
    source, ids = read(orders, make_entity(), max_records=10)
    assert (len(ids), source.incomplete_reason) == (10, None)

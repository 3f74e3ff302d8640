"""Every row comes once, whatever the key, the page size and what happens meanwhile."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from tests.sources.sql.sql_kit import NOON, SqlKit, insert_orders, make_entity, make_orders, make_request

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 11, 20, 21])
def test_full_read_at_page_edges_gives_every_row_once(kit: SqlKit, rows: int) -> None:
    make_orders(kit)
    if rows:
        insert_orders(kit, [(n, "2025-05-01 10:00:00") for n in range(1, rows + 1)])
    found = kit.read(make_entity(page_size=10))
    assert found.ids == [str(n) for n in range(1, rows + 1)]
    assert found.is_whole
    assert found.cursors == {"rows": None}


def test_full_read_with_null_and_future_cursors_gives_them_too(kit: SqlKit) -> None:
    make_orders(kit)
    insert_orders(kit, [(1, None), (2, "2099-01-01 00:00:00"), (3, "2025-05-01 10:00:00")])
    assert kit.read(make_entity(cursor="updated_at")).ids == ["1", "2", "3"]


@pytest.mark.parametrize("page_by", ["cursor", "pk"])
def test_delta_with_one_shared_second_gives_every_row_once(kit: SqlKit, page_by: str) -> None:
    make_orders(kit)
    insert_orders(kit, [(n, "2025-05-01 10:00:00") for n in range(20_500, 0, -1)])
    entity = make_entity(cursor="updated_at", page_by=page_by, page_size=1000)
    found = kit.read(entity, since=LONG_AGO)
    assert sorted(map(int, found.ids)) == list(range(1, 20_501))


def test_delta_where_ids_and_times_run_against_each_other_gives_every_row_once(kit: SqlKit) -> None:
    make_orders(kit)
    start = datetime(2025, 5, 1, 9)  # noqa: DTZ001  # as the column has it
    insert_orders(kit, [(n, str(start + timedelta(seconds=(n * 37) % 101))) for n in range(1, 300)])
    found = kit.read(make_entity(cursor="updated_at", page_by="cursor", page_size=7), since=LONG_AGO)
    assert sorted(map(int, found.ids)) == list(range(1, 300))
    assert found.column("updated_at") == sorted(found.column("updated_at"))


def test_delta_bounds_are_inclusive_and_leave_later_rows(kit: SqlKit) -> None:
    make_orders(kit)
    insert_orders(
        kit,
        [
            (1, "2025-05-01 09:59:59"),
            (2, "2025-05-01 10:00:00"),
            (3, "2025-05-01 12:00:00"),
            (4, "2025-05-01 12:00:01"),
        ],
    )
    found = kit.read(make_entity(cursor="updated_at"), since=datetime(2025, 5, 1, 10, tzinfo=UTC))
    assert found.ids == ["2", "3"]
    assert found.facts["from"] == "2025-05-01T10:00:00+00:00"
    assert found.facts["to"] == "2025-05-01T12:00:00+00:00"
    assert not found.is_whole


def test_delta_whose_bound_has_a_fraction_is_cut_not_rounded(kit: SqlKit) -> None:
    make_orders(kit)
    insert_orders(kit, [(1, "2025-05-01 10:00:00"), (2, "2025-05-01 10:00:01")])
    since = datetime(2025, 5, 1, 10, 0, 0, 900_000, tzinfo=UTC)
    assert kit.read(make_entity(cursor="updated_at"), since=since).ids == ["1", "2"]


@pytest.mark.parametrize("page_by", ["cursor", "pk"])
def test_delta_that_was_cut_off_goes_on_after_the_last_page(kit: SqlKit, page_by: str) -> None:
    make_orders(kit)
    insert_orders(kit, [(n, f"2025-05-01 10:00:{n % 3:02d}.123456") for n in range(1, 51)])
    entity = make_entity(cursor="updated_at", page_by=page_by, page_size=7)
    first = kit.read(entity, since=LONG_AGO, pages=3)
    second = kit.read(entity, since=LONG_AGO, cursors=first.cursors)
    assert len(first.ids) == 21
    assert sorted(map(int, first.ids + second.ids)) == list(range(1, 51))


def test_full_read_whose_connection_is_cut_goes_on_after_the_last_key(kit: SqlKit) -> None:
    make_orders(kit)
    insert_orders(kit, [(n, "2025-05-01 10:00:00") for n in range(1, 101)])
    found = kit.read(make_entity(page_size=10), between=lambda page: kit.kill() if page in (2, 5) else None)
    assert found.ids == [str(n) for n in range(1, 101)]
    assert found.metrics["retries"] >= 2


def test_delta_leaves_rows_that_change_while_it_reads_to_the_next(kit: SqlKit) -> None:
    make_orders(kit)
    insert_orders(kit, [(n, "2025-05-01 10:00:00") for n in range(1, 41)])

    def change(page: int) -> None:
        # two pages more are read by then
        if page == 1:
            kit.execute("update orders set updated_at = '2025-05-01 12:30:00' where id in (1, 40)")

    entity = make_entity(cursor="updated_at", page_by="cursor", page_size=10)
    first = kit.read(entity, since=LONG_AGO, between=change)
    assert sorted(map(int, first.ids)) == list(range(1, 40))
    later = kit.read(entity, since=NOON - timedelta(minutes=6), until=NOON + timedelta(hours=1))
    assert sorted(later.ids) == ["1", "40"]


def test_full_read_of_a_table_that_changes_loses_no_row(kit: SqlKit) -> None:
    make_orders(kit)
    insert_orders(kit, [(n, "2025-05-01 10:00:00") for n in range(1, 31)])

    def change(page: int) -> None:
        kit.execute(
            f"update orders set updated_at = '2025-05-01 12:30:{page:02d}'",
            f"delete from orders where id = {page}",
        )

    found = kit.read(make_entity(cursor="updated_at", page_size=5), between=change)
    assert set(map(int, found.ids)) >= set(range(7, 31))
    assert len(found.ids) == len(set(found.ids))


def test_rows_without_cursor_come_by_their_creation(kit: SqlKit) -> None:
    moment = "datetime" if kit.is_mariadb else "timestamp"
    kit.execute(
        f"create table orders (id int primary key, updated_at {moment} null, added_on {moment})",
        "insert into orders values (1, '2025-05-01 10:00:00', '2025-01-01')",
        "insert into orders values (2, null, '2025-05-01 10:00:00')",
        "insert into orders values (3, null, '2025-04-01'), (4, null, '2025-05-01 10:00:00')",
        "insert into orders values (5, null, '2025-05-01 13:00:00')",
    )
    fields = {"id": {"type": "integer"}, "updated_at": {"type": "datetime"}}
    entity = make_entity(fields, cursor="updated_at", null_cursor="added_on", page_size=1)
    found = kit.read(entity, since=datetime(2025, 5, 1, tzinfo=UTC))
    assert found.ids == ["1", "2", "4"]
    assert found.cursors == {"changed": None, "undated": None}


def test_rows_without_cursor_and_creation_come_with_each_delta(kit: SqlKit) -> None:
    make_orders(kit)
    insert_orders(kit, [(1, "2025-05-01 11:00:00"), (2, None), (3, "2024-01-01 00:00:00")])
    entity = make_entity(cursor="updated_at", page_size=1)
    assert sorted(kit.read(entity, since=NOON - timedelta(hours=2)).ids) == ["1", "2"]


def test_rows_with_a_zero_date_for_cursor_come_by_their_creation_too(mariadb_kit: SqlKit) -> None:
    mariadb_kit.execute(
        "set sql_mode = ''",
        "create table orders (id int primary key, updated_at datetime null, added_on datetime)",
        "insert into orders values (1, '0000-00-00', '2025-05-01 10:00:00')",
    )
    fields = {"id": {"type": "integer"}, "updated_at": {"type": "datetime"}}
    entity = make_entity(fields, cursor="updated_at", null_cursor="added_on")
    found = mariadb_kit.read(entity, since=datetime(2025, 5, 1, tzinfo=UTC))
    assert (found.ids, found.column("updated_at")) == (["1"], [None])


@pytest.mark.parametrize("page_by", ["cursor", "pk"])
def test_composite_key_gives_every_row_once(kit: SqlKit, page_by: str) -> None:
    moment = "datetime" if kit.is_mariadb else "timestamp"
    kit.execute(
        f"create table orders (a int, b int, c varchar(9), updated_at {moment}, primary key (a, b, c))"
    )
    rows = [(a, b, c) for a in range(7) for b in range(5) for c in "xyz"]
    values = ", ".join(f"({a}, {b}, '{c}', '2025-05-01 10:00:0{b}')" for a, b, c in rows)
    kit.execute(f"insert into orders values {values}")
    fields = {"a": {"type": "integer"}, "b": {"type": "integer"}, "c": {}}
    entity = make_entity(
        fields, primary_key=["a", "b", "c"], cursor="updated_at", page_by=page_by, page_size=4
    )
    for since in (None, LONG_AGO):
        found = kit.read(entity, since=since)
        keys = [(int(r["a"]), int(r["b"]), r["c"]) for r in found.records]
        assert sorted(keys) == rows
        assert set(found.records[0]) == {"a", "b", "c"}


def test_text_key_follows_the_databases_order(kit: SqlKit) -> None:
    names = [
        "Zebra",
        "apple",
        "Äpfel",
        "zebu",
        "Apfel2",
        "über",
        "UBAR",
        "a b",
        "a-b",
        "ab",
        "'",
        "\\",
        "%s",
        "ß",
        "日本",
    ]
    charset = " character set utf8mb4" if kit.is_mariadb else ""
    kit.execute(f"create table orders (id varchar(40){charset} primary key)")
    values = ", ".join(
        "('" + name.replace("'", "''").replace("\\", "\\\\" if kit.is_mariadb else "\\") + "')"
        for name in names
    )
    kit.execute(f"insert into orders values {values}")
    found = kit.read(make_entity({"id": {}}, page_size=2))
    assert sorted(found.ids) == sorted(names)


def test_bytes_as_key_give_every_row_once(kit: SqlKit) -> None:
    kind, literal = ("binary(4)", "x'{}'") if kit.is_mariadb else ("bytea", "'\\x{}'")
    kit.execute(f"create table orders (id {kind} primary key)")
    keys = ["00000000", "27275c5c", "7fffffff", "80000000", "ff00ff00", "ffffffff", "c3a4c3a4"]
    kit.execute("insert into orders values " + ", ".join(f"({literal.format(key)})" for key in keys))
    found = kit.read(make_entity({"id": {}}, page_size=2))
    assert sorted(found.ids) == sorted(keys)


def test_large_numbers_as_key_are_compared_exactly(kit: SqlKit) -> None:
    kit.execute("create table orders (id bigint primary key)")
    first = 9_007_199_254_740_990
    kit.execute("insert into orders values " + ", ".join(f"({first + n})" for n in range(20)))
    found = kit.read(make_entity({"id": {"type": "integer"}}, page_size=3))
    assert found.ids == [str(first + n) for n in range(20)]


def test_max_records_reads_no_row_more(kit: SqlKit) -> None:
    make_orders(kit)
    insert_orders(kit, [(n, "2025-05-01 10:00:00") for n in range(1, 31)])
    found = kit.read(make_entity(page_size=10), max_records=14)
    assert found.ids == [str(n) for n in range(1, 15)]
    assert found.cursors["rows"] is not None


@pytest.mark.parametrize(("indexed", "page_by"), [(True, "cursor"), (False, "pk")], ids=["index", "none"])
def test_auto_follows_the_cursor_only_where_an_index_begins_with_it(
    kit: SqlKit, indexed: bool, page_by: str
) -> None:
    make_orders(kit, indexed=indexed)
    insert_orders(kit, [(1, "2025-05-01 10:00:00")])
    found = kit.read(make_entity(cursor="updated_at"), since=LONG_AGO)
    assert (found.ids, found.facts["page_by"]) == (["1"], page_by)


def test_count_is_given_for_a_full_read_only(kit: SqlKit) -> None:
    make_orders(kit)
    insert_orders(kit, [(n, "2025-05-01 10:00:00") for n in range(1, 8)])
    entity = make_entity(cursor="updated_at")
    with closing(kit.open(entity)) as source:
        assert source.count(make_request(entity)) == 7
        assert source.count(make_request(entity, since=LONG_AGO)) is None


def test_clock_is_the_databases_in_utc(kit: SqlKit) -> None:
    make_orders(kit)
    with closing(kit.open(make_entity())) as source:
        clock = source.read_clock()
    assert clock is not None
    assert abs(clock - datetime.now(UTC)) < timedelta(minutes=5)

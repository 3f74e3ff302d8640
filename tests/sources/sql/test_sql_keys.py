"""No row is lost or merged by its key: rows that share one, nulls, blanks, enums, texts of any collation."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import pytest

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.sql import keyset
from tests.sources.sql.sql_kit import SqlKit, make_entity, make_request

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
IDS = {"id": {"type": "integer"}, "name": {}}


def test_rows_that_share_a_key_come_all_whatever_page_they_end(kit: SqlKit) -> None:
    kit.execute("create table orders (id int, name varchar(9))")
    rows = [(n // 3, f"n{n}") for n in range(30)]
    kit.execute("insert into orders values " + ", ".join(f"({n}, '{name}')" for n, name in rows))
    for size in (4, 5, 7):
        found = kit.read(make_entity(IDS, page_size=size))
        assert {(int(row["id"]), row["name"]) for row in found.records} == set(rows)
        assert found.is_whole


def test_join_that_multiplies_rows_hides_none_of_them(kit: SqlKit) -> None:
    kit.execute(
        "create table orders (id int primary key)",
        "create table tags (order_id int, label varchar(9))",
        "insert into orders values (1), (2), (3), (4)",
        "insert into tags values (1, 'a'), (1, 'b'), (2, 'c'), (2, 'd'), (3, 'e')",
    )
    fields = {"id": {"type": "integer"}, "label": {"source": "g.label"}}
    entity = make_entity(fields, joins=["LEFT JOIN tags g ON g.order_id = t.id"], page_size=3)
    assert {row["g.label"] for row in kit.read(entity).records} == {"a", "b", "c", "d", "e", None}


def test_key_that_thousands_of_rows_share_is_none(kit: SqlKit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyset, "MOST_SHARED", 8)
    kit.execute("create table orders (id int, name varchar(9))")
    kit.execute("insert into orders values " + ", ".join(["(1, 'x')"] * 9))
    with pytest.raises(FatalSourceError, match="orders: 8 or more rows share one key: the columns"):
        kit.read(make_entity(IDS, page_size=5))


def test_read_goes_on_among_rows_that_share_a_key(kit: SqlKit) -> None:
    kit.execute("create table orders (id int, name varchar(9))")
    kit.execute("insert into orders values (1, 'a'), (2, 'b'), (2, 'c'), (3, 'd')")
    entity = make_entity(IDS, page_size=2)
    killed = kit.read(entity, pages=1)
    later = kit.read(entity, cursors=killed.cursors)
    assert {row["name"] for row in [*killed.records, *later.records]} == {"a", "b", "c", "d"}


def test_no_more_is_asked_where_an_index_keeps_keys_apart(kit: SqlKit) -> None:
    kit.execute("create table orders (id int primary key, name varchar(9))")
    kit.execute("insert into orders values " + ", ".join(f"({n}, 'x')" for n in range(40)))
    unique = kit.read(make_entity(IDS, page_size=10)).metrics["api_calls"]
    kit.execute("drop table orders", "create table orders (id int, name varchar(9))")
    kit.execute("insert into orders values " + ", ".join(f"({n}, 'x')" for n in range(40)))
    # one question for each of four positions, and one for keys that are null
    assert kit.read(make_entity(IDS, page_size=10)).metrics["api_calls"] == unique + 5


@pytest.mark.parametrize("since", [None, LONG_AGO])
def test_rows_with_null_in_their_key_come_to_be_rejected(kit: SqlKit, since: datetime | None) -> None:
    at = "datetime" if kit.is_mariadb else "timestamp"
    kit.execute(f"create table orders (a int not null, b int, updated_at {at}, unique (a, b))")
    rows = [(a, b) for a in range(4) for b in (1, None, 2)]
    values = ", ".join(f"({a}, {'null' if b is None else b}, '2025-05-01 10:00:00')" for a, b in rows)
    kit.execute(f"insert into orders values {values}")
    fields = {"a": {"type": "integer"}, "b": {"type": "integer"}, "updated_at": {"type": "datetime"}}
    for size in (1, 2, 3):
        entity = make_entity(fields, primary_key=["a", "b"], cursor="updated_at", page_size=size)
        found = kit.read(entity, since=since)
        keys = [(int(row["a"]), None if row["b"] is None else int(row["b"])) for row in found.records]
        assert sorted(keys, key=str) == sorted(rows, key=str)


def test_null_keys_are_no_loss(kit: SqlKit) -> None:
    kit.execute("create table orders (id int, name varchar(9))")
    kit.execute("insert into orders values (1, 'a'), (null, 'b'), (null, 'c')")
    entity = make_entity(IDS)
    with closing(kit.open(entity)) as source:
        source.count(make_request(entity))
        list(source.read_pages(make_request(entity), {}))
        assert (source.is_whole, source.incomplete_reason) == (True, None)


def test_enum_as_key_gives_every_row_once(mariadb_kit: SqlKit) -> None:
    mariadb_kit.execute(
        "create table orders (id enum('z', 'm', 'a', 'k', 'b') primary key)",
        "insert into orders values ('z'), ('m'), ('a'), ('k'), ('b')",
    )
    found = mariadb_kit.read(make_entity({"id": {}}, page_size=1))
    assert sorted(found.ids) == ["a", "b", "k", "m", "z"]


def test_bits_as_key_give_every_row_once(mariadb_kit: SqlKit) -> None:
    mariadb_kit.execute("create table orders (id bit(16) primary key)")
    mariadb_kit.execute("insert into orders values " + ", ".join(f"({n})" for n in range(45, 62)))
    found = mariadb_kit.read(make_entity({"id": {"type": "integer"}}, page_size=3))
    assert found.ids == [str(n) for n in range(45, 62)]


def test_floats_as_key_give_every_row_once(kit: SqlKit) -> None:
    kind = "float" if kit.is_mariadb else "real"
    kit.execute(f"create table orders (id {kind} primary key)")
    kit.execute("insert into orders values " + ", ".join(f"({n / 7})" for n in range(40)))
    found = kit.read(make_entity({"id": {}}, page_size=3))
    assert len(found.ids) == len(set(found.ids)) == 40


@pytest.mark.parametrize("collation", ["utf8mb4_general_ci", "utf8mb4_bin", "utf8mb4_unicode_nopad_ci"])
def test_texts_that_a_collation_takes_for_one_come_all(mariadb_kit: SqlKit, collation: str) -> None:
    names = ["a", "A", "ä", "Ä", "b", "B ", "b  ", "c", "ß", "ss"]
    mariadb_kit.execute(
        f"create table orders (id varchar(9) character set utf8mb4 collate {collation}, n int)",
        "insert into orders values " + ", ".join(f"('{name}', {n})" for n, name in enumerate(names)),
    )
    fields = {"id": {}, "n": {"type": "integer"}}
    for size in (1, 2, 3):
        found = mariadb_kit.read(make_entity(fields, page_size=size))
        assert {row["id"] for row in found.records} == set(names)


def test_blanks_that_fill_a_char_up_are_no_part_of_it(postgres_kit: SqlKit) -> None:
    postgres_kit.execute(
        "create table orders (id char(5) primary key, tags char(3)[])",
        "insert into orders values ('a', '{x,yy}'), ('ab', null), ('b', '{}')",
    )
    found = postgres_kit.read(make_entity({"id": {}, "tags": {}}, page_size=1))
    assert found.ids == ["a", "ab", "b"]
    assert found.column("tags") == ["{x,yy}", None, "{}"]


def test_blanks_that_belong_to_a_key_stay(kit: SqlKit) -> None:
    kind = "varchar(9) collate utf8mb4_nopad_bin" if kit.is_mariadb else "varchar(9)"
    kit.execute(f"create table orders (id {kind} primary key)")
    kit.execute("insert into orders values ('a'), ('a '), (' a'), ('b')")
    found = kit.read(make_entity({"id": {}}, page_size=1))
    assert sorted(found.ids) == [" a", "a", "a ", "b"]


def test_not_a_number_as_key_comes_once(postgres_kit: SqlKit) -> None:
    postgres_kit.execute(
        "create table orders (id float8 primary key)",
        "insert into orders values (1), ('NaN'), ('Infinity'), ('-Infinity'), (2)",
    )
    found = postgres_kit.read(make_entity({"id": {}}, page_size=1))
    assert found.ids == ["-Infinity", "1", "2", "Infinity", "NaN"]

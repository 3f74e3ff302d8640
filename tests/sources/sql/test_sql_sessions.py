"""Values are the same whatever server, database or role set for a session, and exact."""

from __future__ import annotations

from typing import Any

import pytest

from crm_sync.exceptions import FatalSourceError
from tests.sources.sql.sql_kit import ReadResult, SqlKit, make_entity
from tests.sources.sql.test_sql_values import transform

POSTGRES = {
    "extra_float_digits": "-15",
    "datestyle": "SQL, DMY",
    "intervalstyle": "iso_8601",
    "bytea_output": "escape",
    "timezone": "Asia/Tokyo",
    "client_encoding": "LATIN1",
    "standard_conforming_strings": "off",
    "xmlbinary": "hex",
}
MARIADB = {
    "sql_mode": "'PAD_CHAR_TO_FULL_LENGTH,ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES'",
    "time_zone": "'+09:00'",
    "character_set_results": "latin1",
    "lc_time_names": "'de_DE'",
    "sql_select_limit": "2",
    "group_concat_max_len": "4",
}


def set_up(kit: SqlKit) -> None:
    """Have every session begin with the worst settings."""
    if not kit.is_mariadb:
        for name, value in POSTGRES.items():
            kit.execute(
                "do $$ begin execute format('alter database %I set "
                f"{name} = ''{value}''', current_database()); end $$"
            )
        return
    plain = kit.connect

    def connect() -> Any:
        connection = plain()
        cursor = connection.cursor()
        for name, value in MARIADB.items():
            cursor.execute(f"set session {name} = {value}")
        cursor.close()
        return connection

    kit.connect = connect


def read(
    kit: SqlKit, columns: dict[str, tuple[str, str]], *, is_set: bool = False, **fields: Any
) -> dict[str, Any]:
    """Give one row of a value in each column, as raw texts."""
    kinds = ", ".join(f"{name} {kind}" for name, (kind, _) in columns.items())
    values = ", ".join(value for _, value in columns.values())
    kit.execute(
        f"create table orders (id int primary key, {kinds})", f"insert into orders values (1, {values})"
    )
    if is_set:
        set_up(kit)
    named = {"id": {"type": "integer"}, **{name: {} for name in columns}, **fields}
    found: ReadResult = kit.read(make_entity(named))
    (row,) = found.records
    return {
        name: row[path] for name, path in ((n, f.get("source", n)) for n, f in named.items()) if name != "id"
    }


POSTGRES_VALUES = {
    "real": ("real", "34.052235", "34.052235"),
    "real_whole": ("real", "16777216", "1.6777216e+07"),
    "double": ("float8", "0.1", "0.1"),
    "money": ("money", "-1234.5", "-1234.50"),
    "moneys": ("money[]", "array[1.5::money, null]", "{1.50,NULL}"),
    "interval": ("interval", "'1 year 2 days 03:04:05.5'", "1 year 2 days 03:04:05.5"),
    "bits": ("bit varying(9)", "b'0101'", "0101"),
    "reals": ("real[]", "array[0.1::real, 'NaN']", "{0.1,NaN}"),
    "range": ("tstzrange", "'[2025-01-01 00:00+00,)'", '["2025-01-01 00:00:00+00",)'),
    "ranges": ("int4range", "'[1,5)'", "[1,5)"),
    "uuid": ("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "inet": ("inet", "'10.0.0.1/8'", "10.0.0.1/8"),
    "json": ("json", """'{"a": "\\u00e9"}'""", '{"a": "\\u00e9"}'),
    "vector": ("tsvector", "'b a'", "'a' 'b'"),
    "point": ("point", "'(0.1,34.0522346)'", "(0.1,34.0522346)"),
    "oid": ("oid", "4294967295", "4294967295"),
    "name": ("name", "'n'", "n"),
    "char": ('"char"', "'c'", "c"),
    "bytes": ("bytea", "'\\x00ff41'", "00ff41"),
    "byte_list": ("bytea[]", "array['\\x00ff'::bytea]", '{"\\\\x00ff"}'),
    "nan": ("numeric", "'NaN'", "NaN"),
    "date": ("date", "'2025-02-01'", "2025-02-01"),
    "time": ("timetz", "'10:00+02'", "10:00:00+02"),
    "moment": ("timestamptz", "'2025-02-01 00:00+00'", "2025-02-01T00:00:00Z"),
    "text": ("text", "'Ärger 日本'", "Ärger 日本"),
}


@pytest.mark.parametrize("is_set", [False, True], ids=["plain", "odd_settings"])
def test_value_of_postgresql_has_one_text(postgres_kit: SqlKit, is_set: bool) -> None:
    columns = {f"c_{name}": (kind, value) for name, (kind, value, _) in POSTGRES_VALUES.items()}
    found = read(postgres_kit, columns, is_set=is_set)
    assert found == {f"c_{name}": expected for name, (_, _, expected) in POSTGRES_VALUES.items()}


def test_own_types_of_postgresql_are_their_text(postgres_kit: SqlKit) -> None:
    postgres_kit.execute("create type mood as enum ('sad', 'ok')")
    postgres_kit.execute("create type pair as (a int, b text)")
    postgres_kit.execute("create domain price as money")
    columns = {
        "mood": ("mood", "'ok'"),
        "pair": ("pair", "row(1, 'x y')::pair"),
        "price": ("price", "2.5"),
    }
    assert read(postgres_kit, columns) == {"mood": "ok", "pair": '(1,"x y")', "price": "2.50"}


def test_money_is_a_number_and_key_whatever_its_locale_writes(postgres_kit: SqlKit) -> None:
    postgres_kit.execute("create table orders (id money primary key)")
    postgres_kit.execute("insert into orders values (1.5), (-2), (1234.25), (100000.07)")
    entity = make_entity({"id": {"type": "decimal"}}, page_size=1)
    typed, findings = transform(postgres_kit.read(entity), entity)
    assert typed["id"].to_list() == ["-2", "1.5", "1234.25", "100000.07"]
    assert findings.is_empty()


@pytest.mark.parametrize("kind", ["regclass", "regtype"])
def test_name_that_depends_on_the_search_path_is_refused(postgres_kit: SqlKit, kind: str) -> None:
    postgres_kit.execute(f"create table orders (id int primary key, v {kind})")
    with pytest.raises(FatalSourceError, match=r'column v holds regclass.*"expr: CAST\(t\.v AS oid\)"'):
        postgres_kit.read(make_entity({"id": {}, "v": {}}))


def test_postgresql_in_sql_ascii_rejects_the_row_whose_bytes_are_no_utf8(postgres_kit: SqlKit) -> None:
    postgres_kit.execute("create table orders (id int primary key, name text)")
    postgres_kit.execute("insert into orders values (1, 'Ärger'), (2, 'plain'), (3, null), (4, '')")
    column = postgres_kit.dialect

    class Ascii(type(column)):  # type: ignore[misc]
        def set_up(self, connection: Any, *, limit_s: int) -> None:
            super().set_up(connection, limit_s=limit_s)
            # what a database in SQL_ASCII gives: bytes of any encoding
            connection.cursor().execute("set client_encoding = 'LATIN1'")

    postgres_kit.dialect = Ascii()
    entity = make_entity({"id": {"type": "integer"}, "name": {}})
    found = postgres_kit.read(entity)
    assert found.column("name") == ["\ufffdrger", "plain", None, ""]
    _, findings = transform(found, entity)
    assert findings.select("row", "rule").rows() == [(0, "shape")]
    assert "name holds bytes that are no UTF-8" in findings["error"][0]


MARIADB_VALUES = {
    "float": ("float", "34.052235", "34.052235"),
    "float_whole": ("float", "16777216", "16777216"),
    "float_half": ("float", "1234567.5", "1234567.5"),
    "float_small": ("float", "1e-30", "1e-30"),
    "float_scaled": ("float(7,3)", "34.0522", "34.052"),
    "float_filled": ("float zerofill", "12.5", "12.5"),
    "double": ("double", "0.1", "0.1"),
    "decimal": ("decimal(9,3)", "34.0522", "34.052"),
    "unsigned": ("bigint unsigned", "18446744073709551615", "18446744073709551615"),
    "char": ("char(5)", "'a'", "a"),
    "latin": ("varchar(9) character set latin1", "'Ärger'", "Ärger"),
    "utf8": ("varchar(9) character set utf8mb4", "'日本😀'", "日本😀"),
    "binary": ("binary(3)", "'A'", "410000"),
    "varbinary": ("varbinary(3)", "0x4120", "4120"),
    "blob": ("blob", "'ff'", "6666"),
    "bit": ("bit(8)", "b'101'", "5"),
    "year": ("year", "2025", "2025"),
    "time": ("time", "'-36:00:00'", "-36:00:00"),
    "moment": ("timestamp null", "from_unixtime(1738368000)", "2025-02-01T00:00:00Z"),
}


@pytest.mark.parametrize("is_set", [False, True], ids=["plain", "odd_settings"])
def test_value_of_mariadb_has_one_text(mariadb_kit: SqlKit, is_set: bool) -> None:
    columns = {f"c_{name}": (kind, value) for name, (kind, value, _) in MARIADB_VALUES.items()}
    found = read(
        mariadb_kit,
        columns,
        is_set=is_set,
        month={"source": "expr: date_format('2025-05-01', '%M')"},
        both={"source": "expr: concat('a', \"b\")"},
        many={"source": "expr: (select group_concat('abc', x.id, 'def') from orders x)"},
    )
    own = {f"c_{name}": expected for name, (_, _, expected) in MARIADB_VALUES.items()}
    assert found == {**own, "month": "May", "both": "ab", "many": "abc1def"}


def test_setting_that_a_version_does_not_know_is_passed_over(mariadb_kit: SqlKit) -> None:
    import mysql.connector

    from crm_sync.sources.sql.mysql_session import pin_session

    class Cursor:
        def execute(self, text: str) -> None:
            if "lc_time_names" in text:
                raise mysql.connector.Error("Unknown system variable", errno=1193)
            if "max_execution_time" in text:
                raise mysql.connector.Error("gone", errno=2013)

        def close(self) -> None:
            pass

    class Connection:
        def cursor(self) -> Cursor:
            return Cursor()

    pin_session(Connection(), limit_s=5, is_mariadb=True)
    with pytest.raises(mysql.connector.Error):
        pin_session(Connection(), limit_s=5, is_mariadb=False)


def test_geometry_is_refused_with_what_to_write(mariadb_kit: SqlKit) -> None:
    mariadb_kit.execute("create table orders (id int primary key, place point)")
    mariadb_kit.execute("insert into orders values (1, point(1, 2))")
    with pytest.raises(FatalSourceError, match=r'column place holds geometry.*"expr: ST_AsText\(t\.place\)"'):
        mariadb_kit.read(make_entity({"id": {}, "place": {}}))
    text = mariadb_kit.read(make_entity({"id": {}, "place": {"source": "expr: ST_AsText(t.place)"}}))
    assert text.column("expr: ST_AsText(t.place)") == ["POINT(1 2)"]


def test_every_row_comes_where_the_server_gives_its_users_two(mariadb_kit: SqlKit) -> None:
    set_up(mariadb_kit)
    mariadb_kit.execute("create table orders (id int primary key)")
    mariadb_kit.execute("insert into orders values " + ", ".join(f"({n})" for n in range(9)))
    assert len(mariadb_kit.read(make_entity({"id": {"type": "integer"}})).ids) == 9

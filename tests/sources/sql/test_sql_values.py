"""Values of every type from the database through staging to the typed chunk."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from crm_sync.storage.staging import to_parquet
from crm_sync.sync.transform import transform_chunk
from tests.sources.sql.sql_kit import ReadResult, SqlKit, make_entity

ZONE = "America/Los_Angeles"


def transform(found: ReadResult, entity: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Go on as the next stage does, from staged bytes."""
    raw = pl.concat(
        [pl.read_parquet(to_parquet(page.frame)) for page in found.pages if page.frame is not None],
        how="diagonal_relaxed",
    )
    done = transform_chunk(raw, entity)
    return done.typed, done.findings


def read_one(kit: SqlKit, column: str, value: str, *, field: dict[str, Any] | None = None) -> Any:
    """Give what one value of a column of its own becomes, raw and typed."""
    relaxed = ["set sql_mode = ''"] if kit.is_mariadb else []
    kit.execute(
        *relaxed,
        f"create table orders (id int primary key, v {column})",
        f"insert into orders values (1, {value})",
    )
    entity = make_entity({"id": {"type": "integer"}, "v": field or {}}, source_time_zone=ZONE)
    found = kit.read(entity)
    typed, findings = transform(found, entity)
    assert findings.is_empty(), findings
    return found.records[0]["v"], typed["v"][0]


MARIADB = [
    ("zero_date", "date", "'0000-00-00'", "date", None),
    ("zero_month", "date", "'2024-00-01'", "date", None),
    ("zero_day", "date", "'2024-05-00'", "date", None),
    ("zero_datetime", "datetime", "'0000-00-00 00:00:00'", "datetime", None),
    ("zero_month_datetime", "datetime", "'2024-00-01 10:00:00'", "datetime", None),
    ("zero_timestamp", "timestamp null", "'0000-00-00 00:00:00'", "datetime", None),
    ("first_date", "date", "'1000-01-01'", "date", date(1000, 1, 1)),
    ("naive", "datetime", "'2025-07-01 10:00:00'", "datetime", datetime(2025, 7, 1, 17, tzinfo=UTC)),
    (
        "naive_micros",
        "datetime(6)",
        "'2025-01-01 10:00:00.123456'",
        "datetime",
        datetime(2025, 1, 1, 18, 0, 0, 123456, UTC),
    ),
    (
        "ambiguous_hour",
        "datetime",
        "'2025-11-02 01:30:00'",
        "datetime",
        datetime(2025, 11, 2, 8, 30, tzinfo=UTC),
    ),
    (
        "missing_hour",
        "datetime",
        "'2025-03-09 02:30:00'",
        "datetime",
        datetime(2025, 3, 9, 10, 30, tzinfo=UTC),
    ),
    ("negative_time", "time", "'-01:30:00'", "string", "-01:30:00"),
    ("long_time", "time", "'36:00:00'", "string", "36:00:00"),
    ("longest_time", "time(3)", "'838:59:58.999'", "string", "838:59:58.999"),
    ("bit", "bit(1)", "b'1'", "boolean", True),
    ("bits", "bit(12)", "b'100000000001'", "integer", 2049),
    ("flag_two", "tinyint(1)", "2", "boolean", True),
    ("flag_minus", "tinyint(1)", "-1", "boolean", True),
    ("flag_zero", "tinyint(1)", "0", "boolean", False),
    ("flag_as_number", "tinyint(1)", "-1", "integer", -1),
    (
        "decimal",
        "decimal(30,10)",
        "12345678901234567890.0123456789",
        "decimal",
        "12345678901234567890.0123456789",
    ),
    ("negative_decimal", "decimal(9,2)", "-300.00", "decimal", "-300.00"),
    ("unsigned", "bigint unsigned", "9223372036854775807", "integer", 9223372036854775807),
    ("zerofill", "int(6) unsigned zerofill", "42", "integer", 42),
    ("zerofill_no", "int(6) unsigned zerofill", "0", "boolean", False),
    ("zerofill_json", "decimal(5,2) zerofill", "1.5", "json", "1.50"),
    ("zerofill_text", "int(6) unsigned zerofill", "42", "string", "000042"),
    ("year", "year", "2025", "integer", 2025),
    ("float", "double", "0.1", "number", "0.1"),
    ("empty_text", "varchar(9)", "''", "string", None),
    ("blanks", "varchar(9)", "' a '", "string", " a "),
    ("utf8", "varchar(9) character set utf8mb4", "'日本😀'", "string", "日本😀"),
    ("latin1", "varchar(9) character set latin1", "'Ärger'", "string", "Ärger"),
    ("enum", "enum('a','b')", "'b'", "string", "b"),
    ("set", "set('a','b')", "'a,b'", "string", "a,b"),
    ("json", "json", """'{"a": [1, 2]}'""", "json", '{"a": [1, 2]}'),
    ("text_bytes", "blob", "'abc'", "string", "616263"),
    ("other_bytes", "varbinary(4)", "x'ff00'", "string", "ff00"),
    ("lines", "text", "'a\\r\\nb\\tc'", "string", "a\r\nb\tc"),
]


@pytest.mark.parametrize(
    ("column", "value", "kind", "expected"), [c[1:] for c in MARIADB], ids=[c[0] for c in MARIADB]
)
def test_mariadb_value_becomes(
    mariadb_kit: SqlKit, column: str, value: str, kind: str, expected: Any
) -> None:
    _, typed = read_one(mariadb_kit, column, value, field={"type": kind})
    assert typed == expected


POSTGRES = [
    ("naive", "timestamp", "'2025-07-01 10:00:00'", "datetime", datetime(2025, 7, 1, 17, tzinfo=UTC)),
    (
        "aware",
        "timestamptz",
        "'2025-07-01 10:00:00.5+02'",
        "datetime",
        datetime(2025, 7, 1, 8, 0, 0, 500_000, UTC),
    ),
    (
        "aware_micros",
        "timestamptz",
        "'2025-07-01 10:00:00.12+00'",
        "datetime",
        datetime(2025, 7, 1, 10, 0, 0, 120_000, UTC),
    ),
    (
        "ambiguous_hour",
        "timestamp",
        "'2025-11-02 01:30:00'",
        "datetime",
        datetime(2025, 11, 2, 8, 30, tzinfo=UTC),
    ),
    (
        "missing_hour",
        "timestamp",
        "'2025-03-09 02:30:00.1'",
        "datetime",
        datetime(2025, 3, 9, 10, 30, 0, 100_000, UTC),
    ),
    ("date", "date", "'0044-03-15'", "date", date(44, 3, 15)),
    ("boolean", "boolean", "true", "boolean", True),
    ("numeric", "numeric", "12345678901234567890.0123456789", "decimal", "12345678901234567890.0123456789"),
    ("empty_text", "text", "''", "string", None),
    ("quotes", "text", """'a"b,''c'""", "string", "a\"b,'c"),
    ("lines", "text", "e'a\\r\\nb\\tc\\\\N'", "string", "a\r\nb\tc\\N"),
    ("null_word", "text", "'NULL'", "string", "NULL"),
    ("utf8", "text", "'日本😀'", "string", "日本😀"),
    (
        "uuid",
        "uuid",
        "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
        "string",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    ),
    ("jsonb", "jsonb", """'{"a": [1, 2]}'""", "json", '{"a": [1, 2]}'),
    ("text_bytes", "bytea", "'abc'", "string", "616263"),
    ("other_bytes", "bytea", "'\\xff00'", "string", "ff00"),
    ("interval", "interval", "'-01:30:00'", "string", "-01:30:00"),
    ("integer_flag", "int", "1", "boolean", True),
    ("boolean_text", "boolean", "false", "string", "false"),
    ("boolean_json", "boolean", "true", "json", "true"),
    ("double", "float8", "0.1", "number", "0.1"),
]


@pytest.mark.parametrize(
    ("column", "value", "kind", "expected"), [c[1:] for c in POSTGRES], ids=[c[0] for c in POSTGRES]
)
def test_postgres_value_becomes(
    postgres_kit: SqlKit, column: str, value: str, kind: str, expected: Any
) -> None:
    _, typed = read_one(postgres_kit, column, value, field={"type": kind})
    assert typed == expected


def test_null_of_every_kind_stays_null(kit: SqlKit) -> None:
    kinds = ["int", "decimal(9,2)", "varchar(9)", "date", "time", "double precision"]
    kinds += ["datetime", "bit(1)", "blob"] if kit.is_mariadb else ["timestamptz", "boolean", "bytea"]
    columns = [f"c{n} {kind} null" for n, kind in enumerate(kinds)]
    kit.execute(
        f"create table orders (id int primary key, {', '.join(columns)})",
        "insert into orders (id) values (1)",
    )
    fields = {"id": {"type": "integer"}, **{f"c{n}": {} for n in range(len(kinds))}}
    found = kit.read(make_entity(fields))
    assert found.records == [{"id": "1", **dict.fromkeys([f"c{n}" for n in range(len(kinds))])}]


def test_timestamp_column_is_a_moment_whatever_the_servers_zone(mariadb_kit: SqlKit) -> None:
    mariadb_kit.execute(
        "create table orders (id int primary key, v timestamp null)",
        "set time_zone = '+00:00'",
        "insert into orders values (1, from_unixtime(1750000000))",
    )
    entity = make_entity({"id": {"type": "integer"}, "v": {"type": "datetime"}}, source_time_zone=ZONE)
    plain = mariadb_kit.connect

    def connect() -> Any:
        connection = plain()
        connection.cursor().execute("set time_zone = '+05:00'")
        return connection

    mariadb_kit.connect = connect
    typed, _ = transform(mariadb_kit.read(entity), entity)
    assert typed["v"][0] == datetime.fromtimestamp(1750000000, UTC)


def test_page_of_many_widths_keeps_every_value(kit: SqlKit) -> None:
    kit.execute("create table orders (id int primary key, name text)")
    texts = [('"' * (n % 5)) + "x\n" * (n % 7) + "," * (n % 3) for n in range(400)]
    values = ", ".join(f"({n}, '{text}')" for n, text in enumerate(texts))
    kit.execute(f"insert into orders values {values}")
    found = kit.read(make_entity({"id": {"type": "integer"}, "name": {}}, page_size=64))
    assert found.column("name") == texts


def test_expression_and_join_give_their_column(kit: SqlKit) -> None:
    kit.execute(
        "create table orders (id int primary key, source_id int, name varchar(20))",
        "create table sources (id int primary key, label varchar(20), external_id varchar(20))",
        "insert into sources values (1, 'hubspot', '700'), (2, 'other', '800')",
        "insert into orders values (1, 1, 'A%'), (2, 2, '100%s'), (3, null, 'c')",
    )
    fields = {
        "id": {"type": "integer"},
        "hubspot_id": {"source": "expr: CASE WHEN s.label = 'hubspot' THEN s.external_id END"},
        "label": {"source": "s.label"},
        "ends": {"source": "expr: case when t.name like '%\\%' then 'ends' end"},
    }
    entity = make_entity(fields, joins=["LEFT JOIN sources s ON s.id = t.source_id"], page_size=2)
    typed, _ = transform(kit.read(entity), entity)
    assert typed.select("id", "hubspot_id", "label", "ends").rows() == [
        (1, "700", "hubspot", "ends"),
        (2, None, "other", None),
        (3, None, None, None),
    ]


def test_names_that_need_quotes_are_quoted(kit: SqlKit) -> None:
    quote = kit.dialect.quote
    name, key = quote("lead"), quote('if "quoted` name')
    kit.execute(
        f"create table {name} ({key} int primary key, {quote('Order')} varchar(9))",
        f"insert into {name} values (1, 'x')",
    )
    fields = {"id": {"type": "integer", "source": 'if "quoted` name'}, "v": {"source": "Order"}}
    assert kit.read(make_entity(fields, table="lead")).records == [{'if "quoted` name': "1", "Order": "x"}]


def test_only_named_columns_are_asked_for(kit: SqlKit) -> None:
    kit.execute(
        "create table orders (id int primary key, name varchar(9), secret varchar(9))",
        "insert into orders values (1, 'a', 'hidden')",
    )
    assert kit.read(make_entity({"id": {"type": "integer"}, "name": {}})).records == [
        {"id": "1", "name": "a"}
    ]


def test_decimals_of_any_scale_come_as_written(kit: SqlKit) -> None:
    kit.execute(
        "create table orders (id int primary key, v decimal(20,7))",
        "insert into orders values (1, 0.1000000), (2, -0.0000001)",
    )
    found = kit.read(make_entity({"id": {"type": "integer"}, "v": {"type": "decimal"}}))
    assert [Decimal(v) for v in found.column("v")] == [Decimal("0.1"), Decimal("-0.0000001")]

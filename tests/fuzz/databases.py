"""Cases of database columns: sqlite's values of any kind, and PostgreSQL's types, under each field type."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2

from crm_sync.sources.registry import create_source
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.generic import GenericDialect
from crm_sync.sources.sql.postgres import PostgresDialect
from tests.fuzz.cases import Case, chance, pack, unpack
from tests.fuzz.kit import configure, read_all, scratch
from tests.fuzz.notations import ZONES, write
from tests.fuzz.values import TYPES, compare
from tests.oracle.rows import read_rows

_TEXTS = ("object_id", "string", "text")
_DECLARED = (
    "",
    "TEXT",
    "INTEGER",
    "REAL",
    "NUMERIC",
    "BLOB",
    "DATETIME",
    "BOOLEAN",
    "VARCHAR(20)",
    "DECIMAL(10,2)",
)
_NUMBERS = [
    0,
    1,
    -1,
    2**53 + 1,
    2**63 - 1,
    -(2**63),
    1.5,
    0.1,
    1e300,
    1e-7,
    34.052235,
    1234567.5,
    16777216.0,
    1.0,
    1e15,
    1e16,
    1736035200,
]
_POSTGRES: dict[str, list[tuple[str, Any]]] = {
    "numeric": [
        ("1.50", Decimal("1.50")),
        ("-0.07", Decimal("-0.07")),
        ("12345678901234567890.123", Decimal("12345678901234567890.123")),
        ("'NaN'", "NaN"),
        ("1000", Decimal(1000)),
    ],
    "numeric(10,3)": [("1", Decimal("1.000")), ("1000", Decimal("1000.000")), ("0.125", Decimal("0.125"))],
    "real": [
        ("34.052235", Decimal("34.052235")),
        ("1234567.5", Decimal("1234567.5")),
        ("16777216", Decimal(16777216)),
        ("0.1", Decimal("0.1")),
    ],
    "float8": [
        ("0.1", Decimal("0.1")),
        ("1e300", Decimal("1e300")),
        ("34.0522349", Decimal("34.0522349")),
        ("1e15", Decimal(10**15)),
        ("'Infinity'", "Infinity"),
    ],
    "bigint": [("9223372036854775807", 2**63 - 1), ("-1", -1), ("0", 0)],
    "boolean": [("true", True), ("false", False)],
    "text": [
        ("'x'", "x"),
        ("' x '", " x "),
        ("''", ""),
        ("'0,125'", "0,125"),
        ("'2025-01-05'", "2025-01-05"),
    ],
    "bytea": [("'\\x4120'", b"A "), ("'\\x41'", b"A"), ("'\\xff00'", b"\xff\x00"), ("'\\x6666'", b"ff")],
    "uuid": [("'6ecd8c99-4036-403d-bf84-cf8400f67836'", "6ecd8c99-4036-403d-bf84-cf8400f67836")],
    "money": [("'$1,234.50'", Decimal("1234.50")), ("'-$0.07'", Decimal("-0.07"))],
    "date": [
        ("'2025-01-05'", "2025-01-05"),
        ("'0001-01-01'", "0001-01-01"),
        ("'9999-12-31'", "9999-12-31"),
        ("'infinity'", "infinity"),
    ],
    "timestamp": [
        ("'2025-01-05 10:00:00'", "2025-01-05 10:00:00"),
        ("'2025-01-05 10:00:00.123456'", "2025-01-05 10:00:00.123456"),
        ("'2025-11-02 01:30'", "2025-11-02 01:30:00"),
        ("'2025-03-09 02:30'", "2025-03-09 02:30:00"),
        ("'9999-12-31 23:59:59'", "9999-12-31 23:59:59"),
        ("'infinity'", "infinity"),
    ],
    "timestamptz": [
        ("'2025-01-05 10:00:00+02'", "2025-01-05T08:00:00Z"),
        ("'2025-11-02 01:30:00-08'", "2025-11-02T09:30:00Z"),
    ],
    "time": [("'10:00:00'", "10:00:00")],
    "jsonb": [
        ("'{\"a\": 1.50}'", '{"a": 1.50}'),
        ("'[1, 2]'", "[1, 2]"),
        ("'null'", "null"),
        ("'\"x\"'", '"x"'),
    ],
    "int4range": [("'[1,5)'", "[1,5)")],
    "inet": [("'10.0.0.1'", "10.0.0.1")],
    "varbit": [("B'101'", "101")],
}


def draw_field(rng: random.Random, types: Sequence[str]) -> dict[str, Any]:
    """Make a field of one of these types; some numbers of texts have a decimal comma."""
    field: dict[str, Any] = {"type": rng.choice(types)}
    if field["type"] in ("integer", "number", "decimal") and chance(rng, 0.3):
        field["decimal_mark"] = ","
    return field


def generate_sqlite(rng: random.Random) -> Case:
    """Make a column of sqlite with values of any kind, and a field."""
    is_binary = chance(rng, 0.12)
    field = draw_field(rng, _TEXTS if is_binary else TYPES)
    values = [_sqlite_value(rng, field["type"], is_binary=is_binary) for _ in range(12)]
    return {
        "column": field,
        "words": {"source_time_zone": rng.choice(ZONES)},
        "declared": rng.choice(_DECLARED),
        "values": values,
    }


def _sqlite_value(rng: random.Random, kind: str, *, is_binary: bool) -> dict[str, Any]:
    if chance(rng, 0.08):
        return {"null": True}
    if is_binary:
        return {"bytes": pack(rng.choice([b"A ", b"A", b"\xff", b"ff", b"\x00\x01", b"", "é".encode()]))}
    if chance(rng, 0.35):
        return {"number": repr(rng.choice(_NUMBERS))}
    return {"text": write(rng, kind).encode("utf-8", "ignore").decode()}


def _to_python(value: dict[str, Any]) -> Any:
    if "bytes" in value:
        return unpack(value["bytes"])
    if "number" in value:
        text = value["number"]
        return float(text) if "." in text or "e" in text else int(text)
    return value.get("text")


def _words(case: Case) -> dict[str, Any]:
    fields = {"id": {"type": "integer", "required": True}, "v": case["column"]}
    return {
        "read": {"strategy": "sql_table", "table": "things"},
        "primary_key": ["id"],
        "fields": fields,
        "extra": False,
        **case["words"],
    }


def check_sqlite(case: Case) -> list[str]:
    """Compare each row with what sqlite itself gives back."""
    source, config, entity = configure("database", _words(case))
    file = Path(tempfile.mkdtemp(dir=scratch())) / "app.db"
    connection = sqlite3.connect(file)
    connection.execute(f"create table things (id integer primary key, v {case['declared']})")
    connection.executemany(
        "insert into things values (?, ?)", list(enumerate(map(_to_python, case["values"])))
    )
    connection.commit()
    rows = [
        {"id": number, "v": value}
        for number, value in connection.execute("select id, v from things order by id")
    ]
    connection.close()
    database = SqlDatabase(
        GenericDialect("?", times_as_text=True),
        lambda: sqlite3.connect(file, check_same_thread=False),
        "fuzz_default",
    )
    done = read_all(create_source(source, config, database=database), config)
    if any("\x00" in row["v"] for row in rows if isinstance(row["v"], str)):
        return []
    return compare(done, read_rows(rows, entity), entity, [repr(row["v"]) for row in rows])


def generate_postgres(rng: random.Random) -> Case:
    """Make a column of PostgreSQL and a field."""
    declared = rng.choice(list(_POSTGRES))
    known = _POSTGRES[declared]
    numbers = [rng.randrange(len(known)) for _ in range(4)]
    setting = rng.choice(
        [
            "",
            "set extra_float_digits = 0",
            "set intervalstyle = 'sql_standard'",
            "set datestyle = 'German'",
            "set bytea_output = 'escape'",
            "set timezone = 'Asia/Kolkata'",
        ]
    )
    return {
        "column": draw_field(rng, _TEXTS if declared == "bytea" else TYPES),
        "words": {"source_time_zone": rng.choice(ZONES)},
        "declared": declared,
        "values": numbers,
        "setting": setting,
    }


def check_postgres(case: Case, warehouse: Any) -> list[str]:
    """Compare each row with what was put in."""
    source, config, entity = configure("database", _words(case))
    known = [_POSTGRES[case["declared"]][number] for number in case["values"]]
    warehouse.execute("drop table if exists public.things")
    warehouse.execute(f"create table public.things (id int primary key, v {case['declared']})")
    for number, (literal, _) in enumerate(known):
        warehouse.execute(f"insert into public.things values ({number}, {literal}::{case['declared']})")
    opened: list[Any] = []

    def connect() -> Any:
        connection = psycopg2.connect(warehouse.dsn)
        opened.append(connection)
        if case["setting"]:
            with connection.cursor() as cursor:
                cursor.execute(case["setting"])
            connection.commit()
        return connection

    database = SqlDatabase(PostgresDialect(), connect, "fuzz_default")
    try:
        done = read_all(create_source(source, config, database=database), config)
    finally:
        for connection in opened:
            connection.close()
    rows = [{"id": number, "v": value} for number, (_, value) in enumerate(known)]
    return compare(
        done, read_rows(rows, entity), entity, [f"{literal}::{case['declared']}" for literal, _ in known]
    )

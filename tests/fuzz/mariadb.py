"""Cases of MariaDB columns: values of its types, two columns at once, under each field type and session."""

from __future__ import annotations

import atexit
import random
from decimal import Decimal
from functools import cache
from typing import Any

from crm_sync.sources.registry import create_source
from crm_sync.sources.sql.database import SqlDatabase
from crm_sync.sources.sql.mysql import MySqlDialect
from tests.fuzz.cases import Case, chance
from tests.fuzz.databases import draw_field
from tests.fuzz.kit import configure, read_all
from tests.fuzz.notations import ZONES
from tests.fuzz.values import TYPES, compare
from tests.mariadb_server import MariaDBDatabase, share_mariadb
from tests.oracle.rows import read_rows

_TEXTS = ("object_id", "string", "text")
_BYTES = ("blob", "varbinary(9)", "binary(2)")
_FLAGS = ("tinyint(1)", "tinyint", "bit(1)", "bit(12)")
"""Columns whose numbers are yes and no for a boolean field, as MariaDB itself takes them."""
_COLUMNS: dict[str, list[tuple[str, Any]]] = {
    "decimal(30,10)": [
        ("12345678901234567890.0123456789", Decimal("12345678901234567890.0123456789")),
        ("-0.07", Decimal("-0.0700000000")),
        ("1000", Decimal("1000.0000000000")),
    ],
    "decimal(5,2) zerofill": [("1.5", Decimal("1.50")), ("0", Decimal("0.00"))],
    "float": [
        ("34.052235", Decimal("34.052235")),
        ("1234567.5", Decimal("1234567.5")),
        ("16777216", Decimal(16777216)),
    ],
    "double": [
        ("0.1", Decimal("0.1")),
        ("1e300", Decimal("1e300")),
        ("34.0522349", Decimal("34.0522349")),
        ("1e15", Decimal(10**15)),
        ("-0.0000001", Decimal("-1e-7")),
    ],
    "bigint": [("9223372036854775807", 2**63 - 1), ("-9223372036854775808", -(2**63)), ("0", 0)],
    "bigint unsigned": [("18446744073709551615", 2**64 - 1), ("1", 1)],
    "int(6) unsigned zerofill": [("42", 42), ("0", 0)],
    "tinyint(1)": [("2", 2), ("-1", -1), ("0", 0), ("1", 1)],
    "tinyint": [("127", 127), ("0", 0), ("-128", -128)],
    "bit(1)": [("b'1'", 1), ("b'0'", 0)],
    "bit(12)": [("b'100000000001'", 2049), ("b'1'", 1), ("b'0'", 0)],
    "year": [("2025", 2025), ("1901", 1901)],
    "varchar(40)": [
        ("'x'", "x"),
        ("' x '", " x "),
        ("''", ""),
        ("'0,125'", "0,125"),
        ("'2025-01-05'", "2025-01-05"),
        ("'日本😀'", "日本😀"),
        ("'a\\r\\nb\\tc'", "a\r\nb\tc"),
        ("concat('a', char(31), 'b')", "a\x1fb"),
    ],
    "char(9)": [("'A'", "A"), ("'a b'", "a b")],
    "varchar(9) character set latin1": [("'Ärger'", "Ärger"), ("'€'", "€")],
    "longtext": [("repeat('é', 70000)", "é" * 70000), ("'null'", "null"), ("'a\\\\Nb\"c'", 'a\\Nb"c')],
    "blob": [("x'4120'", b"A "), ("x'41'", b"A"), ("x'ff00'", b"\xff\x00"), ("'ff'", b"ff"), ("''", b"")],
    "varbinary(9)": [("x'20'", b" "), ("x'00'", b"\x00"), ("x'E9'", b"\xe9")],
    "binary(2)": [("x'41'", b"A\x00"), ("x'ffff'", b"\xff\xff")],
    "enum('b','a','')": [("'a'", "a"), ("'b'", "b"), ("''", "")],
    "set('b','a')": [("'a,b'", "b,a"), ("''", "")],
    "json": [("'{\"a\": 1.50}'", '{"a": 1.50}'), ("'[1, 2]'", "[1, 2]"), ("'\"x\"'", '"x"')],
    "uuid": [("'6ecd8c99-4036-403d-bf84-cf8400f67836'", "6ecd8c99-4036-403d-bf84-cf8400f67836")],
    "inet6": [("'::1'", "::1")],
    "date": [
        ("'2025-01-05'", "2025-01-05"),
        ("'1000-01-01'", "1000-01-01"),
        ("'9999-12-31'", "9999-12-31"),
        ("'0000-00-00'", None),
        ("'2024-05-00'", None),
    ],
    "datetime": [
        ("'2025-01-05 10:00:00'", "2025-01-05 10:00:00"),
        ("'2025-11-02 01:30'", "2025-11-02 01:30:00"),
        ("'2025-03-09 02:30'", "2025-03-09 02:30:00"),
        ("'9999-12-31 23:59:59'", "9999-12-31 23:59:59"),
        ("'0000-00-00 00:00:00'", None),
        ("'2024-00-01 10:00:00'", None),
    ],
    "datetime(6)": [("'2025-01-05 10:00:00.123456'", "2025-01-05 10:00:00.123456")],
    "timestamp null": [
        ("from_unixtime(1736071200)", "2025-01-05T10:00:00Z"),
        ("'0000-00-00 00:00:00'", None),
    ],
    "time": [("'10:00:00'", "10:00:00"), ("'-01:30:00'", "-01:30:00"), ("'838:59:59'", "838:59:59")],
}
"""Column type: literals with what they are; null is what stands for no day."""
_SESSIONS = (
    "",
    "set time_zone = '+05:30'",
    "set sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES'",
    "set sql_mode = 'PAD_CHAR_TO_FULL_LENGTH'",
    "set names latin1",
    "set sql_select_limit = 2",
    "set group_concat_max_len = 8",
)


def generate(rng: random.Random) -> Case:
    """Make two columns with values, a field for each, and a session's setting."""
    declared = [rng.choice(list(_COLUMNS)) for _ in "vw"]
    return {
        "columns": [draw_field(rng, _TEXTS if one in _BYTES else TYPES) for one in declared],
        "words": {"source_time_zone": rng.choice(ZONES)},
        "declared": declared,
        "values": [
            [None if chance(rng, 0.1) else rng.randrange(len(_COLUMNS[one])) for one in declared]
            for _ in range(4)
        ],
        "setting": rng.choice(_SESSIONS),
    }


def check(case: Case) -> list[str]:
    """Compare each row with what was put in."""
    kinds = [column["type"] for column in case["columns"]]
    words = {
        "read": {"strategy": "sql_table", "table": "things"},
        "primary_key": ["id"],
        "fields": {
            "id": {"type": "integer", "required": True},
            **dict(zip("vw", case["columns"], strict=True)),
        },
        "extra": False,
        **case["words"],
    }
    source, config, entity = configure("database", words)
    literals, rows = [], []
    for number, picked in enumerate(case["values"]):
        cells = [_get_cell(*one) for one in zip(case["declared"], picked, kinds, strict=True)]
        literals.append([literal for literal, _ in cells])
        rows.append({"id": number, **dict(zip("vw", (value for _, value in cells), strict=True))})
    kept = _open_database()
    kept.execute(
        "set sql_mode = '', time_zone = '+00:00'",
        "drop table if exists things",
        "create table things (id int primary key, v {} null, w {} null) character set utf8mb4".format(
            *(one.removesuffix(" null") for one in case["declared"])
        ),
        *(
            f"insert into things values ({number}, {', '.join(cells)})"
            for number, cells in enumerate(literals)
        ),
    )
    opened: list[Any] = []

    def connect() -> Any:
        connection = kept.server.connect(kept.name, allow_local_infile=False)
        opened.append(connection)
        if case["setting"]:
            connection.cursor().execute(case["setting"])
        return connection

    try:
        database = SqlDatabase(MySqlDialect(), connect, "fuzz_default")
        done = read_all(create_source(source, config, database=database), config)
    finally:
        for connection in opened:
            connection.close()
    told = [
        ", ".join(f"{cell[:60]}::{one}" for cell, one in zip(cells, case["declared"], strict=True))
        for cells in literals
    ]
    return compare(done, read_rows(rows, entity), entity, told)


def _get_cell(declared: str, number: int | None, kind: str) -> tuple[str, Any]:
    if number is None:
        return "null", None
    literal, value = _COLUMNS[declared][number]
    return literal, bool(value) if kind == "boolean" and declared in _FLAGS else value


@cache
def _open_database() -> MariaDBDatabase:
    server, name = share_mariadb(), f"crm_sync_fuzz_{random.SystemRandom().randrange(16**8):08x}"
    server.run(f"create database `{name}`")
    # registered after the server's own stop, so run before it
    atexit.register(server.run, f"drop database if exists `{name}`")
    return MariaDBDatabase(server, name)

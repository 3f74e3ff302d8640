"""PostgreSQL's types as kinds of columns, and how each is selected so that no setting changes its text."""

from __future__ import annotations

from crm_sync.sources.sql.kinds import ColumnKind

KINDS = {
    **dict.fromkeys((20, 21, 23, 26), ColumnKind.INTEGER),
    1700: ColumnKind.DECIMAL,
    790: ColumnKind.MONEY,
    791: ColumnKind.MONEYS,
    **dict.fromkeys((700, 701), ColumnKind.FLOAT),
    16: ColumnKind.BOOLEAN,
    17: ColumnKind.BINARY,
    1082: ColumnKind.DATE,
    1114: ColumnKind.WALL_TIME,
    1184: ColumnKind.MOMENT,
    **dict.fromkeys((25, 1043, 2950, 114, 3802), ColumnKind.TEXT),
    1042: ColumnKind.PADDED,
    1014: ColumnKind.PADDEDS,
    **dict.fromkeys((24, 2202, 2203, 2204, 2205, 2206, 3734, 3769, 4089, 4096, 4191), ColumnKind.NAME),
}
"""Type id to kind. Source: PostgreSQL's pg_type.dat, read 2026-11."""

_CASTS = {
    # not to float8: as money is kept in its smallest unit, the cast is exact
    ColumnKind.MONEY: "numeric",
    ColumnKind.MONEYS: "numeric[]",
    ColumnKind.PADDED: "text",
    ColumnKind.PADDEDS: "text[]",
}

SETTINGS = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    # the shortest text that gives the same float or real
    "extra_float_digits": "3",
    "xmlbinary": "base64",
    "xmloption": "content",
    "standard_conforming_strings": "on",
    # what to_char writes in expressions; lc_monetary stays, as it says how many digits money has
    "lc_numeric": "C",
    "lc_time": "C",
}


def write_column(column: str, kind: ColumnKind) -> str:
    """Write a column as it is selected; blanks that fill a `char(n)` up are no part of its value."""
    return f"CAST({column} AS {_CASTS[kind]})" if kind in _CASTS else column

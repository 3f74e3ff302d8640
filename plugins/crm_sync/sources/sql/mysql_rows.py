"""Rows of MySQL's text protocol as columns: numbers and times of a row come packed into one text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import polars as pl

from crm_sync.sources.sql.kinds import ColumnKind, RowBlock

_SEPARATOR = "\x1f"
_SAMPLED = 50
"""Rows that are looked at for their width."""
_PACKED = frozenset(
    {
        ColumnKind.INTEGER,
        ColumnKind.TINY,
        ColumnKind.DECIMAL,
        ColumnKind.DATE,
        ColumnKind.WALL_TIME,
        ColumnKind.MOMENT,
    }
)


def build_block(rows: list[Any], kinds: Sequence[ColumnKind]) -> RowBlock:
    """Give raw rows as a block, which takes them over."""
    last = _read_last(rows[-1], kinds) if rows else []
    sample = rows[:: max(1, len(rows) // _SAMPLED)]
    # each cell is an object of about 60 bytes for a moment
    widths = [60 * len(row) + sum(len(cell) for cell in row if cell is not None) for row in sample]
    width = sum(widths) / max(len(widths), 1)
    return RowBlock(len(rows), last, width, partial(_build_columns, rows, kinds))


def find_packed(kinds: Sequence[ColumnKind]) -> list[int]:
    """Say which columns come in one text: those that can hold neither the separator nor an empty text."""
    packed = [at for at, kind in enumerate(kinds) if kind in _PACKED]
    return packed if len(packed) > 1 else []


def _read_last(row: Sequence[Any], kinds: Sequence[ColumnKind]) -> list[Any]:
    """Give one row's values in the columns' order."""
    packed = find_packed(kinds)
    if not packed:
        return list(row)
    found = dict(zip(packed, bytes(row[0]).decode().split(_SEPARATOR), strict=True))
    others = iter(row[1:])
    return [found[at] or None if at in found else next(others) for at in range(len(kinds))]


def _build_columns(rows: list[Any], kinds: Sequence[ColumnKind]) -> list[pl.Series]:
    if not rows:
        return [pl.Series(dtype=pl.Binary) for _ in kinds]
    columns = list(zip(*rows, strict=True))
    rows.clear()
    sample = next((value for column in columns for value in column if value is not None), b"")
    if isinstance(sample, bytearray):  # what the client in pure Python gives
        columns = [tuple(None if v is None else bytes(v) for v in column) for column in columns]
    packed = find_packed(kinds)
    if not packed:
        return [pl.Series(column, dtype=pl.Binary) for column in columns]
    # none of these values can be an empty text, so that one is a null
    schema = {str(at): pl.String() for at in packed}
    text = b"\n".join(columns[0])
    frame = pl.read_csv(text, separator=_SEPARATOR, has_header=False, quote_char=None, schema=schema)
    others = (pl.Series(column, dtype=pl.Binary) for column in columns[1:])
    return [frame[str(at)] if at in packed else next(others) for at in range(len(kinds))]

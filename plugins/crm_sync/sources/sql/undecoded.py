"""Texts whose bytes are no UTF-8: read all the same, so that each row of them can be named and rejected."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

UNDECODED = "column {} holds bytes that are no UTF-8"
"""Why a row is rejected: its real text is not known."""
_PLANE = 0x10FF00
"""Each byte that is no UTF-8 stands for a character of private use while the rows are taken apart."""
_MARKS = f"[{chr(_PLANE + 0x80)}-{chr(_PLANE + 0xFF)}]"


def read_undecoded(content: bytes, schema: Mapping[str, type[pl.DataType]]) -> list[pl.Series]:
    """Read CSV whose cells may hold any bytes.

    Returns:
        Columns of texts; one that has a cell that is no UTF-8 as bytes.
    """
    text = content.decode("utf-8", errors="surrogateescape")
    marked = text.translate({0xDC00 + byte: _PLANE + byte for byte in range(0x80, 0x100)})
    frame = pl.read_csv(marked.encode(), has_header=False, schema=schema)
    return [_unmark(column) if column.str.contains(_MARKS).any() else column for column in frame]


def decode_column(column: pl.Series) -> tuple[pl.Series, tuple[int, ...]]:
    """Read bytes as UTF-8.

    Returns:
        The texts, with U+FFFD for what is none, and the rows that have one.
    """
    try:
        return column.cast(pl.String), ()
    except pl.exceptions.PolarsError:
        return _replace(column.to_list())


def _replace(values: list[bytes | None]) -> tuple[pl.Series, tuple[int, ...]]:
    texts: list[str | None] = []
    rows: list[int] = []
    for row, value in enumerate(values):
        text = None if value is None else value.decode(errors="surrogateescape")
        if text is not None and not text.isascii() and any("\udc80" <= one <= "\udcff" for one in text):
            rows.append(row)
            text = value.decode(errors="replace") if value is not None else None
        texts.append(text)
    return pl.Series(texts, dtype=pl.String), tuple(rows)


def _unmark(column: pl.Series) -> pl.Series:
    back = {_PLANE + byte: 0xDC00 + byte for byte in range(0x80, 0x100)}
    values = [
        None if text is None else text.translate(back).encode("utf-8", errors="surrogateescape")
        for text in column.to_list()
    ]
    return pl.Series(values, dtype=pl.Binary)

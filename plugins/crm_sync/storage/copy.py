"""Frames to the server by COPY, in PostgreSQL's text format, encoded in a thread while the server reads.

The text format and not CSV: a null can't be taken for an empty string, a line is always one row (so that the
server's error names it), and a line with the end-of-data mark inside a value is harmless on every version.
Times are spelled short where their column is one of times: without dashes, colons and a fraction of zeros
PostgreSQL reads them in two thirds of the time.
"""

from __future__ import annotations

import contextlib
import io
import queue
import threading
from collections.abc import Collection, Iterator

import polars as pl
from psycopg2 import sql

from crm_sync.storage.pg_types import PgCursor

_FIRST_ROWS, _SLICE_ROWS = 1024, 8192
"""Rows of a slice; the server waits for the first one, so that it is short."""
_SPECIAL = ["\\", "\t", "\n", "\r"]
_ESCAPED = ["\\\\", "\\t", "\\n", "\\r"]
_DATETIME_FORMAT = "%Y-%m-%d %H:%M:%S%.6f+00"
_SHORT_DATE, _SHORT_SECOND, _SHORT_MICROSECOND = "%Y%m%d", "%Y%m%d %H%M%SZ", "%Y%m%d %H%M%S%.6fZ"
_DATE_OID, _TIMESTAMPTZ_OID = 1082, 1184


def encode_rows(frame: pl.DataFrame, *, shorten: Collection[str] = ()) -> bytes:
    """Write a frame as lines of COPY's text format.

    Args:
        frame: rows; datetimes must be in UTC.
        shorten: columns of times that the server reads as such, and not as texts.

    Source: PostgreSQL manual, COPY, "Text Format", and Date/Time Input, read 2026-01.
    """
    if shorten:
        frame = frame.with_columns(_spell_short(frame[name]) for name in shorten)
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if texts:
        found = frame.select(pl.col(texts).str.contains_any(_SPECIAL).any()).row(0)
        to_escape = [name for name, has_special in zip(texts, found, strict=True) if has_special]
        if to_escape:
            frame = frame.with_columns(pl.col(to_escape).str.replace_many(_SPECIAL, _ESCAPED))
    buffer = io.BytesIO()
    frame.write_csv(
        buffer,
        include_header=False,
        separator="\t",
        quote_style="never",
        null_value="\\N",
        datetime_format=_DATETIME_FORMAT,
    )
    return buffer.getvalue()


def _spell_short(times: pl.Series) -> pl.Series:
    if times.dtype == pl.Date:
        return times.dt.to_string(_SHORT_DATE)
    is_whole = (times.dt.microsecond() == 0).all()
    return times.dt.to_string(_SHORT_SECOND if is_whole else _SHORT_MICROSECOND)


class _FrameReader:
    """A file for psycopg2 whose next slice is encoded while the server takes the current one."""

    def __init__(self, frame: pl.DataFrame, shorten: Collection[str], order: pl.Series | None) -> None:
        self._shorten, self._order = shorten, order
        self._slices: queue.Queue[bytes | BaseException] = queue.Queue(maxsize=2)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._encode, args=(frame,), daemon=True)
        self._thread.start()

    def readline(self, size: int = -1) -> bytes:
        raise NotImplementedError  # psycopg2 only reads

    def read(self, _size: int = -1) -> bytes:
        # a slice may be longer: libpq takes any length
        item = self._slices.get()
        if isinstance(item, BaseException):
            raise item
        return item

    def close(self) -> None:
        self._closed.set()
        with contextlib.suppress(queue.Empty):
            while True:
                self._slices.get_nowait()
        self._thread.join()

    def _encode(self, frame: pl.DataFrame) -> None:
        try:
            for part in _cut(frame, self._order):
                if self._closed.is_set():
                    return
                self._slices.put(encode_rows(part, shorten=self._shorten))
            self._slices.put(b"")
        except BaseException as error:  # noqa: BLE001  # handed to the reading thread, which raises it
            self._slices.put(error)


def _cut(frame: pl.DataFrame, order: pl.Series | None) -> Iterator[pl.DataFrame]:
    start, rows = 0, _FIRST_ROWS
    while start < frame.height:
        yield frame.slice(start, rows) if order is None else frame[order.slice(start, rows)]
        start, rows = start + rows, _SLICE_ROWS


def copy_rows(
    cursor: PgCursor, table: sql.Composable, frame: pl.DataFrame, *, order: pl.Series | None = None
) -> int:
    """Send a frame to a table; its columns are matched by name.

    Args:
        cursor: psycopg2 cursor inside a transaction.
        table: target or temporary table.
        frame: rows; decimals and JSON are text that the server casts.
        order: positions of the rows in the order in which they are sent; None: as they stand.

    Returns:
        Rows the server took.

    Raises:
        psycopg2.Error: the server refused a row or the connection was lost.
    """
    columns = sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    statement = sql.SQL("copy {} ({}) from stdin").format(table, columns).as_string(cursor)
    shorten = _find_times(cursor, table, frame)
    if frame.height <= _SLICE_ROWS:
        rows = frame if order is None else frame[order]
        cursor.copy_expert(statement, io.BytesIO(encode_rows(rows, shorten=shorten)))
        return int(cursor.rowcount)
    reader = _FrameReader(frame, shorten, order)
    try:
        cursor.copy_expert(statement, reader)
    finally:
        reader.close()
    return int(cursor.rowcount)


def _find_times(cursor: PgCursor, table: sql.Composable, frame: pl.DataFrame) -> list[str]:
    """Name the times whose column is one of times, too: a user's text column keeps the long spelling."""
    names = [name for name, dtype in frame.schema.items() if dtype in (pl.Date, pl.Datetime)]
    if not names:
        return []
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    cursor.execute(sql.SQL("select {} from {} limit 0").format(columns, table))
    return [one.name for one in cursor.description or () if one.type_code in (_DATE_OID, _TIMESTAMPTZ_OID)]


def read_numbers(cursor: PgCursor, query: sql.Composable) -> list[int]:
    """Run a query of one whole-number column and give its values; several times faster than fetchall."""
    buffer = io.BytesIO()
    cursor.copy_expert(sql.SQL("copy ({}) to stdout").format(query).as_string(cursor), buffer)
    return [int(value) for value in buffer.getvalue().split()]

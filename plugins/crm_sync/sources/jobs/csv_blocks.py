"""Blocks of a large CSV to frames of texts: where the last whole record ends, and what is null.

Two readers look at each block: Polars tells an empty cell in quotes from one without, and takes a row with
too few cells for one that ends in nulls; Python's, which can't tell the two cells apart, finds such a row.
Where a pattern shows that all rows are plain and have their cells, Python's need not look.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import polars as pl

from crm_sync.config.job_files import JobFile
from crm_sync.fields.reading import RESERVED_COLUMNS
from crm_sync.rest.header_rows import check_header

_QUOTE, _BREAK = b'"', b"\n"
_ROWS_AT_ONCE = 64
_PLAIN_CELL = r"""(?:"[^"]*+(?:""[^"]*+)*+"|[^"\r\n%s]*+)"""


class BrokenFileError(ValueError):
    """The bytes are no whole CSV; the message completes "the file"."""


def find_end(block: bytes) -> int:
    """Give the length of the whole records of a block; 0: there is none.

    Args:
        block: begins where a record does; quotes inside of quotes are doubled.
    """
    end = block.rfind(_BREAK)
    while end >= 0 and block.count(_QUOTE, 0, end) % 2:
        # the quote before this line break opens a cell in which it stands
        end = block.rfind(_BREAK, 0, block.rfind(_QUOTE, 0, end))
    return end + 1


def find_first_end(block: bytes) -> int:
    """Give the length of the first record; 0: it is not whole."""
    end = block.find(_BREAK)
    while end >= 0 and block.count(_QUOTE, 0, end) % 2:
        end = block.find(_BREAK, end + 1)
    return end + 1


def has_open_quote(block: bytes) -> bool:
    """Tell whether a block ends inside of a cell in quotes."""
    return bool(block.count(_QUOTE) % 2)


def read_names(line: bytes, words: JobFile) -> list[str]:
    """Read the header.

    Args:
        line: the first record.
        words: its dialect.

    Raises:
        BrokenFileError: it is no header: not UTF-8, empty, with a name twice or one that the sync keeps.
    """
    try:
        names = check_header(next(_read_rows(line.decode("utf-8-sig"), words), []), "CSV")
    except (ValueError, csv.Error) as error:
        raise BrokenFileError(str(error)) from error
    if own := [name for name in names if name in RESERVED_COLUMNS]:
        raise BrokenFileError(f"has a column '{own[0]}', a name that the sync keeps for itself")
    return names


def read_rows(block: bytes, names: Sequence[str], words: JobFile) -> pl.DataFrame:
    """Read whole records.

    Args:
        block: of the file.
        names: of its columns.
        words: its dialect.

    Returns:
        A column of texts for each name, null where a cell is empty without quotes.

    Raises:
        BrokenFileError: it is not UTF-8, a row has more or fewer cells than there are names, or quotes are
            wrong.
    """
    try:
        block.decode()
        height = _count_plain_rows(block, len(names), words.delimiter)
        if height is None:
            height = _count_rows(block.decode(), len(names), words)
        frame = pl.read_csv(
            block,
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            separator=words.delimiter,
        )
    except (UnicodeError, csv.Error, pl.exceptions.PolarsError) as error:
        raise BrokenFileError(f"is no complete CSV: {str(error).partition(chr(10))[0]}") from error
    if frame.height != height:
        raise BrokenFileError(f"can be read as {height:,} and as {frame.height:,} rows")
    if words.quoted_empty == "null":
        texts = pl.col(pl.String)
        frame = frame.with_columns(pl.when(texts != "").then(texts))
    return frame


def _count_plain_rows(block: bytes, width: int, delimiter: str) -> int | None:
    """Count the rows in a quarter of the time; None: some may be of another width or written another way."""
    if not delimiter.isascii() or b"\0" in block:
        return None
    whole = block if block.endswith(_BREAK) else block + _BREAK * bool(block)
    at = height = 0
    for rows in (_ROWS_AT_ONCE, 1):
        pattern = _build_rows(rows, width, delimiter)
        while found := pattern.match(whole, at):
            at, height = found.end(), height + rows
    return height if at == len(whole) else None


@lru_cache(maxsize=8)
def _build_rows(rows: int, width: int, delimiter: str) -> re.Pattern[bytes]:
    """Build the pattern of rows that each reader takes for the same cells."""
    sign = re.escape(delimiter)
    row = sign.join([_PLAIN_CELL % sign] * width) + "\n"
    return re.compile(f"(?:{row}){{{rows}}}+".encode())


def _count_rows(text: str, width: int, words: JobFile) -> int:
    """Count the rows, and refuse one of another width; of one column, a blank line is a null."""
    height = 0
    for row in _read_rows(text, words):
        height += 1
        if len(row) != width and (row or width > 1):
            raise BrokenFileError(f"has a row of {len(row)} cells, and the header has {width}")
    return height


def _read_rows(text: str, words: JobFile) -> Iterator[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    return csv.reader(io.StringIO(text, newline=""), delimiter=words.delimiter, strict=True)

"""Pages of records from Python's csv reader in strict mode, each with the line where it begins.

Two ways to the same answer: page by page in C, and record by record where something depends on where one
begins.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Protocol

from crm_sync.config.file_words import FileWords
from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.csv_lines import RecordLines

if TYPE_CHECKING:
    from _csv import Reader as _Reader

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_SPARE_CHARS = 64
"""A token in the place of a null mark is longer than the mark."""

Taken = tuple[list[list[str]], list[int]]
"""Records and their lines; a blank line is a record without cells."""


class Pages(Protocol):
    """Gives the records of one file in their order."""

    def take(self, count: int) -> Taken:
        """Take up to `count` records; none at the end of the file.

        Raises:
            FatalSourceError: quotes are wrong, or a cell is too long; names the line where the record begins.
        """


class PlainPages:
    """Takes whole pages.

    Args:
        lines: of the file, from the line after the header on.
        line: last line before them.
        name: of the file.
        read: its configuration.
    """

    def __init__(self, lines: Iterable[str], line: int, name: str, read: FileWords) -> None:
        self._reader, self._offset, self._name, self._read = open_reader(lines, read), line, name, read

    def take(self, count: int) -> Taken:
        """Take records; see `Pages.take`."""
        start = self._reader.line_num + self._offset
        records: list[list[str]] = []
        with _limited(self._read):
            try:
                # in place: the records before a fault stay, and give the line of the record that has it
                records.extend(islice(self._reader, count))
            except csv.Error as error:
                line = start + sum(map(_count_lines, records)) + 1
                raise build_error(self._name, line, error, self._read) from error
        return records, _number(records, start, self._reader.line_num + self._offset)


class CarefulPages:
    """Takes record by record, and stops at a blank line where the YAML says that it ends the file.

    Args:
        lines: of the file, from the one behind the header on.
        name: of the file.
        read: its configuration.
    """

    def __init__(self, lines: RecordLines, name: str, read: FileWords) -> None:
        self.lines, self._name, self._read = lines, name, read
        self._reader = open_reader(lines, read)
        self._is_over = False
        self.left_over = 0
        """Lines after the blank line that ended the file."""

    def take(self, count: int) -> Taken:
        """Take records; see `Pages.take`."""
        records: list[list[str]] = []
        lines: list[int] = []
        with _limited(self._read):
            while len(records) < count and not self._is_over:
                record = self._take_one()
                if record is None:
                    self._is_over = True
                elif self._read.end_at_blank_line and not any(cell.strip() for cell in record):
                    self._is_over, self.left_over = True, self.lines.count_rest()
                else:
                    records.append(record)
                    lines.append(self.lines.start)
        return records, lines

    def _take_one(self) -> list[str] | None:
        self.lines.at_start = True
        try:
            return next(self._reader, None)
        except csv.Error as error:
            raise build_error(self._name, self.lines.start, error, self._read) from error


def open_reader(lines: Iterable[str], read: FileWords) -> _Reader:
    """Open Python's reader as the configuration says."""
    return csv.reader(
        lines,
        delimiter=read.delimiter,
        quotechar=read.quotechar,
        escapechar=read.escapechar,
        skipinitialspace=read.skip_initial_space,
        strict=True,
    )


@contextmanager
def _limited(read: FileWords) -> Iterator[None]:
    """Set the cell limit, which is the process's, just for this."""
    limit = csv.field_size_limit(max(read.max_field_chars, _SPARE_CHARS))
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def _number(records: list[list[str]], start: int, end: int) -> list[int]:
    """Give the line where each record begins; `start` and `end`: the last line read before and after them."""
    if end - start == len(records):
        return list(range(start + 1, end + 1))
    return list(accumulate(map(_count_lines, records[:-1]), initial=start + 1))


def _count_lines(record: list[str]) -> int:
    # a quoted line break is a line of the file, as the text layer counts them
    return 1 + sum(len(_LINE_BREAK.findall(cell)) for cell in record if "\n" in cell or "\r" in cell)


def build_error(name: str, line: int, error: csv.Error, read: FileWords) -> FatalSourceError:
    """Say what is wrong with a record that the reader refuses."""
    return FatalSourceError(
        f"File {name}, record that begins in line {line:,}: {_explain(error, read)}. Nothing was saved."
    )


def _explain(error: csv.Error, read: FileWords) -> str:
    text = str(error)
    if "field larger" in text:
        return f"a cell is longer than max_field_chars, {read.max_field_chars:,}; is a quote not closed?"
    if "unexpected end" in text:
        return "a quote is opened and never closed"
    if "expected after" in text:
        return f"a quoted cell is followed by something other than {read.delimiter!r}"
    return text

"""CSV text to frames with Python's csv module in strict mode; what a record's shape means is `files_frames`.

A fault of the whole file (encoding, quotes, header) raises; it names the line or the byte.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import polars as pl

from crm_sync.config.models import EntityConfig
from crm_sync.config.reads import FilesRead
from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.files.frames import FrameBuilder
from crm_sync.sources.files.header import check_header, get_mapped
from crm_sync.sources.files.text import build_encoding_error

if TYPE_CHECKING:
    from _csv import Reader as _Reader

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class CsvFile:
    """One unpacked CSV file on the local disk.

    Args:
        path: where it lies.
        name: what messages call it.
        entity: whose columns are read.
        read: its read configuration.
        encoding: codec that reads it.
    """

    path: Path
    name: str
    entity: EntityConfig
    read: FilesRead
    encoding: str

    def read_frames(self, *, page_records: int, skip: int = 0) -> Iterator[pl.DataFrame]:
        """Read the file from its beginning.

        Args:
            page_records: most records of a frame.
            skip: records to leave out, read by an earlier try.

        Yields:
            Frames in file order, none of them empty; blank lines are no records.

        Raises:
            FatalSourceError: header, encoding or quotes are wrong, or a cell is too long.
        """
        with self.path.open(encoding=self.encoding, newline="") as text:
            try:
                yield from self._read(text, page_records, skip)
            except UnicodeDecodeError as error:
                raise build_encoding_error(self.path, self.name, self.encoding) from error

    def _read(self, text: TextIO, page_records: int, skip: int) -> Iterator[pl.DataFrame]:
        above = self.read.header_row - 1
        for _ in range(above):
            text.readline()
        reader = csv.reader(
            text,
            delimiter=self.read.delimiter,
            quotechar=self.read.quotechar,
            escapechar=self.read.escapechar,
            skipinitialspace=self.read.skip_initial_space,
            strict=True,
        )
        header: list[list[str]] = []
        self._take(reader, header, 1)
        builder = FrameBuilder(
            self.name,
            check_header(header[0] if header else [], self.entity, self.read, name=self.name),
            self.read,
            get_mapped(self.entity),
        )
        while True:
            start = reader.line_num + above
            records: list[list[str]] = []
            self._take(reader, records, page_records)
            if not records:
                return
            lines = _number(records, start, reader.line_num + above)
            if [] in records:
                lines = [line for line, record in zip(lines, records, strict=True) if record]
                records = [record for record in records if record]
            skipped = min(skip, len(records))
            skip -= skipped
            if records[skipped:]:
                yield builder.build(records[skipped:], lines[skipped:])

    def _take(self, reader: _Reader, records: list[list[str]], count: int) -> None:
        """Append up to `count` records; the cell limit is the process's, so it is set just for this."""
        start = reader.line_num + self.read.header_row - 1
        limit = csv.field_size_limit(self.read.max_field_chars)
        try:
            # in place: what came before a fault stays, and tells the line of the record that has it
            records.extend(islice(reader, count))
        except csv.Error as error:
            line = start + sum(map(_count_lines, records)) + 1
            raise FatalSourceError(
                f"File {self.name}, record that begins in line {line:,}: {_explain(error, self.read)}. "
                "Nothing was saved."
            ) from error
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


def _explain(error: csv.Error, read: FilesRead) -> str:
    text = str(error)
    if "field larger" in text:
        return f"a cell is longer than max_field_chars, {read.max_field_chars:,}; is a quote not closed?"
    if "unexpected end" in text:
        return "a quote is opened and never closed"
    if "expected after" in text:
        return f"a quoted cell is followed by something else than {read.delimiter!r}"
    return text

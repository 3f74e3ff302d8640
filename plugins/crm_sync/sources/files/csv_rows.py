"""A CSV file to frames: header, null marks, lines that are no records; a record's shape is `frames`' matter.

A fault of the whole file (encoding, quotes, header) raises; it names the line or the byte.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import polars as pl

from crm_sync.config.file_words import FileWords
from crm_sync.config.models import EntityConfig
from crm_sync.sources.files.csv_lines import EscapeWatch, RecordLines, prepare_lines
from crm_sync.sources.files.csv_pages import CarefulPages, Pages, PlainPages, build_error, open_reader
from crm_sync.sources.files.frames import FrameBuilder
from crm_sync.sources.files.header import check_header, get_mapped
from crm_sync.sources.files.missing import find_missing
from crm_sync.sources.files.notes import Notes
from crm_sync.sources.files.null_marks import NullMarks
from crm_sync.sources.files.record_sieve import RecordSieve
from crm_sync.sources.files.sifted_frames import build_frames, log_lines, tell_left_out
from crm_sync.sources.files.text import build_encoding_error, has_inner_mark


@dataclass
class CsvFile:
    """One unpacked CSV file on the local disk.

    Args:
        path: where it is.
        name: its name in messages.
        entity: whose columns are read.
        read: its read configuration.
        encoding: codec that reads it.
        ends_line: whether its last line has a line break.
        seen: sources of columns that earlier reads of the entity found.
        notes: takes sentences about oddities.
    """

    path: Path
    name: str
    entity: EntityConfig
    read: FileWords
    encoding: str
    ends_line: bool = True
    seen: Collection[str] = ()
    notes: Notes = field(default_factory=Notes)
    missing: frozenset[str] = field(default=frozenset(), init=False)
    """Once a frame was given: mapped columns that the header does not have."""
    found: frozenset[str] = field(default=frozenset(), init=False)
    """Once a frame was given: mapped sources that the header has."""

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
            except UnicodeError as error:
                raise build_encoding_error(self.path, self.name, self.encoding) from error

    def _read(self, text: TextIO, page_records: int, skip: int) -> Iterator[pl.DataFrame]:
        cells, line = self._take_header(text)
        names = check_header(cells, self.entity, self.read, name=self.name)
        self._compare(names)
        marks, watch = NullMarks(self.read), EscapeWatch(self.read)
        pages = self._open_pages(RecordLines(prepare_lines(text, marks, watch), line, self._prefixes))
        sieve = RecordSieve(cells, self.read, ends_line=self.ends_line)
        builder = FrameBuilder(self.name, names, self.read, get_mapped(self.entity), marks)
        yield from build_frames(pages, sieve, builder, page_records=page_records, skip=skip)
        self._tell(sieve, pages, watch, builder)

    @property
    def _prefixes(self) -> tuple[str, ...]:
        return self.read.skip_lines_starting

    def _take_header(self, text: TextIO) -> tuple[list[str], int]:
        """Give the header's cells and the last line that they take."""
        above = self.read.header_row - 1
        for _ in range(above):
            text.readline()
        lines = RecordLines(iter(text), above, self._prefixes)
        try:
            cells = next(open_reader(lines, self.read), [])
        except csv.Error as error:
            raise build_error(self.name, lines.start, error, self.read) from error
        return cells, lines.line

    def _compare(self, names: list[str]) -> None:
        missing = find_missing(names, self.entity, seen=self.seen, name=self.name)
        self.missing, self.found = missing.columns, get_mapped(self.entity).intersection(names)
        if missing.note is not None:
            self.notes.add(self.name, missing.note)

    def _open_pages(self, lines: RecordLines) -> Pages:
        is_careful = self._prefixes or self.read.end_at_blank_line
        if is_careful or has_inner_mark(self.path, self.encoding):
            return CarefulPages(lines, self.name, self.read)
        return PlainPages(lines.lines, lines.line, self.name, self.read)

    def _tell(self, sieve: RecordSieve, pages: Pages, watch: EscapeWatch, builder: FrameBuilder) -> None:
        """Report lines that were not records, and values that may not be what they seem."""
        if isinstance(pages, CarefulPages):
            log_lines(self.name, pages.lines.skipped, "skipped because of skip_lines_starting")
            log_lines(self.name, pages.left_over, "skipped after the blank line that ends the file")
            if pages.lines.marks:
                self.notes.add(
                    self.name, f"{pages.lines.marks:,} byte order marks inside the file were left out."
                )
        tell_left_out(sieve, builder, self.notes)
        if watch.count:
            self.notes.add(
                self.name,
                f"the escape character is followed by a letter or digit {watch.count:,} times, for example "
                f"{watch.example}, which was read as {watch.example[-1]}. If it means null, add it to "
                "null_values.",
            )
        if builder.quoted_mark is not None:
            self.notes.add(
                self.name,
                f"a quoted cell holds {builder.quoted_mark}, which means null only without quotes, so it was "
                "read as a text. If it means null with quotes too, add it with its quotes to null_values.",
            )

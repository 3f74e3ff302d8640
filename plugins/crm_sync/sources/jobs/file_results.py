"""The records of a finished job as one file: ranges of bytes to pages of texts, counted like others."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import polars as pl
from typing_extensions import override

from crm_sync.config.job_files import JobFile
from crm_sync.exceptions import StalePositionError, UnexpectedResponseError
from crm_sync.fields.key_paths import join_path
from crm_sync.sources.base import Page, build_page
from crm_sync.sources.jobs.csv_blocks import (
    BrokenFileError,
    find_end,
    find_first_end,
    has_open_quote,
    read_names,
    read_rows,
)
from crm_sync.sources.jobs.file_places import find_place
from crm_sync.sources.jobs.file_ranges import FileRanges
from crm_sync.sources.jobs.position import JobPosition
from crm_sync.sources.jobs.results import ResultReader
from crm_sync.sources.rest.position import Position

_HEAD_BYTES = 65_536
_MOST_RECORDS = 50_000


@dataclass(frozen=True)
class Place:
    """A position in the file: the byte where a block begins, the records of it that are read, the version."""

    offset: int = 0
    done: int = 0
    etag: str = ""

    @classmethod
    def read(cls, locator: str | None) -> Place:
        """Read what `write` wrote; the beginning, where there is nothing.

        Raises:
            StalePositionError: it is a position among pages; the connection has changed since.
        """
        if locator is None:
            return cls()
        offset, _, rest = locator.partition(":")
        done, _, etag = rest.partition(":")
        if not offset.isdecimal() or not done.isdecimal():
            raise StalePositionError("an earlier try read the results as pages")
        return cls(int(offset), int(done), etag)

    def write(self) -> str:
        """Write the position as the manifest keeps it."""
        return f"{self.offset}:{self.done}:{self.etag}"


@dataclass
class FileResultReader(ResultReader):
    """Reads the result of a job from its file; see `ResultReader`."""

    words: JobFile | None = None
    address: str = ""
    """Of the file, as the source named it."""

    @override
    def read_pages(self, position: JobPosition, total: int | None) -> Generator[Page]:
        """Read the file behind a position.

        Args:
            position: of the job.
            total: records that the job says it has; None: it does not say.

        Raises:
            UnexpectedResponseError: the file is no CSV, ends too early, or lies where it may not.
            StalePositionError: it is another file than that of an earlier try.
        """
        if self.words is None:
            raise TypeError("no words about the file")
        place = Place.read(position.locator)
        ranges = FileRanges(find_place(self.client, self.words, self.address), place.etag)
        self.read = position.read
        size = self.words.range_bytes
        try:
            head = _read_first(ranges, min(size, _HEAD_BYTES))
            names = read_names(head, self.words)
            offset, done = max(place.offset, len(head)), place.done
            missing = self._find_gone(names)
            while offset < (ranges.size or 0):
                block = _read_whole(ranges, offset, size)
                frame = read_rows(block, names, self.words)
                for start in range(done, frame.height, self._page_records):
                    part = frame.slice(start, self._page_records)
                    self.read += part.height
                    is_last = start + part.height == frame.height
                    ahead = Place(offset + len(block), 0) if is_last else Place(offset, start + part.height)
                    here = Place(ahead.offset, ahead.done, ranges.etag)
                    yield self._build_page(part, position.go_to(here.write(), self.read), missing, ranges)
                offset, done = offset + len(block), 0
        except BrokenFileError as error:
            raise UnexpectedResponseError(f"the file of job {position.job} {error}") from error
        self._judge(position.job, total)
        end = Position(is_over=True, doubt=self.doubt).to_cursor()
        yield build_page([], cursor_key=self.part.key, cursor=end, calls=ranges.take_calls())

    @property
    def _page_records(self) -> int:
        """Give the records of a page, which fills no more than a chunk."""
        return min(_MOST_RECORDS, self.entity.chunk_records)

    def _build_page(
        self, frame: pl.DataFrame, position: JobPosition, missing: frozenset[str], ranges: FileRanges
    ) -> Page:
        named = frame.rename({name: join_path((name,)) for name in frame.columns})
        keys = frozenset(named.columns)
        return Page(
            *(None, named, frame.height, keys, self.part.key, position.to_cursor()),
            calls=ranges.take_calls(),
            missing=missing,
        )


def _read_first(ranges: FileRanges, count: int) -> bytes:
    """Give the first record of the file."""
    block = ranges.read(0, count)
    while not (end := find_first_end(block)):
        if len(block) >= (ranges.size or 0):
            return block
        block += ranges.read(len(block), count)
    return block[:end]


def _read_whole(ranges: FileRanges, start: int, count: int) -> bytes:
    """Give whole records from a place on, of about `count` bytes.

    Raises:
        BrokenFileError: the file ends inside of a record.
    """
    block = ranges.read(start, count)
    while True:
        if start + len(block) >= (ranges.size or 0):
            # the last record may lack its line break, but not a quote
            if has_open_quote(block):
                raise BrokenFileError("ends inside of a record")
            return block
        if end := find_end(block):
            return block[:end]
        block += ranges.read(start + len(block), count)

"""CSV records to a Polars frame: all text, with each record's line, and a fault where its shape is wrong.

No record is dropped: a short one has nulls where cells are missing, a long one keeps its further cells in
columns of their own (`column_6`), which end in `extra`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import msgspec
import polars as pl

from crm_sync.config.file_words import FileWords
from crm_sync.sources.files.header import FAULT, FILE, HASH, LINE
from crm_sync.sources.files.null_marks import NullMarks

MAX_EXTRA_COLUMNS = 100
"""Cells beyond the header that get a column each; the rest of them share the last one as a JSON list."""

_encode = msgspec.json.Encoder().encode


@dataclass
class FrameBuilder:
    """Builds the frames of one file.

    Args:
        name: of the file.
        header: names of its columns.
        read: says what happens to cells beyond the header.
        wanted: reserved columns that the entity maps; the others are not made.
        marks: finds what is null.
    """

    name: str
    header: list[str]
    read: FileWords
    wanted: frozenset[str]
    marks: NullMarks
    quoted_mark: str | None = field(default=None, init=False)
    """A null mark that some cell has in quotes, where it is a text."""
    _pick: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # sorted by name, so that columns that only changed places give the same hash
        self._pick = itemgetter(*sorted(range(len(self.header)), key=self.header.__getitem__))

    def build(
        self, records: list[list[str]], lines: Sequence[int], known_faults: Mapping[int, str]
    ) -> pl.DataFrame:
        """Build one frame.

        Args:
            records: cells of each record, as the reader gave them; consumed.
            lines: line of each record.
            known_faults: place of a record to why it is broken although its shape is right.

        Returns:
            The header's columns, those for further cells, and the reserved ones; `_line` and `_fault` always.
        """
        width = len(self.header)
        faults: list[str | None] = (
            [known_faults.get(at) for at in range(len(records))] if known_faults else [None] * len(records)
        )
        extras: list[list[str]] = []
        if set(map(len, records)) != {width}:
            extras = self._even(records, lines, faults)
        hashes = self._hash(records, extras) if HASH in self.wanted else None
        columns = [
            pl.Series(name, cells, dtype=pl.String)
            for name, cells in zip(self.header, zip(*records, strict=True), strict=True)
        ]
        frame = pl.DataFrame([*columns, *self._extra_columns(extras)])
        frame = self.marks.apply(frame)
        self.quoted_mark = self.quoted_mark or self.marks.find_quoted(frame)
        own = [pl.Series(LINE, lines, dtype=pl.Int64), pl.Series(FAULT, faults, dtype=pl.String)]
        if hashes is not None:
            own.append(pl.Series(HASH, hashes, dtype=pl.String))
        frame = frame.with_columns(own)
        return frame.with_columns(pl.lit(self.name).alias(FILE)) if FILE in self.wanted else frame

    def _even(
        self, records: list[list[str]], lines: Sequence[int], faults: list[str | None]
    ) -> list[list[str]]:
        """Give every record the header's width; return the rest, and note faults in `faults`."""
        width = len(self.header)
        extras: list[list[str]] = [[]] * len(records)
        for at, record in enumerate(records):
            count = len(record)
            if count == width:
                continue
            fault = f"line {lines[at]:,}: the record has {count} cells, the header has {width}"
            if count < width:
                faults[at] = fault
                records[at] = record + [None] * (width - count)  # type: ignore[list-item]  # null, not an empty cell
                continue
            records[at] = record[:width]
            if not any(map(str.strip, record[width:])):
                continue  # commas at the end of a line shift nothing
            if self.read.on_extra_columns != "ignore":
                extras[at] = record[width:]
            if self.read.on_extra_columns == "error":
                faults[at] = fault
        return extras

    def _extra_columns(self, extras: list[list[str]]) -> list[pl.Series]:
        count = min(max(map(len, extras), default=0), MAX_EXTRA_COLUMNS)
        columns = []
        for at in range(count):
            cells = [_get_extra(extra, at) for extra in extras]
            columns.append(pl.Series(self._name_extra(at), cells, dtype=pl.String))
        return columns

    def _name_extra(self, at: int) -> str:
        name = f"column_{len(self.header) + at + 1}"
        while name in self.header:
            name += "_"
        return name

    def _hash(self, records: list[list[str]], extras: list[list[str]]) -> list[str]:
        pick, sha256 = self._pick, hashlib.sha256
        if self.marks.has_hits:
            records = [[self.marks.restore(cell) for cell in record] for record in records]
        if not any(extras):
            return [sha256(_encode(pick(record))).hexdigest() for record in records]
        pairs = zip(records, extras, strict=True)
        contents = ((pick(record), extra) if extra else pick(record) for record, extra in pairs)
        return [sha256(_encode(content)).hexdigest() for content in contents]


def _get_extra(extra: list[str], at: int) -> str | None:
    if not any(map(str.strip, extra[at:])):
        return None  # nothing but empty cells from here on, also where an empty text is no null
    is_last = at == MAX_EXTRA_COLUMNS - 1
    return _encode(extra[at:]).decode() if is_last and len(extra) > MAX_EXTRA_COLUMNS else extra[at]

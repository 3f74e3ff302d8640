"""Prepares the lines for Python's csv reader: hides null marks, and leaves out lines outside records.

A file that needs none of it is handed over as it is, at the speed of C.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import TextIO

from crm_sync.config.file_words import FileWords
from crm_sync.sources.files.header import BYTE_ORDER_MARK
from crm_sync.sources.files.null_marks import NullMarks

_CHUNK_CHARS = 1 << 20


@dataclass
class EscapeWatch:
    """Looks for escapes that are more than "take the next character as it is".

    Args:
        read: names escape character and null marks.
        example: the first one found, with what became of it.
        count: how many.
    """

    read: FileWords
    example: str = ""
    count: int = 0
    _pattern: re.Pattern[str] | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        escape = self.read.escapechar
        # pair by pair: the second backslash of two escapes nothing
        self._pattern = re.compile(re.escape(escape) + "(.)", re.DOTALL) if escape else None

    def look(self, text: str) -> None:
        """Count letters and digits after an escape: some writers mean a line break, a NUL or a null."""
        if self._pattern is None or str(self.read.escapechar) not in text:
            return
        found = [char for char in self._pattern.findall(text) if char.isalnum()]
        if found and not self.example:
            self.example = f"{self.read.escapechar}{found[0]}"
        self.count += len(found)


def prepare_lines(text: TextIO, marks: NullMarks, watch: EscapeWatch) -> Iterator[str]:
    """Give the lines of the rest of a file, with tokens in the place of null marks."""
    if not marks and watch.read.escapechar is None:
        return iter(text)
    return chain.from_iterable(_prepare(text, marks, watch))


def _prepare(text: TextIO, marks: NullMarks, watch: EscapeWatch) -> Iterator[Iterable[str]]:
    while lines := text.readlines(_CHUNK_CHARS):
        if not lines[-1].endswith(("\n", "\r")):
            # Python's reader does not end a last line without a break that follows an escaped one
            lines[-1] += "\n"
        joined = "".join(lines)
        hidden = marks.hide(joined)
        watch.look(hidden)
        # a token has no line break in it
        yield lines if hidden is joined else io.StringIO(hidden, newline="")


@dataclass
class RecordLines:
    """Lines for a reader that is told where a record begins, so that nothing inside of a cell is left out.

    Args:
        lines: from `prepare_lines`.
        line: last line given, counted as the file has them.
        prefixes: a line that begins so is passed over.
    """

    lines: Iterator[str]
    line: int
    prefixes: tuple[str, ...]
    at_start: bool = True
    """Set before each record: the next line is its first."""
    start: int = 0
    """Line where the latest record begins."""
    skipped: int = 0
    marks: int = 0
    """Byte order marks that were left out."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._next()
        if self.at_start:
            while self.prefixes and line.startswith(self.prefixes):
                self.skipped += 1
                line = self._next()
            self.start, self.at_start = self.line, False
        return line

    def count_rest(self) -> int:
        """Read to the end of the file; gives how many lines have something in them."""
        return sum(bool(line.strip()) for line in self.lines)

    def _next(self) -> str:
        line = next(self.lines)
        self.line += 1
        if self.at_start and line.startswith(BYTE_ORDER_MARK):
            # files put together: each has its own
            self.marks += 1
            return line.lstrip(BYTE_ORDER_MARK)
        return line

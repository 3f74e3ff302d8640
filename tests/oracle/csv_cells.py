"""A small CSV reader of one character at a time: cells with how they stood in the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class CsvError(Exception):
    """The file is no CSV in the declared dialect."""


@dataclass(frozen=True)
class Cell:
    """One cell.

    Args:
        text: its content.
        raw: as it stood in the file, quotes around it left out.
        quoted: whether it had quotes.
    """

    text: str
    raw: str
    quoted: bool


@dataclass(frozen=True)
class Line:
    """One record's cells and the line of the file where it begins, 1 for the first."""

    number: int
    cells: list[Cell]
    raw: str

    @property
    def is_blank(self) -> bool:
        """Whether it holds nothing but delimiters."""
        return not any(cell.raw.strip() for cell in self.cells)


def read_cells(text: str, read: dict[str, Any], *, first_line: int = 1) -> list[Line]:
    """Cut a text into records; an empty line is a record without cells.

    Raises:
        CsvError: a quote that is never closed, or text behind a closing one.
    """
    reader = _Reader(text, read, first_line)
    lines: list[Line] = []
    while reader.place < len(text):
        # files that were joined have a mark in the middle
        reader.place += text[reader.place] == "\N{BYTE ORDER MARK}"
        lines.append(reader.read_line())
        if read.get("end_at_blank_line") and len(lines) > 1 and lines[-1].is_blank:
            break
    return lines


class _Reader:
    def __init__(self, text: str, read: dict[str, Any], line: int) -> None:
        self.text, self.place, self.line = text, 0, line
        self.delimiter = read.get("delimiter", ",")
        self.quote = read.get("quotechar", '"')
        self.escape = read.get("escapechar")
        self.skips_blanks = read.get("skip_initial_space", False)

    def read_line(self) -> Line:
        number, start, cells = self.line, self.place, []
        if self._at_end():
            raw = ""
            self._eat_end()
            return Line(number, [], raw)
        while True:
            cells.append(self._read_cell())
            if self.place < len(self.text) and self.text[self.place] == self.delimiter:
                self.place += 1
                continue
            break
        raw = self.text[start : self.place]
        self._eat_end()
        return Line(number, cells, raw)

    def _read_cell(self) -> Cell:
        if self.skips_blanks:
            while self.text[self.place : self.place + 1] == " ":
                self.place += 1
        if self.text[self.place : self.place + 1] == self.quote:
            return self._read_quoted()
        start, found = self.place, []
        while not self._at_end() and self.text[self.place] != self.delimiter:
            found.append(self._take())
        return Cell("".join(found), self.text[start : self.place], quoted=False)

    def _read_quoted(self) -> Cell:
        began = self.line
        self.place += 1
        start, found = self.place, []
        while True:
            if self.place >= len(self.text):
                raise CsvError(f"line {began}: a quote is never closed")
            char = self.text[self.place]
            if char == self.quote:
                doubled = self.text[self.place + 1 : self.place + 2] == self.quote
                if not doubled:
                    break
                self.place += 2
                found.append(self.quote)
                continue
            if char == "\n" or (char == "\r" and self.text[self.place + 1 : self.place + 2] != "\n"):
                self.line += 1
            found.append(self._take())
        raw = self.text[start : self.place]
        self.place += 1
        if not self._at_end() and self.text[self.place] != self.delimiter:
            raise CsvError(f"line {began}: text behind a closing quote")
        return Cell("".join(found), raw, quoted=True)

    def _take(self) -> str:
        char = self.text[self.place]
        if char == self.escape and self.text[self.place + 1 :] in ("", "\r", "\n"):
            raise CsvError(f"line {self.line}: it ends behind an escape character")
        if char == self.escape:
            self.place += 2
            return self.text[self.place - 1]
        self.place += 1
        return char

    def _at_end(self) -> bool:
        return self.place >= len(self.text) or self.text[self.place] in "\r\n"

    def _eat_end(self) -> None:
        if self.place < len(self.text):
            self.place += 2 if self.text[self.place : self.place + 2] == "\r\n" else 1
            self.line += 1

r"""Null marks of a CSV file, compared with the cell as it stands there: before quotes and escapes are undone.

Python's reader gives `N` for `\N` and NULL for "NULL", so a mark is put out of its way first: in the raw text
a cell that is one becomes a token that no file holds, and the token's cells are null in the frame. A token in
the middle of a cell (a quoted cell with the delimiter in it) was none and is written back.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

import polars as pl

from crm_sync.config.file_words import FileWords

_START, _END = "\x02", "\x03"
"""Control characters: a token of ASCII keeps the text narrow, and the reader fast."""


@dataclass(frozen=True)
class _Mark:
    raw: str
    """As it stands in the file, without quotes around it."""
    token: str
    plain: str
    """What the reader makes of it."""
    pattern: re.Pattern[str]
    replacement: str


@dataclass
class NullMarks:
    """Finds the null marks of one file.

    Args:
        read: names the marks, delimiter, quote and escape.
    """

    read: FileWords
    has_hits: bool = field(default=False, init=False)
    """Some text that was hidden had a mark, so that cells have to be looked through for tokens."""
    _marks: tuple[_Mark, ...] = field(init=False, repr=False)
    _quotable: frozenset[str] = field(init=False, repr=False)
    _prefix: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # new for each read: no file can hold it
        self._prefix = _START + secrets.token_hex(6)
        quote, escape = self.read.quotechar, self.read.escapechar
        unquoted = [mark for mark in self.read.null_values if mark and not _is_quoted(mark, quote)]
        quoted = [mark[1:-1] for mark in self.read.null_values if _is_quoted(mark, quote)]
        # MySQL takes its own \N for null in quotes, too, and no writer has another meaning for it
        quoted += [mark for mark in unquoted if escape and mark.startswith(escape)]
        numbered = [*((mark, "") for mark in unquoted), *((mark, quote) for mark in quoted)]
        self._marks = tuple(self._build(at, mark, around) for at, (mark, around) in enumerate(numbered))
        self._quotable = frozenset(unquoted).difference(quoted)

    def __bool__(self) -> bool:
        return bool(self._marks)

    def hide(self, text: str) -> str:
        """Put tokens in the place of marks.

        Args:
            text: whole lines of the file.
        """
        for mark in self._marks:
            if mark.raw in text:
                # each line begins behind a line break then, the first one, too
                hidden, hits = mark.pattern.subn(mark.replacement, "\n" + text)
                text, self.has_hits = (hidden[1:], True) if hits else (text, self.has_hits)
        return text

    def restore(self, cell: str) -> str:
        """Give a cell with its marks as they stand in the file: what is null keeps a hash of its own."""
        if self._prefix in cell:
            for mark in self._marks:
                cell = cell.replace(mark.token, mark.raw)
        return cell

    def apply(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Turn marks into null; the empty cell has no token and counts as given."""
        nulls = [mark.token for mark in self._marks] if self.has_hits else []
        nulls += [mark for mark in self.read.null_values if not mark]
        text = pl.col(pl.String)
        if nulls:
            frame = frame.with_columns(pl.when(text.is_in(nulls).not_()).then(text))
        if not self.has_hits:
            return frame
        left = [
            column.name
            for column in frame
            if column.dtype == pl.String and column.str.contains(self._prefix, literal=True).any()
        ]
        return frame.with_columns(self._write_back(pl.col(name)) for name in left)

    def find_quoted(self, frame: pl.DataFrame) -> str | None:
        """Give a mark that some quoted cell holds, which therefore is a text; None: there is none."""
        if not self._quotable:
            return None
        text = pl.col(pl.String)
        for mark in sorted(self._quotable):
            if frame.select(pl.any_horizontal((text == mark).any())).item():
                return mark
        return None

    def _write_back(self, text: pl.Expr) -> pl.Expr:
        for mark in self._marks:
            text = text.str.replace_all(mark.token, mark.plain, literal=True)
        return text

    def _build(self, number: int, raw: str, around: str) -> _Mark:
        token = f"{self._prefix}{number}{_END}"
        ends = re.escape(self.read.delimiter) + r"\r\n"
        cell = re.escape(around + raw)
        # the literal first where it can be: the search for it is what is fast
        pattern = rf"(?<=[{ends}]) *{cell}" if self.read.skip_initial_space else rf"{cell}(?<=[{ends}]{cell})"
        end = rf"(?={re.escape(around)}(?:[{ends}]|\Z))"
        escape = self.read.escapechar
        plain = re.sub(f"{re.escape(escape)}(.)", r"\1", raw, flags=re.DOTALL) if escape else raw
        replacement = (around + token).replace("\\", r"\\")
        return _Mark(raw, token, plain, re.compile(pattern + end), replacement)


def _is_quoted(mark: str, quote: str) -> bool:
    return len(mark) > 1 and mark.startswith(quote) and mark.endswith(quote)

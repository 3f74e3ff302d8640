"""How people write numbers: the decimal mark, and thousands in groups of exactly three.

Only marks that the YAML names are believed. Without one a number has a point, and a text that other people
would read as a thousand times as much (`48,137`) is no number at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import polars as pl

POINT: Literal["."] = "."
COMMA: Literal[","] = ","
_SEPARATORS = {POINT: ",", COMMA: ". \u00a0\u202f"}
"""Decimal mark to what may stand between its thousands.

Beside a comma: a point (German, Spanish, Italian), or a blank, no-break or narrow (French, Polish, Swedish);
an apostrophe is written beside a point only. Source: Unicode CLDR 46, number symbols.
"""
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}", re.ASCII)
"""One group after a mark: thousands to half of the world, three places of a fraction to the other half."""


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """The parts of a number; digits without leading zeros before the mark, as written behind it."""

    is_negative: bool
    whole: str
    fraction: str
    exponent: int
    is_ambiguous: bool
    """Nobody said what the mark means, and both readings make sense."""


@dataclass(frozen=True, slots=True)
class NumberNotation:
    """How numbers of one column are written."""

    mark: Literal[".", ","]
    is_said: bool
    """The YAML names the mark."""
    separators: str
    pattern: re.Pattern[str]

    @property
    def usual_thousands(self) -> str:
        """Pattern, for Polars, of numbers with the first kind of separator that can mean one thing only."""
        separator, mark = re.escape(self.separators[0]), re.escape(self.mark)
        groups = rf"-?[1-9][0-9]{{0,2}}(?:{separator}[0-9]{{3}})"
        if self.is_said:
            return rf"^{groups}+(?:{mark}[0-9]+)?$"
        return rf"^(?:{groups}+{mark}[0-9]+|{groups}{{2,}})$"

    def swap_mark(self, text: pl.Expr) -> pl.Expr:
        """Write a point in place of the mark; a text that has points already is no plain number."""
        has_point = text.str.contains(POINT, literal=True)
        return pl.when(~has_point).then(text.str.replace(self.mark, POINT, literal=True))

    def drop_thousands(self, text: pl.Expr) -> pl.Expr:
        """Take the first kind of separator out and write a point in place of the mark."""
        joined = text.str.replace_all(self.separators[0], "", literal=True)
        return joined if self.mark == POINT else joined.str.replace(self.mark, POINT, literal=True)

    def read(self, text: str) -> WrittenNumber | None:
        """Take a number apart; None where it is none."""
        match = self.pattern.fullmatch(text)
        if match is None:
            return None
        grouped, fraction = match["grouped"], match["fraction"] or match["grouped_fraction"] or ""
        whole = (match["whole"] or "").lstrip("0")
        if grouped is not None:
            whole = "".join(char for char in grouped if char.isdigit())
        elif not (match["whole"] or fraction):
            return None
        is_ambiguous = not self.is_said and grouped is not None and looks_like_thousands(text)
        return WrittenNumber(match["sign"] == "-", whole, fraction, int(match["exponent"] or 0), is_ambiguous)


@lru_cache
def get_notation(mark: Literal[".", ","] | None) -> NumberNotation:
    """Give the notation of a field; None: the YAML names no mark."""
    used = mark or POINT
    separators = _SEPARATORS[used]
    pattern = (
        rf"(?P<sign>[+-]?)(?:"
        rf"(?P<grouped>[1-9][0-9]{{0,2}}(?:(?P<separator>[{re.escape(separators)}])[0-9]{{3}})"
        rf"(?:(?P=separator)[0-9]{{3}})*)(?:{re.escape(used)}(?P<grouped_fraction>[0-9]+))?"
        rf"|(?P<whole>[0-9]*)(?:{re.escape(used)}(?P<fraction>[0-9]*))?(?:[eE](?P<exponent>[+-]?0*[0-9]{{1,9}}))?)"
    )
    return NumberNotation(used, mark is not None, separators, re.compile(pattern, re.ASCII))


def looks_like_thousands(text: str) -> bool:
    """Say whether a text is one to three digits, a mark and three more: `48,137`, `1.000`."""
    return _THOUSANDS.fullmatch(text) is not None

"""strptime formats as strict patterns: so many digits for each directive, its literal text, and nothing else.

Neither of the two readers is strict: Polars takes a year of one digit, a sign and blanks, Python takes digits
of other scripts and cuts numbers that stand side by side where it likes. So both read only what fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from crm_sync.fields.base import FieldContext

_ALIASES = {
    "%F": "%Y-%m-%d",
    "%T": "%H:%M:%S",
    "%R": "%H:%M",
    "%D": "%m/%d/%y",
    "%r": "%I:%M:%S %p",
    "%h": "%b",
    "%e": "%d",
    "%P": "%p",
    "%:z": "%z",
}
"""Directives that only one of the readers knows, in those that both do."""
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_NUMBERS = {
    # with two digits (of %j: three), and with fewer where nothing else could be meant
    "m": ("1[0-2]|0[1-9]", "1[0-2]|0?[1-9]"),
    "d": ("3[01]|[12][0-9]|0[1-9]", "3[01]|[12][0-9]|0?[1-9]"),
    "H": ("2[0-3]|[01][0-9]", "2[0-3]|[01]?[0-9]"),
    "I": ("1[0-2]|0[1-9]", "1[0-2]|0?[1-9]"),
    "M": ("[0-5][0-9]", "[0-5]?[0-9]"),
    "S": ("[0-5][0-9]", "[0-5]?[0-9]"),
    "j": ("[0-3][0-9]{2}", "[0-9]{1,3}"),
    "Y": ("[0-9]{4}", "[0-9]{4}"),
    "y": ("[0-9]{2}", "[0-9]{2}"),
    "f": ("[0-9]{1,6}", "[0-9]{1,6}"),
    "G": ("[0-9]{4}", "[0-9]{4}"),
    "V": ("5[0-3]|[0-4][0-9]", "5[0-3]|[0-4]?[0-9]"),
    "u": ("[1-7]", "[1-7]"),
}
_WORDS = {
    "B": "(?i:" + "|".join(_MONTHS) + ")",
    "b": "(?i:" + "|".join(name[:3] for name in _MONTHS) + ")",
    "A": "(?i:" + "|".join(_DAYS) + ")",
    "a": "(?i:" + "|".join(name[:3] for name in _DAYS) + ")",
    "p": "(?i:AM|PM)",
    "z": "(?:[+-][0-9]{2}:?[0-5][0-9]|Z)",
    "%": "%",
}
_PARTS = re.compile(r"%-?(?P<directive>.)|(?P<blanks>\s+)|(?P<literal>[^%\s]+|%)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class StrictFormat:
    """A strptime format and all that may be written in it."""

    python: str
    """For `datetime.strptime`; years have four digits."""
    polars: str
    pattern: str
    """Of a whole text, for Polars and Python's re alike; three groups around a year of two digits."""
    has_zone: bool
    has_short_year: bool
    weekday: re.Pattern[str] | None
    """Finds the name of a day, which has to be the date's own."""


class UnusableFormatError(ValueError):
    """The format has a directive that isn't read here."""


@lru_cache
def compile_format(form: str) -> StrictFormat:
    """Make the pattern of a strptime format.

    Raises:
        UnusableFormatError: it has a directive that isn't read here, or two years.
    """
    for alias, spelled in _ALIASES.items():
        form = form.replace(alias, spelled)
    parts = list(_split(form))
    pattern = "".join(_write(parts, at) for at in range(len(parts)))
    directives = [text for kind, text in parts if kind == "directive"]
    has_short_year = "y" in directives
    if has_short_year:
        before, _, after = pattern.partition(f"(?:{_NUMBERS['y'][0]})")
        pattern = f"({before})({_NUMBERS['y'][0]})({after})"
    plain = "".join(_spell(kind, text) for kind, text in parts)
    names = [directive for directive in directives if directive in "aA"]
    return StrictFormat(
        python=plain.replace("%y", "%Y"),
        # Polars's own %f counts nanoseconds
        polars=plain.replace(".%f", "%.f"),
        pattern=f"^{pattern}$",
        has_zone="z" in directives,
        has_short_year=has_short_year,
        weekday=re.compile(_WORDS[names[0]], re.ASCII) if names else None,
    )


def read_format(text: str, context: FieldContext) -> datetime:
    """Read one text by the field's own format.

    Returns:
        Date and time as written; aware only where the format has a zone.

    Raises:
        UnusableFormatError: the text is not in the format.
        ValueError: there is no such day or time.
    """
    strict = compile_format(context.format or "")
    match = re.fullmatch(strict.pattern.removesuffix("$").removeprefix("^"), text)
    if match is None:
        raise UnusableFormatError(text)
    if strict.has_short_year:
        before, year, after = match.groups()
        text = f"{before}{20 if int(year) < context.pivot_year else 19}{year}{after}"
    read = datetime.strptime(text, strict.python)  # noqa: DTZ007 - its zone is the source's
    if strict.weekday is not None:
        written = strict.weekday.search(text)
        if written is not None and written[0][:3].title() != _DAYS[read.weekday()][:3]:
            raise ValueError("another day of the week")
    return read


def _split(form: str) -> Iterator[tuple[str, str]]:
    for match in _PARTS.finditer(form):
        kind = match.lastgroup or ""
        is_known = kind != "directive" or match[kind] in {*_NUMBERS, *_WORDS}
        if not is_known or match[0] == "%":
            raise UnusableFormatError(match[0])
        yield kind, match[kind]


def _write(parts: list[tuple[str, str]], at: int) -> str:
    """Write the pattern of one part; a number beside another has all its digits."""
    kind, text = parts[at]
    if kind == "blanks":
        # Python's own \s has the separators of a punched tape, too
        return r"[^\S\x1c-\x1f]+"
    if kind == "literal":
        return re.escape(text)
    if text not in _NUMBERS:
        return _WORDS[text]
    is_tight = _is_number(parts, at - 1, last=True) or _is_number(parts, at + 1, last=False)
    return f"(?:{_NUMBERS[text][0 if is_tight else 1]})"


def _is_number(parts: list[tuple[str, str]], at: int, *, last: bool) -> bool:
    if not 0 <= at < len(parts):
        return False
    kind, text = parts[at]
    return text in _NUMBERS if kind == "directive" else text[-1 if last else 0].isdecimal()


def _spell(kind: str, text: str) -> str:
    if kind == "directive":
        return f"%{text}"
    return "%%" if text == "%" else text

"""Numbers that people typed as texts, with a currency, a percent sign or brackets, as plain numbers."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Literal

_GROUPS = {".": "[,'\u2019 \u00a0\u202f]", ",": "[.'\u2019 \u00a0\u202f]"}
"""By the mark before a fraction, what may stand between thousands."""
_PATTERNS = {
    mark: re.compile(
        rf"(?P<whole>[0-9]+|[1-9][0-9]{{0,2}}(?P<group>{groups})[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*)?"
        rf"(?:{re.escape(mark)}(?P<fraction>[0-9]*))?",
        re.ASCII,
    )
    for mark, groups in _GROUPS.items()
}
_PLAIN = re.compile(r"[0-9]+", re.ASCII)


def read_number_text(text: str, mark: Literal[".", ","] | None, *, written: Literal[".", ","] = ".") -> str:
    """Give a number without its decoration; what is none comes back as it is, for the field to judge.

    Args:
        text: as it was typed: `$1,234.50`, `(12.00)`, `12 %`.
        mark: what stands before its fraction; None: not known, so only decoration is taken off.
        written: the mark in the answer, which the field expects.
    """
    rest, is_negative = text.strip(), False
    if rest.startswith("(") and rest.endswith(")"):
        rest, is_negative = rest[1:-1].strip(), True
    is_percent = rest.endswith("%")
    rest = rest.removesuffix("%").strip()
    sign, rest = _take_sign(rest)
    rest = _strip_currency(rest)
    if not sign:
        sign, rest = _take_sign(rest)
    if sign and is_negative:
        return text
    digits = _read_digits(rest, mark)
    if digits is None:
        return text
    number = "-" + digits if is_negative or sign == "-" else digits
    if is_percent:
        number = format(Decimal(number).scaleb(-2), "f")
    return number.replace(".", written)


def _take_sign(text: str) -> tuple[str, str]:
    if text[:1] in ("+", "-", "\N{MINUS SIGN}"):
        return ("" if text[0] == "+" else "-"), text[1:].strip()
    return "", text


def _strip_currency(text: str) -> str:
    if text and unicodedata.category(text[0]) == "Sc":
        return text[1:].strip()
    if text and unicodedata.category(text[-1]) == "Sc":
        return text[:-1].strip()
    return text


def _read_digits(text: str, mark: Literal[".", ","] | None) -> str | None:
    """Give digits with a point before the fraction; None: it is no number, or can be read in two ways."""
    if mark is None:
        return text if _PLAIN.fullmatch(text) else None
    found = _PATTERNS[mark].fullmatch(text)
    if found is None or not (found["whole"] or found["fraction"]):
        return None
    whole = re.sub(r"[^0-9]", "", found["whole"] or "0")
    fraction = found["fraction"] or ""
    # an integer takes no fraction that could be thousands
    return f"{whole}.{fraction}" if fraction.strip("0") else whole

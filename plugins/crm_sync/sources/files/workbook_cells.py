"""Cells of a workbook to the texts that a field reads: what the spreadsheet shows, without its decoration."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from crm_sync.untyped import ExtraModule

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""How a text of a workbook holds a character that XML can't."""
_ZEROS = re.compile(r"0{2,30}")
_LITERALS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
_CLOCK = re.compile(r"[hs]", re.IGNORECASE)
_SHOWN_DIGITS = 15
"""Of a number that the spreadsheet shows; a file has up to 17, of which the last ones are an artefact."""


def write_cell(cell: ExtraModule) -> str:
    """Give a cell as text; an empty one is empty.

    Args:
        cell: as openpyxl reads it.
    """
    value = cell.value
    if isinstance(value, str):
        return _ESCAPED.sub(_unescape, value) if "_x" in value else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _write_number(value, cell.number_format)
    if isinstance(value, date | time):
        return _write_time(value, cell.number_format)
    return _write_span(value) if isinstance(value, timedelta) else ""


def _unescape(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _write_number(value: float, shown_as: str | None) -> str:
    if isinstance(value, int):
        # a ZIP code with this format is shown with its leading zeros
        is_padded = value >= 0 and shown_as is not None and _ZEROS.fullmatch(shown_as)
        return str(value).zfill(len(shown_as or "")) if is_padded else str(value)
    return f"{Decimal(f'{value:.{_SHOWN_DIGITS}g}'):f}"


def _write_time(value: date | time, shown_as: str | None) -> str:
    is_day = isinstance(value, datetime) and value.time() == time.min and not _has_clock(shown_as)
    return value.isoformat()[:10] if is_day else value.isoformat()


def _has_clock(shown_as: str | None) -> bool:
    return _CLOCK.search(_LITERALS.sub("", shown_as or "")) is not None


def _write_span(span: timedelta) -> str:
    """Write a span as `[h]:mm:ss` does, `36:00:00`."""
    seconds, rest = divmod(abs(span), timedelta(seconds=1))
    fraction = f".{rest.microseconds:06d}".rstrip("0") if rest else ""
    sign = "-" if span < timedelta() else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"

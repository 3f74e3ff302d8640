"""One cell: what it holds, and how each of the three render options shows it.

Source: the Sheets v4 discovery document and its guide "Date and number formats", read 2026-11.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

Scalar = str | int | float | bool | None
DAY_0 = datetime.fromisoformat("1899-12-30")
_COMMA_LOCALES = ("de", "fr", "es", "it", "pt", "nl", "pl")


@dataclass(frozen=True)
class Cell:
    """A cell that is more than its value."""

    value: Scalar
    form: str = ""
    """Number format: `date`, `datetime`, `percent`, `currency`, or zeros such as `00000`."""
    formula: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give it as a command has it."""
        return {"value": self.value, "form": self.form, "formula": self.formula}


Content = Cell | Scalar


def read_cell(given: Scalar | dict[str, Any]) -> Content:
    """Read a cell of a command: a scalar, or an object with `value`, `form` and `formula`."""
    return Cell(**given) if isinstance(given, dict) else given


def get_value(cell: Content) -> Scalar:
    """Give what UNFORMATTED_VALUE shows: text, number, boolean, or the text of an error."""
    value = cell.value if isinstance(cell, Cell) else cell
    # every number is a float there, and a whole one is written without a fraction
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def show(cell: Content, option: str, *, locale: str, dates_as_text: bool = False) -> Scalar:
    """Give a cell as a render option has it; empty cells are empty texts.

    Args:
        cell: to show.
        option: FORMATTED_VALUE, UNFORMATTED_VALUE or FORMULA.
        locale: of the spreadsheet.
        dates_as_text: dateTimeRenderOption is FORMATTED_STRING.
    """
    value, form = get_value(cell), cell.form if isinstance(cell, Cell) else ""
    if value is None:
        return ""
    if option == "FORMULA" and isinstance(cell, Cell) and cell.formula:
        return cell.formula
    is_date = form in ("date", "datetime")
    if option == "FORMATTED_VALUE" or (is_date and dates_as_text):
        return _write(value, form, locale)
    return value


def _write(value: Scalar, form: str, locale: str) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str) or value is None:
        return value or ""
    if form in ("date", "datetime"):
        return _write_time(value, form, locale)
    if form.startswith("0"):
        return f"{value:0{len(form)}.0f}"
    return _write_amount(value, form, locale)


def _write_amount(value: float, form: str, locale: str) -> str:
    if form == "percent":
        return _write_number(f"{value:.0%}", locale)
    if form == "currency":
        amount = _write_number(f"{value:,.2f}", locale)
        return f"{amount} \N{EURO SIGN}" if locale[:2] in _COMMA_LOCALES else f"${amount}"
    text = format(Decimal(repr(value)), "f")
    return _write_number(text if abs(value) < 1e15 else f"{value:.5E}", locale)


def _write_time(serial: float, form: str, locale: str) -> str:
    moment = DAY_0 + timedelta(seconds=round(serial * 86_400))
    if locale == "en_US":
        day = f"{moment.month}/{moment.day}/{moment.year}"
    else:
        day = f"{moment.day:02d}.{moment.month:02d}.{moment.year}"
    return day if form == "date" else f"{day} {moment.hour}:{moment.minute:02d}:{moment.second:02d}"


def _write_number(text: str, locale: str) -> str:
    if locale[:2] not in _COMMA_LOCALES:
        return text
    return text.replace(",", "\0").replace(".", ",").replace("\0", ".")

"""Ranges of cells in A1 notation, as every spreadsheet writes them."""

from __future__ import annotations

import re

_FIRST_ROW = re.compile(r"!?[A-Za-z]*([0-9]+)(?::[A-Za-z]*[0-9]*)?$")


def name_column(index: int) -> str:
    """Give the letters of a column: A for 0, AA for 26."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def quote_title(title: str) -> str:
    """Give a tab's title as ranges have it: in quotes, and quotes inside of it doubled."""
    return "'" + title.replace("'", "''") + "'"


def name_rows(title: str, first: int, last: int) -> str:
    """Give the range of whole rows; both are included and counted from 1."""
    return f"{quote_title(title)}!{first}:{last}"


def read_first_row(cells: str) -> int | None:
    """Give the first row of a range; None: it names none."""
    found = _FIRST_ROW.search(cells)
    return int(found[1]) if found else None


def name_cells(title: str, first: int, last: int, columns: int) -> str:
    """Give the range of the first columns of some rows; both rows are included and counted from 1."""
    return f"{quote_title(title)}!A{first}:{name_column(columns - 1)}{last}"

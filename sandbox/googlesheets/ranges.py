"""A1 notation to a block of cells: quoted titles, whole tabs, whole rows, open ends.

Source: the Sheets API guide "Cell", section A1 notation, read 2026-11.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.googlesheets.errors import ApiError
from sandbox.googlesheets.store import Tab

_PARTS = re.compile(r"(?:'(?P<quoted>(?:[^']|'')*)'|(?P<plain>[^'!:]+))(?:!(?P<cells>.+))?")
_CELLS = re.compile(r"(?P<c1>[A-Za-z]*)(?P<r1>\d*)(?::(?P<c2>[A-Za-z]*)(?P<r2>\d*))?")
_PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Block:
    """Cells of one tab; rows and columns counted from 0, the ends not included."""

    tab: Tab
    first_row: int
    end_row: int
    first_column: int
    end_column: int

    @property
    def name(self) -> str:
        """The range as an answer has it, clipped to the grid."""
        title = self.tab.title
        shown = title if _PLAIN_TITLE.fullmatch(title) else "'" + title.replace("'", "''") + "'"
        first, last = letters(self.first_column), letters(self.end_column - 1)
        return f"{shown}!{first}{self.first_row + 1}:{last}{self.end_row}"


def read_range(text: str, tabs: list[Tab]) -> Block:
    """Find the block that a range names.

    Raises:
        ApiError: 400, no such tab or no range, or it begins beyond the grid.
    """
    found = _PARTS.fullmatch(text)
    title = None if found is None else found["plain"]
    if found is not None and found["quoted"] is not None:
        title = found["quoted"].replace("''", "'")
    tab = next((one for one in tabs if title is not None and one.title.lower() == title.lower()), None)
    if found is None or tab is None or tab.kind != "GRID":
        raise ApiError(400, f"Unable to parse range: {text}")
    cells = _CELLS.fullmatch(found["cells"] or ":")
    if cells is None or (found["cells"] and not any(cells.groups())):
        raise ApiError(400, f"Unable to parse range: {text}")
    is_one = found["cells"] is not None and ":" not in found["cells"]
    last_row, last_column = (cells["r1"], cells["c1"]) if is_one else (cells["r2"], cells["c2"])
    first_row, first_column = int(cells["r1"] or 1) - 1, number(cells["c1"] or "A")
    end_row = int(last_row or tab.row_count)
    end_column = number(last_column) + 1 if last_column else tab.column_count
    if first_row >= tab.row_count or first_column >= tab.column_count:
        message = (
            f"Range ({text}) exceeds grid limits. Max rows: {tab.row_count}, max columns: {tab.column_count}"
        )
        raise ApiError(400, message)
    return Block(tab, first_row, min(end_row, tab.row_count), first_column, min(end_column, tab.column_count))


def letters(index: int) -> str:
    """Letters of a column counted from 0."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def number(text: str) -> int:
    """A column's number, from 0."""
    result = 0
    for letter in text.upper():
        result = result * 26 + ord(letter) - 64
    return result - 1

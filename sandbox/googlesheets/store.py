"""The spreadsheet's tabs with their cells, and what Drive knows of the file."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.googlesheets.cells import Content, get_value

Row = list[Content]


@dataclass
class Tab:
    """One tab; the first row has the titles."""

    title: str
    sheet_id: int
    rows: list[Row] = field(default_factory=list)
    """Down to the last row that holds something; the grid is longer."""
    row_count: int = 1000
    column_count: int = 26
    kind: str = "GRID"
    hidden: bool = False
    frozen: int = 0

    @property
    def titles(self) -> list[str]:
        """The titles as texts, an empty one where there is none."""
        return ["" if cell is None else str(get_value(cell)) for cell in self.rows[0]] if self.rows else []

    def find_column(self, title: str) -> int:
        """The place of a title; one that is new gets a column behind the last."""
        if title not in self.titles:
            self.rows[0].append(title)
            self.column_count = max(self.column_count, len(self.rows[0]))
        return self.titles.index(title)

    def write(self, number: int, values: Mapping[str, Content]) -> None:
        """Write cells of a row, counted from 1, by title."""
        while len(self.rows) < number:
            self.rows.append([])
        self.row_count = max(self.row_count, number)
        for title, value in values.items():
            at = self.find_column(title)
            row = self.rows[number - 1]
            row.extend([None] * (at + 1 - len(row)))
            row[at] = value


class Store:
    """One spreadsheet."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.tabs: list[Tab] = []
        self.tab_by_kind: dict[str, Tab] = {}
        self.version = 1
        self.modified_ms = 0

    def counts(self) -> Mapping[str, object]:
        """Rows below the titles that hold something, by kind."""
        return {
            kind: sum(any(str(get_value(cell) or "").strip() for cell in row) for row in tab.rows[1:])
            for kind, tab in self.tab_by_kind.items()
        }

    def touch(self, at_ms: int) -> None:
        """Note an edit."""
        self.version += 1
        self.modified_ms = max(self.modified_ms, at_ms)

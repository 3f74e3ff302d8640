"""Edits of the spreadsheet, by name; what each does is in `change_operations`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.frame import changes
from sandbox.frame.changes import Command
from sandbox.googlesheets.cells import Cell, Content
from sandbox.googlesheets.change_operations import OPERATIONS
from sandbox.googlesheets.config import GoogleSheetsConfig
from sandbox.googlesheets.store import Store


class Changes(changes.Changes[Store, GoogleSheetsConfig]):
    """Makes edits; each may be called from any thread while the fake answers."""

    operations = OPERATIONS

    def complete(self, command: Command) -> Command:
        """Check that the tab is there.

        Raises:
            ValueError: there is no tab of this kind.
        """
        if command.get("kind") not in self.store.tab_by_kind:
            message = f"unknown kind {command.get('kind')!r}; known: {', '.join(self.store.tab_by_kind)}"
            raise ValueError(message)
        return command

    def run(self, command: Command) -> dict[str, Any]:
        """Do it, and let the file's version and modified time move."""
        result = super().run(command)
        self.store.touch(command["at_ms"])
        return result

    def write(self, kind: str, row: int, values: Mapping[str, Content]) -> None:
        """Write cells of a row by title; a new title gets a column."""
        self.do("write", kind=kind, row=row, values=_to_json(values))

    def append(self, kind: str, values: Mapping[str, Content]) -> int:
        """Write a row behind the last one; gives its number."""
        return int(self.do("append", kind=kind, values=_to_json(values))["row"])

    def insert(self, kind: str, row: int, values: Mapping[str, Content]) -> None:
        """Put a row before another one, which moves down with all below it."""
        self.do("insert", kind=kind, row=row, values=_to_json(values))

    def delete(self, kind: str, rows: Iterable[int]) -> None:
        """Delete rows; those below move up."""
        self.do("delete", kind=kind, rows=list(rows))

    def clear(self, kind: str, rows: Iterable[int] | None = None) -> None:
        """Empty rows, or everything below the titles."""
        self.do("clear", kind=kind, rows=None if rows is None else list(rows))

    def write_title(self, kind: str, title: str, to: str) -> None:
        """Rename a title; an empty text takes it away."""
        self.do("write_title", kind=kind, title=title, to=to)

    def add_column(self, kind: str, title: str) -> int:
        """Add a column with a title, which may be there already; gives its number, from 1."""
        return int(self.do("add_column", kind=kind, title=title)["column"])

    def move_column(self, kind: str, title: str, to: int) -> None:
        """Move a column to a place counted from 0."""
        self.do("move_column", kind=kind, title=title, to=to)

    def drop_column(self, kind: str, title: str) -> None:
        """Delete a column."""
        self.do("drop_column", kind=kind, title=title)

    def rename_tab(self, kind: str, to: str) -> None:
        """Give a tab another title; its id stays."""
        self.do("rename_tab", kind=kind, to=to)

    def drop_tab(self, kind: str) -> None:
        """Delete a tab."""
        self.do("drop_tab", kind=kind)


def _to_json(values: Mapping[str, Content]) -> dict[str, Any]:
    return {title: cell.to_json() if isinstance(cell, Cell) else cell for title, cell in values.items()}

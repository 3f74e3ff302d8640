"""What each change does to the spreadsheet; rows are counted from 1, the titles being the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.frame.changes import Command
from sandbox.googlesheets.cells import Content, read_cell
from sandbox.googlesheets.config import GoogleSheetsConfig
from sandbox.googlesheets.store import Store, Tab

Result = dict[str, Any]


def _tab(store: Store, command: Command) -> Tab:
    return store.tab_by_kind[command["kind"]]


def _values(command: Command) -> dict[str, Content]:
    return {title: read_cell(value) for title, value in command["values"].items()}


def _write(store: Store, _config: GoogleSheetsConfig, command: Command) -> Result:
    _tab(store, command).write(command["row"], _values(command))
    return {"row": command["row"]}


def _append(store: Store, _config: GoogleSheetsConfig, command: Command) -> Result:
    tab = _tab(store, command)
    number = len(tab.rows) + 1
    tab.write(number, _values(command))
    return {"row": number}


def _insert(store: Store, _config: GoogleSheetsConfig, command: Command) -> Result:
    """All rows from there on move down."""
    tab = _tab(store, command)
    tab.rows.insert(command["row"] - 1, [])
    tab.row_count += 1
    tab.write(command["row"], _values(command))
    return {"row": command["row"]}


def _delete(store: Store, _config: GoogleSheetsConfig, command: Command) -> Result:
    """All rows below move up, and the grid gets shorter."""
    tab = _tab(store, command)
    for number in sorted(command["rows"], reverse=True):
        del tab.rows[number - 1]
        tab.row_count -= 1
    return {"deleted": len(command["rows"])}


def _clear(store: Store, _config: GoogleSheetsConfig, command: Command) -> Result:
    """Rows stay and are blank; without `rows`, all below the titles."""
    tab = _tab(store, command)
    wanted = command.get("rows")
    for at in range(1, len(tab.rows)):
        if wanted is None or at + 1 in wanted:
            tab.rows[at] = []
    return {}


def _write_title(store: Store, _config: GoogleSheetsConfig, command: Command) -> Result:
    """Rename a title; an empty one leaves its column without."""
    tab = _tab(store, command)
    tab.rows[0][tab.titles.index(command["title"])] = command["to"] or None
    return {}


def _add_column(store: Store, _config: GoogleSheetsConfig, command: Command) -> Result:
    """A further column behind the last, whatever its title: it may be there already."""
    tab = _tab(store, command)
    tab.rows[0].append(command["title"])
    tab.column_count = max(tab.column_count, len(tab.rows[0]))
    return {"column": len(tab.rows[0])}


def _move_column(store: Store, _config: GoogleSheetsConfig, command: Command) -> Result:
    """A column changes its place, titles and cells alike."""
    tab = _tab(store, command)
    at, to, width = tab.titles.index(command["title"]), command["to"], len(tab.rows[0])
    for row in tab.rows:
        row.extend([None] * (width - len(row)))
        row.insert(to, row.pop(at))
    return {}


def _drop_column(store: Store, _config: GoogleSheetsConfig, command: Command) -> Result:
    tab = _tab(store, command)
    at = tab.titles.index(command["title"])
    for row in tab.rows:
        del row[at : at + 1]
    tab.column_count -= 1
    return {}


def _rename_tab(store: Store, _config: GoogleSheetsConfig, command: Command) -> Result:
    _tab(store, command).title = command["to"]
    return {}


def _drop_tab(store: Store, _config: GoogleSheetsConfig, command: Command) -> Result:
    store.tabs.remove(_tab(store, command))
    return {}


OPERATIONS: Mapping[str, Callable[..., Result]] = {
    "write": _write,
    "append": _append,
    "insert": _insert,
    "delete": _delete,
    "clear": _clear,
    "write_title": _write_title,
    "add_column": _add_column,
    "move_column": _move_column,
    "drop_column": _drop_column,
    "rename_tab": _rename_tab,
    "drop_tab": _drop_tab,
}

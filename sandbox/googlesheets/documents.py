"""What the API says of the spreadsheet: its tabs, the cells of ranges, and Drive's facts about the file.

Source: the Sheets v4 discovery document, revision 20261019.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.frame.messages import Request
from sandbox.googlesheets.cells import Content, show
from sandbox.googlesheets.config import GoogleSheetsConfig
from sandbox.googlesheets.errors import ApiError
from sandbox.googlesheets.field_mask import apply_mask, read_mask
from sandbox.googlesheets.ranges import Block, read_range
from sandbox.googlesheets.store import Store, Tab

_OPTIONS = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
_DATE_OPTIONS = ("SERIAL_NUMBER", "FORMATTED_STRING")


class Documents:
    """Answers about one spreadsheet.

    Args:
        config: settings.
        store: its cells.
    """

    def __init__(self, config: GoogleSheetsConfig, store: Store) -> None:
        self._config = config
        self._store = store

    def describe(self, request: Request) -> object:
        """The tabs and the file's own properties."""
        config = self._config
        answer = {
            "spreadsheetId": config.spreadsheet_id,
            "properties": {"title": config.title, "locale": config.locale, "timeZone": config.time_zone},
            "sheets": [
                {"properties": _describe_tab(tab, index)} for index, tab in enumerate(self._store.tabs)
            ],
            "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{config.spreadsheet_id}/edit",
        }
        return _mask(answer, request)

    def read_values(self, request: Request, cells: str) -> object:
        """The cells of one range."""
        return _mask(self._show(request, cells), request)

    def read_batch(self, request: Request) -> object:
        """The cells of several ranges, in the order that they were asked for."""
        ranges = request.query.get("ranges", [])
        answer = {
            "spreadsheetId": self._config.spreadsheet_id,
            "valueRanges": [self._show(request, cells) for cells in ranges],
        }
        return _mask(answer, request)

    def describe_file(self, request: Request) -> object:
        """What Drive says; without `fields` it says little."""
        modified = datetime.fromtimestamp(self._store.modified_ms / 1000, UTC)
        answer = {
            "kind": "drive#file",
            "id": self._config.spreadsheet_id,
            "name": self._config.title,
            "mimeType": "application/vnd.google-apps.spreadsheet",
            # a number beyond a double, and so a text
            "version": str(self._store.version),
            "modifiedTime": modified.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        return apply_mask(answer, read_mask(request.param("fields") or "kind,id,name,mimeType"))

    def _show(self, request: Request, cells: str) -> dict[str, Any]:
        option = _choose(request, "valueRenderOption", _OPTIONS)
        dates = _choose(request, "dateTimeRenderOption", _DATE_OPTIONS)
        dimension = _choose(request, "majorDimension", ("ROWS", "COLUMNS"))
        block = read_range(cells, self._store.tabs)
        rows = [
            [
                show(cell, option, locale=self._config.locale, dates_as_text=dates == "FORMATTED_STRING")
                for cell in row
            ]
            for row in _cut(block)
        ]
        if dimension == "COLUMNS":
            width = max(map(len, rows), default=0)
            rows = [[row[at] if at < len(row) else "" for row in rows] for at in range(width)]
        rows = [_trim(row) for row in rows]
        while rows and not rows[-1]:
            rows.pop()
        answer: dict[str, Any] = {"range": block.name, "majorDimension": dimension}
        return {**answer, "values": rows} if rows else answer


def _cut(block: Block) -> list[list[Content]]:
    rows = block.tab.rows[block.first_row : block.end_row]
    return [row[block.first_column : block.end_column] for row in rows]


def _trim(row: list[Any]) -> list[Any]:
    end = len(row)
    while end and row[end - 1] == "" and isinstance(row[end - 1], str):
        end -= 1
    return row[:end]


def _choose(request: Request, name: str, known: tuple[str, ...]) -> str:
    asked = request.param(name) or known[0]
    if asked not in known:
        message = f"Invalid value at '{name}', \"{asked}\""
        raise ApiError(400, message)
    return asked


def _mask(answer: dict[str, Any], request: Request) -> object:
    fields = request.param("fields")
    return apply_mask(answer, read_mask(fields)) if fields else answer


def _describe_tab(tab: Tab, index: int) -> dict[str, Any]:
    known: dict[str, Any] = {
        "sheetId": tab.sheet_id,
        "title": tab.title,
        "index": index,
        "sheetType": tab.kind,
    }
    if tab.kind == "GRID":
        size = {"rowCount": tab.row_count, "columnCount": tab.column_count}
        known["gridProperties"] = {**size, **({"frozenRowCount": tab.frozen} if tab.frozen else {})}
    return {**known, **({"hidden": True} if tab.hidden else {})}

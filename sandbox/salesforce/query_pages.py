"""`query` and `queryAll`, and the pages behind the first."""

from __future__ import annotations

import re
from typing import Any

from sandbox.frame.messages import Request, Response, json_response
from sandbox.salesforce.account import Account
from sandbox.salesforce.cursors import Cursor
from sandbox.salesforce.errors import malformed_query, query_timeout
from sandbox.salesforce.projection import show_record
from sandbox.salesforce.soql_run import Selection, select

_BATCH_SIZE = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)
SMALLEST_BATCH = 200


def query(account: Account, request: Request, version: str) -> Response:
    """Rows that are neither deleted nor archived."""
    return _run(account, request, version, includes_deleted=False)


def query_all(account: Account, request: Request, version: str) -> Response:
    """All rows, those in the recycle bin and archived tasks too."""
    return _run(account, request, version, includes_deleted=True)


def query_more(account: Account, _request: Request, version: str, place: str) -> Response:
    """A further page; the path says `query` for a `queryAll`, too."""
    locator, cursor, row = account.cursors.find(place)
    return json_response(200, _show_page(account, cursor, row, locator, version))


def _run(account: Account, request: Request, version: str, *, includes_deleted: bool) -> Response:
    text = request.param("q")
    if not text:
        raise malformed_query("SOQL statements can not be empty or null")
    selection = select(account.store, text, includes_deleted=includes_deleted)
    found = selection.pick()
    if not selection.paths:
        return json_response(200, {"totalSize": len(found), "done": True, "records": []})
    if account.config.timeout_rows is not None and len(found) > account.config.timeout_rows:
        raise query_timeout()
    page_size = _read_page_size(account, request)
    ids = [record["Id"] for record in found]
    locator = account.cursors.open(selection, ids, page_size) if len(ids) > page_size else ""
    cursor = Cursor(selection, ids, page_size, 0)
    return json_response(200, _show_page(account, cursor, 0, locator, version))


def _read_page_size(account: Account, request: Request) -> int:
    """What the header asks for, as far as it may; a header that can't be read is none."""
    asked = _BATCH_SIZE.search(request.header(b"sforce-query-options") or "")
    most = account.config.page_size
    return most if asked is None else min(most, max(SMALLEST_BATCH, int(asked[1])))


def _show_page(account: Account, cursor: Cursor, row: int, locator: str, version: str) -> dict[str, Any]:
    end = row + cursor.page_size
    page: dict[str, Any] = {"totalSize": len(cursor.ids), "done": end >= len(cursor.ids)}
    if not page["done"]:
        page["nextRecordsUrl"] = f"/services/data/{version}/query/{locator}-{end}"
    page["records"] = [
        show_record(account.store, cursor.selection, record, version)
        for record in _find_records(cursor.selection, cursor.ids[row:end])
    ]
    return page


def _find_records(selection: Selection, ids: list[str]) -> list[dict[str, Any]]:
    """Those that are still there."""
    records = selection.table.records
    return [records[one] for one in ids if one in records]

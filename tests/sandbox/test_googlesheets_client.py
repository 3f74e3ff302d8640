"""gspread, with google-auth's own service account, reads the Google Sheets fake as it reads Google."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gspread
import pytest
from google.auth.exceptions import RefreshError
from google.oauth2.service_account import Credentials

from sandbox.googlesheets import GoogleSheetsSandbox
from sandbox.googlesheets.key_file import build_key_file, make_key_file
from tests.sandbox.rerouted import reroute

SCOPES = [
    "https://www.googleapis.com/auth/spreadsheets.readonly",
    "https://www.googleapis.com/auth/drive.readonly",
]
COUNTS = {"marketing_leads": 120, "marketing_spends": 12}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path = tmp_path_factory.mktemp("keys") / "key.json"
    key = make_key_file(path)
    with GoogleSheetsSandbox(counts=COUNTS, key_file=str(path), rate_limits=False).serve() as fake:
        fake.file = key
        yield fake


def connect(fake: Any, *, scopes: list[str] = SCOPES, **changed: str) -> gspread.Client:
    known = {**fake.file, "token_uri": f"{fake.url}/token", **changed}
    client = gspread.Client(auth=Credentials.from_service_account_info(known, scopes=scopes))
    client.http_client.session.trust_env = False
    fake.reached = reroute(client.http_client.session, fake.url)
    return client


@pytest.fixture(scope="module")
def book(served: Any) -> gspread.Spreadsheet:
    return connect(served).open_by_key(served.config.spreadsheet_id)


def test_client_finds_the_tabs_of_the_file(book, served):
    assert served.reached.hosts == {"sheets.googleapis.com"}
    assert book.title == served.config.title
    assert [sheet.title for sheet in book.worksheets()] == [tab.title for tab in served.store.tabs]
    sheet = book.worksheet("Leads 2026")
    assert (sheet.row_count, sheet.col_count) == (
        served.store.tabs[0].row_count,
        served.store.tabs[0].column_count,
    )


def test_client_reads_every_record_by_its_title(book, served):
    records = book.worksheet("Spend").get_all_records()
    tab = next(one for one in served.store.tabs if one.title == "Spend")
    filled = [at for at, row in enumerate(tab.rows) if any(cell not in ("", None) for cell in row)]
    assert len(records) == filled[-1] >= COUNTS["marketing_spends"]
    assert list(records[0]) == [str(cell) for cell in tab.rows[0] if cell != ""]


def test_client_reads_ranges_with_the_values_behind_the_cells(book):
    shown, meant = (
        book.values_get("Spend!A2:E4", params={"valueRenderOption": option})["values"]
        for option in ("FORMATTED_VALUE", "UNFORMATTED_VALUE")
    )
    assert all(isinstance(cell, str) for row in shown for cell in row)
    assert any(isinstance(cell, int | float) for row in meant for cell in row)
    both = book.values_batch_get(["Spend!A1:A1", "'Leads 2026'!A1:A1"])
    assert [len(one["values"]) for one in both["valueRanges"]] == [1, 1]


def test_client_asks_drive_when_the_file_changed(book, served):
    before = book.get_lastUpdateTime()
    served.changes.append("marketing_spends", {"Market": "Added"})
    assert book.get_lastUpdateTime() > before
    assert "www.googleapis.com" in served.reached.hosts


@pytest.mark.parametrize(
    ("cells", "status"), [("Nowhere!A1:B2", 400), ("Spend!1A:B!", 400)], ids=["tab", "range"]
)
def test_range_that_is_not_there_is_the_clients_error(book, cells, status):
    with pytest.raises(gspread.exceptions.APIError) as caught:
        book.values_get(cells)
    assert caught.value.code == status


def test_file_that_is_not_there_is_the_clients_own_error(served):
    with pytest.raises(gspread.exceptions.SpreadsheetNotFound):
        connect(served).open_by_key("1Other").worksheets()


def test_signature_of_another_key_is_refused_by_the_token_endpoint(served):
    with pytest.raises(RefreshError, match="Invalid JWT Signature"):
        connect(served, private_key=build_key_file()["private_key"]).open_by_key("1Other")


def test_token_without_the_scope_opens_nothing(served):
    client = connect(served, scopes=["https://www.googleapis.com/auth/calendar"])
    with pytest.raises(PermissionError):
        client.open_by_key(served.config.spreadsheet_id).worksheets()

"""The Google Sheets fake's cells: ranges, render options, what is cut off, tabs, edits, state."""

from __future__ import annotations

from urllib.parse import quote

import pytest
import requests

from sandbox.googlesheets import GoogleSheetsSandbox
from sandbox.googlesheets.cells import Cell

LEADS = "marketing_leads"
PAGE = [
    [Cell(46023, "date"), "Testa", "person.one@example.com", 5550100001, Cell(1234, "00000"), "Web",
     Cell(45.5, "currency"), False],
    [],
    ["02/01/2026", "Leo", "", "(555) 010-0002", "75001", "Referral"],
]  # fmt: skip
"""The example of the vendor page."""


class Sheet:
    """One served spreadsheet whose first tab has the example's rows."""

    def __init__(self, fake):
        self.fake = fake
        self.tab = fake.store.tab_by_kind[LEADS]
        self.tab.rows = [[*"ABCDEFGH"], *map(list, PAGE)]
        self.tab.row_count, self.tab.column_count = 1000, 26

    def get(self, path, **params):
        headers = {"x-goog-api-key": self.fake.config.api_key}
        url = f"{self.fake.url}/v4/spreadsheets/{self.fake.config.spreadsheet_id}{path}"
        return requests.get(url, params=params, headers=headers, timeout=10)

    def values(self, cells, **params):
        return self.get(f"/values/{quote(cells, safe='')}", **params)


@pytest.fixture
def sheet():
    with GoogleSheetsSandbox(counts={LEADS: 5, "marketing_spends": 5}, rate_limits=False).serve() as fake:
        yield Sheet(fake)


def test_page_is_the_example_of_the_vendor_page(sheet):
    answer = sheet.values("'Leads 2026'!A2:H4", valueRenderOption="UNFORMATTED_VALUE").json()
    assert answer == {
        "range": "'Leads 2026'!A2:H4",
        "majorDimension": "ROWS",
        "values": [
            [46023, "Testa", "person.one@example.com", 5550100001, 1234, "Web", 45.5, False],
            [],
            ["02/01/2026", "Leo", "", "(555) 010-0002", "75001", "Referral"],
        ],
    }


def test_formatted_row_is_the_example_of_the_vendor_page(sheet):
    (row,) = sheet.values("'Leads 2026'!A2:H2").json()["values"]
    assert row == [
        "1/1/2026",
        "Testa",
        "person.one@example.com",
        "5550100001",
        "01234",
        "Web",
        "$45.50",
        "FALSE",
    ]


def test_last_page_has_no_values(sheet):
    answer = sheet.values("'Leads 2026'!A5:H1000").json()
    assert answer == {"range": "'Leads 2026'!A5:H1000", "majorDimension": "ROWS"}


@pytest.mark.parametrize(
    ("cells", "shown", "rows"),
    [
        ("'Leads 2026'", "'Leads 2026'!A1:Z1000", 4),
        ("'Leads 2026'!1:1", "'Leads 2026'!A1:Z1", 1),
        ("'Leads 2026'!2:1001", "'Leads 2026'!A2:Z1000", 3),
        ("'Leads 2026'!A2:Z", "'Leads 2026'!A2:Z1000", 3),
        ("'Leads 2026'!B2:C", "'Leads 2026'!B2:C1000", 3),
        ("'Leads 2026'!B2", "'Leads 2026'!B2:B2", 1),
        ("'leads 2026'!A1:A1", "'Leads 2026'!A1:A1", 1),
        ("Spend!A1:B2", "Spend!A1:B2", 2),
    ],
)
def test_range_is_understood_and_echoed_clipped_to_the_grid(sheet, cells, shown, rows):
    answer = sheet.values(cells).json()
    assert (answer["range"], len(answer["values"])) == (shown, rows)


@pytest.mark.parametrize(
    "cells", ["'Nope'!A1:B2", "'Chart1'!A1:B2", "'Warehouse'!A1", "'Leads 2026'!?", "'open!A1", "!A1"]
)
def test_range_that_is_none_can_not_be_parsed(sheet, cells):
    answer = sheet.values(cells)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == f"Unable to parse range: {cells}"


@pytest.mark.parametrize("cells", ["'Leads 2026'!A1001:H2000", "'Leads 2026'!AA1:AB2"])
def test_range_that_begins_beyond_the_grid_is_refused(sheet, cells):
    error = sheet.values(cells).json()["error"]
    assert error["message"] == f"Range ({cells}) exceeds grid limits. Max rows: 1000, max columns: 26"


@pytest.mark.parametrize("title", ['Bob\'s "tab"', "a/b", "A1:B2!", "Z\u00f6e \N{FIRE}"])
def test_title_with_signs_is_one_segment_and_quoted_in_the_echo(sheet, title):
    sheet.fake.changes.rename_tab(LEADS, title)
    quoted = "'" + title.replace("'", "''") + "'"
    assert sheet.values(f"{quoted}!A1:B1").json()["range"] == f"{quoted}!A1:B1"


def test_slash_that_is_not_encoded_is_no_file(sheet):
    sheet.fake.changes.rename_tab(LEADS, "a/b")
    assert sheet.get("/values/'a/b'!A1:B1").status_code == 404


@pytest.mark.parametrize(
    ("option", "shown"),
    [("FORMATTED_VALUE", "$50.00"), ("UNFORMATTED_VALUE", 50), ("FORMULA", "=I2/M2")],
)
def test_formula_is_shown_in_three_ways(sheet, option, shown):
    sheet.tab.rows[1][0] = Cell(50.0, "currency", "=I2/M2")
    assert sheet.values("'Leads 2026'!A2", valueRenderOption=option).json()["values"] == [[shown]]


def test_date_is_a_text_where_it_is_asked_for_so(sheet):
    options = {"valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "FORMATTED_STRING"}
    assert sheet.values("'Leads 2026'!A2", **options).json()["values"] == [["1/1/2026"]]


def test_number_is_written_in_the_language_of_the_file():
    with GoogleSheetsSandbox(counts={LEADS: 5}, locale="de_DE", rate_limits=False).serve() as fake:
        sheet = Sheet(fake)
        sheet.tab.rows[1][0] = Cell(1234.5, "currency")
        sheet.tab.rows[1][1] = Cell(0.12, "percent")
        assert sheet.values("'Leads 2026'!A2:B2").json()["values"] == [["1.234,50 \N{EURO SIGN}", "12%"]]


def test_columns_are_turned(sheet):
    answer = sheet.values("'Leads 2026'!A2:B4", majorDimension="COLUMNS").json()
    assert answer["values"] == [["1/1/2026", "", "02/01/2026"], ["Testa", "", "Leo"]]


def test_batch_has_its_ranges_in_order(sheet):
    answer = sheet.get("/values:batchGet", ranges=["Spend!A1:B1", "'Leads 2026'!A5:B9"]).json()
    assert [one["range"] for one in answer["valueRanges"]] == ["Spend!A1:B1", "'Leads 2026'!A5:B9"]
    assert "values" not in answer["valueRanges"][1]


def test_tabs_have_what_the_mask_asks_for(sheet):
    answer = sheet.get("", fields="spreadsheetId,properties(title,timeZone),sheets.properties").json()
    assert answer.keys() == {"spreadsheetId", "properties", "sheets"}
    assert answer["properties"] == {"title": "Marketing 2026", "timeZone": "America/Chicago"}
    kinds = [tab["properties"]["sheetType"] for tab in answer["sheets"]]
    assert kinds == ["GRID", "GRID", "OBJECT", "GRID", "DATA_SOURCE"]
    assert [tab["properties"].get("hidden") for tab in answer["sheets"]] == [None, None, None, True, None]


def test_edit_moves_version_and_modified_time(sheet):
    def look():
        headers = {"x-goog-api-key": sheet.fake.config.api_key}
        url = (
            f"{sheet.fake.url}/drive/v3/files/{sheet.fake.config.spreadsheet_id}?fields=version,modifiedTime"
        )
        return requests.get(url, headers=headers, timeout=10).json()

    before = look()
    sheet.fake.changes.write(LEADS, 2, {"B": "x"})
    after = look()
    assert before.keys() == after.keys() == {"version", "modifiedTime"}
    assert int(after["version"]) == int(before["version"]) + 1
    assert after["modifiedTime"] > before["modifiedTime"]


def test_rows_move_with_edits(sheet):
    changes, read = sheet.fake.changes, lambda: sheet.values("'Leads 2026'!B1:B").json()["values"]
    changes.insert(LEADS, 2, {"B": "new"})
    assert read() == [["B"], ["new"], ["Testa"], [], ["Leo"]]
    changes.delete(LEADS, [2, 3])
    assert read() == [["B"], [], ["Leo"]]
    changes.clear(LEADS)
    assert read() == [["B"]]
    assert sheet.tab.row_count == 999


def test_changes_are_kept_over_a_restart(tmp_path):
    settings = {"counts": {LEADS: 5, "marketing_spends": 5}, "state": str(tmp_path / "state.json")}
    first = GoogleSheetsSandbox(**settings)
    first.changes.write(LEADS, 2, {"City": Cell(1.5, "currency"), "New": True})
    first.changes.append(LEADS, {"Lead ID": "L-new"})
    again = GoogleSheetsSandbox(**settings)
    assert again.store.tab_by_kind[LEADS].rows == first.store.tab_by_kind[LEADS].rows


def test_same_seed_gives_the_same_cells_and_activity_changes_some():
    counts = {LEADS: 200, "marketing_spends": 50}
    one, two = (GoogleSheetsSandbox(counts=counts) for _ in range(2))
    assert one.store.tab_by_kind[LEADS].rows == two.store.tab_by_kind[LEADS].rows
    busy = GoogleSheetsSandbox(counts=counts, activity=30)
    assert busy.store.tab_by_kind[LEADS].rows != one.store.tab_by_kind[LEADS].rows
    assert one.store.counts() == {LEADS: 200, "marketing_spends": 51}

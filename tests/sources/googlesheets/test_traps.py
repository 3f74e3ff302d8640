"""The traps of the vendor page, one by one; those of access, values and titles have files of their own."""

from __future__ import annotations

import dataclasses

import pytest

from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.sources.grid.layout import read_tab
from sandbox.googlesheets.cells import Cell
from tests.sources.googlesheets.conftest import KINDS

FILE = "1AbCInvented_0123456789-abcdefghijklmnopqrst"


def list_ids(read):
    return [record["Lead ID"] for record in read.records]


def test_short_rows_are_filled_up_to_the_last_title(account):
    """Trap 1: cells that are empty at the end of a row are not sent."""
    titles = account.fake.store.tab_by_kind["marketing_leads"].titles
    del account.fake.store.tab_by_kind["marketing_leads"].rows[3][12:]
    records = account.read().records
    assert all(set(titles) <= record.keys() for record in records)
    assert records[2]["Notes"] is None
    assert len(records) == 60


def test_blank_rows_before_data_are_no_end(account):
    """Trap 2: a whole page of blank rows, empty texts among them, and records behind it."""
    account.fake.changes.clear("marketing_leads", range(12, 32))
    account.put({"City": "", "Notes": "  "}, row=15)
    read = account.read(page_size=10)
    assert len(read.records) == 40
    assert read.records[-1]["_row_number"] == 61
    assert read.reason is None
    assert read.is_whole


def test_no_range_goes_past_the_grid(account):
    """Trap 3: such a request is refused, and the grid ends 40 rows below the last record."""
    account.read(page_size=30)
    assert account.ranges() == [
        "'Leads 2026'!1:1",
        "'Leads 2026'!A2:AA31",
        "'Leads 2026'!A31:AA61",
        "'Leads 2026'!A61:AA91",
        "'Leads 2026'!A91:AA101",
        "'Leads 2026'!1:1",
    ]


def test_grid_that_shrinks_under_the_read_is_partial_and_sweeps_nothing(account):
    tab = account.fake.store.tab_by_kind["marketing_leads"]
    account.fake.hooks.before_page("*!A*", 2, lambda: setattr(tab, "row_count", 20))
    read = account.read(page_size=30)
    assert len(read.records) == 30
    assert "became smaller" in read.reason
    assert not read.is_whole


@pytest.mark.parametrize(
    "title", ["Leads / 2026", 'Bob\'s "Leads"', "100% & more?", "Zoë 🏠!A1:B2", "#1;x=y"]
)
def test_tab_whose_title_has_signs_of_addresses_is_read(account, title):
    """Trap 4: slashes and apostrophes are a part of the title and of nothing else."""
    account.fake.changes.rename_tab("marketing_leads", title)
    assert len(account.read(account.entity("marketing_leads", read={"tab": title})).records) == 60


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (Cell(45658, "date"), "2025-01-01"),
        (Cell(46023, "date"), "2026-01-01"),
        (25569, "1970-01-01"),
        ("02/01/2026", "2026-02-01"),
        ("2026-02-01", "2026-02-01"),
    ],
    ids=["date cell", "another", "number", "typed", "typed as ISO"],
)
def test_date_is_read_however_it_was_typed(account, cell, day):
    """Trap 5: a date cell is a number, and a text is a text."""
    account.put({"Lead Date": cell})
    assert str(account.typed("lead_date")) == day


@pytest.mark.parametrize("locale", ["en_US", "de_DE"])
def test_numbers_are_read_as_numbers_in_every_language(open_account, locale):
    """Trap 6: what people see depends on the language, `1.234,50 €`; the values do not."""
    account = open_account(locale=locale)
    account.put({"Lead Cost": Cell(1234.5, "currency"), "Sold Amount": Cell(0.125, "percent")})
    assert (str(account.typed("lead_cost")), str(account.typed("sold_amount"))) == ("1234.5", "0.125")


def test_leading_zeros_come_back_and_lost_digits_are_said(account):
    """Trap 7: a number has neither leading zeros nor more than 15 digits."""
    account.put({"Zip": Cell(1234, "00000"), "Keyword": 1.2345678901234567e19, "Ad Group": 75001.0})
    read = account.read()
    typed = account.transform().typed
    assert (typed["zip"][0], typed["keyword"][0], typed["ad_group"][0]) == (
        "01234",
        "12345678901234567000",
        "75001",
    )
    (note,) = read.notes
    assert note.startswith("'Keyword' holds numbers of more than 15 digits (1)")


def test_twenty_digits_in_a_text_stay_as_they_are_and_are_no_news(account):
    account.put({"Keyword": "12345678901234567890", "Lead Cost": "12345678901234567890.12"})
    assert account.read().notes == []
    assert account.typed("keyword") == "12345678901234567890"
    assert str(account.typed("lead_cost")) == "12345678901234567890.12"


def test_boolean_is_no_number_and_no_date(account):
    """Trap 9: in Python it would be 1."""
    account.put({"Lead Cost": True, "Appointment Date": True, "Keyword": True, "Is Duplicate": True})
    chunk = account.transform()
    row = chunk.typed.row(0, named=True)
    assert (row["lead_cost"], row["appointment_at"], row["keyword"], row["is_duplicate"]) == (
        None,
        None,
        "TRUE",
        True,
    )
    assert set(chunk.findings["field"]) == {"lead_cost", "appointment_at"}


@pytest.mark.parametrize(("tab", "kind"), [("Chart1", "OBJECT"), ("Warehouse", "DATA_SOURCE")])
def test_tab_without_cells_is_refused_by_name(account, tab, kind):
    """Trap 12."""
    with pytest.raises(UnexpectedResponseError, match=f"the tab '{tab}' is the text '{kind}'"):
        account.read(account.entity("marketing_leads", read={"tab": tab}))


def test_hidden_tab_is_read(account):
    """Trap 14: what is hidden is not gone."""
    account.fake.store.tab_by_kind["marketing_leads"].hidden = True
    assert len(account.read().records) == 60


def test_60_requests_a_minute_are_enough_for_both_tabs_of_5000_rows(open_account):
    """Trap 13: one request for each page, two for the tabs, and two for the titles."""
    account = open_account()
    for kind in KINDS:
        account.read(kind)
    assert len(account.fake.requests.entries()) == 10


def test_merged_cells_have_their_value_at_the_top_alone(account):
    """Trap 15: the others are empty; nothing is made up for them."""
    account.put({"City": "Springfield"}, row=2)
    account.put({"City": None}, row=3)
    assert [account.typed("city"), account.typed("city", row=1)] == ["Springfield", None]


def test_unfinished_cell_is_null_with_a_finding(account):
    """Trap 18: IMPORTRANGE was not done yet."""
    account.put({"Campaign": "Loading...", "Sold Amount": "Loading..."})
    chunk = account.transform()
    assert chunk.typed.row(0, named=True)["campaign"] is None
    assert sorted(
        zip(chunk.findings["field"], chunk.findings["rule"], chunk.findings["value"], strict=True)
    ) == [
        ("campaign", "field_nulled", "Loading..."),
        ("sold_amount", "field_nulled", "Loading..."),
    ]


@pytest.mark.parametrize(
    "address",
    [
        FILE,
        f"https://docs.google.com/spreadsheets/d/{FILE}",
        f"https://docs.google.com/spreadsheets/d/{FILE}/edit#gid=0",
        f"https://docs.google.com/spreadsheets/u/0/d/{FILE}/edit?gid=0#gid=0",
    ],
)
@pytest.mark.parametrize("place", ["YAML", "connection"])
def test_file_is_named_by_id_or_address_in_yaml_or_connection(account, address, place):
    """Trap 20."""
    in_yaml = {"file": address} if place == "YAML" else {}
    client = account.make_client(spreadsheet_id="" if in_yaml else address)
    assert len(account.read(account.entity("marketing_leads", read=in_yaml), client=client).records) == 60


def test_tab_that_only_the_address_names_is_read(account):
    tab_id = account.fake.store.tab_by_kind["marketing_spends"].sheet_id
    entity = account.entity("marketing_spends", read={"tab": ""})
    client = account.make_client(
        spreadsheet_id=f"https://docs.google.com/spreadsheets/d/{FILE}/edit#gid={tab_id}"
    )
    assert len(account.read(entity, client=client).records) == 30


def test_tab_by_its_id_is_read_although_it_was_renamed(account):
    tab_id = account.fake.store.tab_by_kind["marketing_spends"].sheet_id
    account.fake.changes.rename_tab("marketing_spends", "Money")
    entity = account.entity("marketing_spends", read={"tab": "", "tab_id": tab_id})
    read = account.read(entity)
    assert {record["_tab"] for record in read.records} == {"Money"}
    assert len(read.records) == 30


def test_row_of_sums_is_no_record(account):
    """Trap 21."""
    account.fake.changes.append("marketing_spends", {"Date": " TOTAL ", "Spend": 987654.32})
    read = account.read("marketing_spends")
    assert len(read.records) == 30
    assert all(record["Date"] for record in read.records)


@pytest.mark.parametrize("size", [1, 7, 29, 30, 31, 59, 60, 61, 5000])
def test_each_row_comes_once_whatever_the_pages(account, size):
    """Trap 22: both ends of a range are included."""
    whole = list_ids(account.read())
    assert list_ids(account.read(page_size=size)) == whole
    assert len(set(whole)) == 60


def test_read_goes_on_behind_the_last_stored_page(account):
    first = account.read(page_size=20, stop_after=2)
    rest = account.read(page_size=20, cursors=first.cursors)
    assert [*list_ids(first), *list_ids(rest)] == list_ids(account.read())
    assert rest.is_whole


def test_row_deleted_between_two_pages_is_seen_and_nothing_is_swept(account):
    """A row that moved from one page to the one before was in none of them."""
    account.fake.hooks.before_page("*!A*", 2, lambda: account.fake.changes.delete("marketing_leads", [5]))
    read = account.read(page_size=20)
    assert len(read.records) == 59
    assert "rows were moved or edited meanwhile" in read.reason
    assert not read.is_whole


def test_row_inserted_between_two_pages_comes_twice_and_is_seen(account):
    new = {"Lead ID": "N", "Lead Date": 46023, "Source": "Web"}
    account.fake.hooks.before_page("*!A*", 2, lambda: account.fake.changes.insert("marketing_leads", 2, new))
    read = account.read(page_size=20)
    assert "rows were moved or edited meanwhile" in read.reason
    assert len(set(list_ids(read))) == 60


def test_doubt_of_an_earlier_try_stays(account):
    account.fake.hooks.before_page("*!A*", 2, lambda: account.fake.changes.delete("marketing_leads", [5]))
    first = account.read(page_size=20, stop_after=2)
    rest = account.read(page_size=20, cursors=first.cursors)
    assert "rows were moved" in rest.reason


def test_answer_with_more_cells_than_were_asked_for_is_an_error(account):
    """Whoever reads columns for rows would mix everything up."""
    tab = account.fake.store.tab_by_kind["marketing_leads"]
    answer = account.fake.answer

    def answer_too_much(request):
        response = answer(request)
        if "!A" not in request.path:
            return response
        head = b'{"range": "A2:AA101", "values": [['
        return dataclasses.replace(response, body=head + b'"x",' * 40 + b'"x"]]}')

    account.fake.answer = answer_too_much
    read = account.read(catch=UnexpectedResponseError)
    assert "of up to 41 cells where" in str(read.error)
    assert len(tab.titles) == 27


def test_tab_that_grows_whenever_its_end_is_reached_is_partial(account, monkeypatch):
    seen = []

    def read_growing(*words):
        tab = read_tab(*words)
        seen.append(tab.rows - 30 + 3 * len(seen))
        return dataclasses.replace(tab, rows=seen[-1])

    monkeypatch.setattr("crm_sync.sources.grid.source.read_tab", read_growing)
    read = account.read(page_size=20)
    assert len(seen) == 6
    assert "got rows whenever its end was reached" in read.reason
    assert not read.is_whole

"""What cells become: clocks, numbers that were typed, errors, odd texts."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crm_sync.exceptions import ConfigError
from crm_sync.sync.validate import validate_chunk
from sandbox.googlesheets.cells import Cell

LEADS, SPENDS = "marketing_leads", "marketing_spends"


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        (46023.5, "2026-01-01T18:00"),
        (46054.4375, "2026-02-01T16:30"),
        (46023, "2026-01-01T06:00"),
        (46023.99999999, "2026-01-02T06:00"),
        # left out in spring: the offset before; twice in autumn: the earlier one
        (45725.104166666664, "2025-03-09T08:30"),
        (45963.0625, "2025-11-02T06:30"),
        ("01/15/2026 10:30", "2026-01-15T16:30"),
        ("07/15/2026 10:30 PM", "2026-07-16T03:30"),
        ("2026-01-15 10:30:00", "2026-01-15T16:30"),
        ("2026-01-15T10:30:00Z", "2026-01-15T10:30"),
        ("2026-01-15", "2026-01-15T06:00"),
        (-1.25, "1899-12-29T00:00"),
    ],
    ids=str,
)
def test_time_is_on_the_clock_of_the_spreadsheet(account, cell, moment):
    """Trap 8: a serial number has no zone."""
    account.put({"Appointment Date": Cell(cell, "datetime") if isinstance(cell, float) else cell})
    assert account.typed("appointment_at") == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kolkata"])
def test_clock_of_the_spreadsheet_counts_and_not_the_yamls(open_account, zone):
    account = open_account(time_zone=zone)
    account.put({"Appointment Date": Cell(46023.5, "datetime")})
    hours = {"UTC": (12, 0), "Europe/Berlin": (11, 0), "Asia/Kolkata": (6, 30)}[zone]
    assert account.typed("appointment_at") == datetime(2026, 1, 1, *hours, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell", [1767225600, 1767225600000, 2958466, -700000, 1e300, "next week", "01-15-26"]
)
def test_what_is_no_time_is_null_with_a_finding_and_no_epoch(account, cell):
    account.put({"Appointment Date": cell})
    chunk = account.transform()
    assert chunk.typed["appointment_at"][0] is None
    assert chunk.findings["field"].to_list() == ["appointment_at"]


def test_last_day_of_the_calendar_is_a_date(account):
    account.put({"Lead Date": 2958465})
    assert account.typed("lead_date") == date(9999, 12, 31)


def test_date_with_a_time_of_day_is_no_date(account):
    """Nothing is cut off: in a required column the record is rejected, with what it was."""
    account.put({"Lead Date": 46023.5})
    chunk = account.transform()
    assert chunk.findings.row(0, named=True)["value"] == "2026-01-01T12:00:00"
    verdicts = validate_chunk(chunk.typed, chunk.findings, account.source.entities[LEADS])
    assert "reject" in verdicts["action"].to_list()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$1,234.50", "1234.50"),
        ("1,234", "1234"),
        ("1,234,567.891", "1234567.891"),
        ("(45.10)", "-45.10"),
        ("-$3", "-3"),
        ("$-3.00", "-3"),
        ("12%", "0.12"),
        ("\N{EURO SIGN} 7", "7"),
        ("\N{MINUS SIGN}5", "-5"),
        ("1e3", "1000"),
        ("1'000.5", "1000.5"),
        (0.1, "0.1"),
    ],
)
def test_number_that_was_typed_is_read_in_the_language_of_the_file(account, text, number):
    account.put({"Lead Cost": text})
    assert str(account.typed("lead_cost")) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("1.234,50 \N{EURO SIGN}", "1234.50"), ("1.234", "1234"), ("48,137", "48.137"), ("12,5 %", "0.125")],
)
def test_comma_is_the_mark_where_the_language_has_it(open_account, text, number):
    account = open_account(locale="de_DE")
    account.put({"Lead Cost": text})
    assert str(account.typed("lead_cost")) == number


def test_number_of_an_unknown_language_that_can_be_read_in_two_ways_is_refused(open_account):
    account = open_account(locale="xx_YY")
    account.put({"Lead Cost": "48,137", "Sold Amount": "$48"})
    chunk = account.transform()
    assert chunk.typed["lead_cost"][0] is None
    assert str(chunk.typed["sold_amount"][0]) == "48"


def test_decimal_mark_of_the_yaml_is_stronger_than_the_language(account):
    account.put({"Lead Cost": "48,137"})
    entity = account.entity(LEADS, decimal_mark=",")
    assert account.read(entity).records[0]["Lead Cost"] == "48,137"


@pytest.mark.parametrize("text", ["about 50", "1,23.4", "12,34,567", "--5", "(-5)", "5-", "$", "1.2.3", "½"])
def test_text_that_is_no_number_is_null_with_a_finding(account, text):
    account.put({"Lead Cost": text})
    chunk = account.transform()
    assert chunk.typed["lead_cost"][0] is None
    assert chunk.findings["value"].to_list() == [text]


@pytest.mark.parametrize("cell", [30, 30.0, "30", "30.00", " 30 "], ids=repr)
def test_whole_number_is_one_however_it_was_typed(account, cell):
    account.put({"Clicks": cell}, SPENDS)
    assert account.typed("clicks", SPENDS) == 30


@pytest.mark.parametrize(("cell", "flag"), [("x", True), ("X ", True), ("yes", True), (0, False), ("", None)])
def test_flag_without_a_check_box_is_read(account, cell, flag):
    account.put({"Is Duplicate": cell})
    assert account.typed("is_duplicate") is flag


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#ERROR!"])
@pytest.mark.parametrize(
    ("title", "column"), [("Notes", "notes"), ("Lead Cost", "lead_cost"), ("Phone", "phone")]
)
def test_error_of_a_formula_is_null_with_a_finding(account, error, title, column):
    account.put({title: Cell(error, formula="=1/0")})
    chunk = account.transform()
    assert chunk.typed[column][0] is None
    assert chunk.findings.select("field", "rule", "value").row(0) == (column, "field_nulled", error)


def test_error_of_a_formula_in_a_required_column_rejects_its_row_alone(account):
    account.put({"Source": "#REF!"})
    chunk = account.transform()
    verdicts = validate_chunk(chunk.typed, chunk.findings, account.source.entities[LEADS])
    rejected = verdicts.filter(verdicts["action"] == "reject")
    assert rejected["record_id"].unique().to_list() == ["L-000001"]
    assert "#REF!" in rejected["value"].to_list()


@pytest.mark.parametrize(
    "text",
    [
        "Zo\u00eb \N{HOUSE BUILDING}",
        "\u202b\u05e9\u05dc\u05d5\u05dd\u202c",
        "e\u0301",
        "line\nbreak\ttab",
        "NULL",
        "=SUM(A1)",
        "\\N",
        "x" * 50_000,
    ],
    ids=["astral", "right to left", "combining", "lines", "NULL", "formula", "backslash", "long"],
)
def test_text_arrives_as_it_is(account, text):
    account.put({"Notes": text})
    assert account.typed("notes") == text


def test_character_that_postgresql_can_not_hold_is_replaced_and_said(account):
    account.put({"Notes": "NUL \0 inside"})
    chunk = account.transform()
    assert chunk.typed["notes"][0] == "NUL \N{REPLACEMENT CHARACTER} inside"
    assert chunk.findings["rule"].to_list() == ["replaced_characters"]


@pytest.mark.parametrize("empty", [None, "", "   "], ids=repr)
def test_empty_text_is_as_empty_as_an_empty_cell(account, empty):
    account.put({"City": empty})
    assert account.typed("city") is None


def test_campaign_that_is_not_there_is_known_by_a_word(account):
    account.put({"Campaign": ""}, SPENDS)
    assert account.typed("campaign", SPENDS) == "(none)"


def test_phone_is_read_from_a_number_as_from_a_text(account):
    account.put({"Phone": 5552010001})
    account.put({"Phone": "(555) 201-0001"}, row=3)
    assert account.typed("phone") == account.typed("phone", row=1) == "+15552010001"


def test_row_knows_where_it_came_from(account):
    row = account.transform().typed.row(2, named=True)
    assert (row["row_number"], row["spreadsheet_id"], row["sheet_id"], row["sheet_title"]) == (
        4,
        account.fake.config.spreadsheet_id,
        0,
        "Leads 2026",
    )


def test_format_of_a_field_is_refused_since_cells_have_formats(account):
    fields = account.source.entities[LEADS].model_dump()["fields"]
    fields["lead_date"]["format"] = "%m/%d/%Y"
    with pytest.raises(ConfigError, match=r"expected none here: read.cells.lead_date.formats"):
        account.read(account.entity(LEADS, fields=fields))


def test_format_that_is_none_is_refused(account):
    with pytest.raises(ConfigError, match=r"read.cells.lead_date.formats.*got DD/MM"):
        account.read(account.entity(LEADS, read={"cells": {"lead_date": {"formats": ["DD/MM"]}}}))


def test_title_that_two_columns_read_in_two_ways_is_refused(account):
    fields = account.source.entities[LEADS].model_dump()["fields"]
    fields["day"] = {"source": "Lead Date", "type": "string"}
    with pytest.raises(ConfigError, match="another column reads 'Lead Date' otherwise"):
        account.read(account.entity(LEADS, fields=fields))

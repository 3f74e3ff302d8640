"""Values as the lake has them, hostile ones too, and the forms of companies."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sandbox.salespro.catalogue import TABLES
from tests.conformance.tables import read_rows

ITEMS = [
    {"title": "Appointment Result ", "value": "[SOLD] Same day"},
    {"title": "Both Homeowners Present?", "value": "Yes"},
    {"title": "Financing Approved -", "value": "N"},
    {"title": "ONE  year price:", "value": "$12,500"},
    {"title": "Warm Up \\u0026 Topic", "value": "- Weather"},
    {"title": "Last Price Offered", "value": "-"},
    {"title": "Deposit Amount", "value": "-$500.00"},
    {"title": "Job Type 1", "value": "Roofing"},
    {"title": "Job Type 1 Amount", "value": "$12,500.00"},
    {"title": "Job Type 3", "value": "Siding"},
    {"title": "Company's own", "value": "42"},
]


def write_form(**answers):
    return json.dumps([{"title": title, "value": value} for title, value in answers.items()])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("123456789012345678.99", Decimal("123456789012345678.99")),
        ("99999999999999999999999999999999999.25", Decimal("99999999999999999999999999999999999.25")),
        ("1.0E7", Decimal("1.0E7")),
        ("-0.0", Decimal("0.0")),
        (None, None),
        ("", None),
    ],
)
def test_money_keeps_every_digit(kit, text, value):
    found = kit.show_row("estimates", sale_amount=text)["sale_amount"]
    assert (None if found is None else Decimal(found)) == value


@pytest.mark.parametrize(
    "text",
    [
        "12345678901234567890",
        "00000000000000000001",
        "\u05e9\u05dc\u05d5\u05dd \u202eright to left\u202c",
        "\U0001f3e0\U0001f525 astral",
        "quotes \" and ' and \\ and \n a line",
        "[a, b] {k=v}",
        "{not: json}",
        "x" * 1_000_000,
    ],
    ids=["digits", "zeros", "rtl", "astral", "quotes", "array", "braces", "a million characters"],
)
def test_text_comes_as_it_is(kit, text):
    assert kit.show_row("credit_applications", credit_app_note=text)["credit_app_note"] == text


@pytest.mark.postgres
def test_nul_is_replaced_and_said(lake):
    lake.account.fake.changes.clear("payments")
    lake.account.fake.changes.create("payments", {"payment_description": "a\0b"})
    run = lake.run("payments")
    (row,) = read_rows(lake.warehouse, run.entity).values()
    assert row["payment_description"] == "a\ufffdb"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2025-05-01 10:00:00.000", datetime(2025, 5, 1, 10, tzinfo=UTC)),
        ("2025-05-01 10:00:00.000 UTC", datetime(2025, 5, 1, 10, tzinfo=UTC)),
        ("2025-03-09 02:30:00.000", datetime(2025, 3, 9, 2, 30, tzinfo=UTC)),
    ],
    ids=["plain", "zoned", "in a gap of New York"],
)
def test_time_is_utc(kit, text, value):
    assert kit.show_row("payments", created_at=text)["created_at"] == value


def test_unreadable_price_is_null_and_found(kit):
    kit.fake.changes.clear("lead_results")
    kit.fake.changes.create("lead_results", {"lead_results": write_form(**{"Last Price Offered": "about 9"})})
    shaped = kit.read("lead_results").shaped
    assert shaped.typed["last_price_offered"].to_list() == [None]
    assert shaped.findings["field"].to_list() == ["last_price_offered"]


def test_activity_s_key_is_the_digest_of_its_columns(kit):
    row = kit.show_row(
        "user_activities", created_at="2025-05-01 10:00:00.000", price="9.99E3", price_type=None
    )
    (_, stored) = next(kit.fake.store.list_rows("user_activities"))
    text = "\x1f".join(stored[name] or "" for name in TABLES["user_activities"].columns)
    assert row["row_hash"] == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.postgres
def test_activities_are_only_added(lake):
    fake = lake.account.fake
    for number in range(3):
        fake.changes.create("user_activities", {"activity_note": f"note {number}"})
    entity = lake.run("user_activities").entity
    first, *_ = [number for number, _ in fake.store.list_rows("user_activities")]
    fake.store.update("user_activities", first, {"activity_note": "changed by the vendor"})
    run = lake.run("user_activities", full=True)
    rows = read_rows(lake.warehouse, entity).values()
    assert sorted(row["activity_note"] for row in rows) == [
        "changed by the vendor",
        "note 0",
        "note 1",
        "note 2",
    ]
    assert all(row["sync_deleted_at"] is None for row in rows)
    assert (run.row.records_created, run.row.records_updated) == (1, 0)


def test_form_fills_columns_by_its_titles(kit):
    row = kit.show_row("lead_results", lead_results=json.dumps(ITEMS))
    assert (row["appointment_result"], row["status_bucket"]) == ("[SOLD] Same day", "SOLD")
    assert (row["both_homeowners_present"], row["financing_approved"]) == (True, False)
    assert (Decimal(row["one_year_price"]), Decimal(row["deposit_amount"])) == (12_500, -500)
    assert (row["warm_up_topic"], row["last_price_offered"]) == ("Weather", None)
    assert json.loads(row["lead_results_raw"]) == ITEMS


@pytest.mark.parametrize("text", ["not a form {", '{"title": "x"}', '["a", "b"]', "42"])
@pytest.mark.postgres
def test_unreadable_form_is_kept_counted_and_saved(lake, text):
    fake = lake.account.fake
    fake.changes.clear("lead_results")
    fake.changes.create("lead_results", {"estimate_id": "e1", "lead_results": text})
    run = lake.run("lead_results")
    (row,) = read_rows(lake.warehouse, run.entity).values()
    assert row["appointment_result"] is None
    stored = lake.warehouse.fetch_all("select lead_results_raw #>> '{}' from salespro.lead_results")
    assert json.loads(stored[0][0]) == json.loads(text) if text[0] in '{[4"' else stored[0][0] == text


@pytest.mark.parametrize("text", [None, "", "[]"])
def test_missing_form_is_no_warning(kit, text):
    kit.fake.changes.clear("lead_results")
    kit.fake.changes.create("lead_results", {"lead_results": text})
    shaped = kit.read("lead_results").shaped
    assert shaped.typed["appointment_result"].to_list() == [None]
    assert shaped.findings.height == 0


def read_lines(kit, *forms):
    kit.fake.changes.clear("lead_results")
    for number, form in enumerate(forms):
        kit.fake.changes.create("lead_results", {"estimate_id": f"e{number}", "lead_results": form})
    rows = kit.read("lead_result_line_items").shaped.typed.to_dicts()
    return [
        (row["estimate_id"], row["job_type_number"], row["job_type"], row["job_type_amount"]) for row in rows
    ]


def test_numbered_job_types_are_lines(kit):
    assert read_lines(kit, json.dumps(ITEMS)) == [
        ("e0", 1, "Roofing", "12500.00"),
        ("e0", 3, "Siding", None),
    ]


def test_single_job_type_is_line_1_with_its_size_or_the_final_price(kit):
    with_size = write_form(**{"Job Type": "Roofing", "Job Size": "$9,000", "Last Price Offered": "$1"})
    with_price = write_form(**{"Job Type": "Siding", "Job Size": "-", "Last Price Offered": "$8,500.00"})
    assert read_lines(kit, with_size, with_price, "no form") == [
        ("e0", 1, "Roofing", "9000"),
        ("e1", 1, "Siding", "8500.00"),
    ]


@pytest.mark.postgres
def test_lines_of_a_form_are_replaced_as_a_whole(lake):
    fake = lake.account.fake
    fake.changes.clear("lead_results")
    two = write_form(**{"Job Type 1": "Roofing", "Job Type 2": "Siding"})
    number = fake.changes.create("lead_results", {"estimate_id": "e1", "lead_results": two})
    fake.changes.create("lead_results", {"estimate_id": "e2", "lead_results": two})
    entity = lake.run("lead_result_line_items").entity
    fake.changes.update("lead_results", number, {"lead_results": write_form(**{"Job Type 2": "Windows"})})
    lake.run("lead_result_line_items")
    rows = read_rows(lake.warehouse, entity)
    live = {key: row["job_type"] for key, row in rows.items() if row["sync_deleted_at"] is None}
    assert live == {("e1", 2): "Windows", ("e2", 1): "Roofing", ("e2", 2): "Siding"}
    assert rows["e1", 1]["sync_deleted_at"] is not None


def test_lines_come_from_the_newest_form_of_an_estimate(kit):
    kit.fake.changes.clear("lead_results")
    for hour, name in ((3, "newest"), (1, "older")):
        at = f"2025-05-01 0{hour}:00:00.000"
        form = write_form(**{"Job Type 1": name, f"Job Type {hour}": name})
        kit.fake.changes.create("lead_results", {"estimate_id": "e1", "lead_results": form, "updated_at": at})
    rows = kit.read("lead_result_line_items").shaped.typed.to_dicts()
    assert [row["job_type"] for row in rows] == ["newest", "newest"]

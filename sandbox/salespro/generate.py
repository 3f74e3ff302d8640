"""Generates the lake's rows, the same for the same seed and anchor, and single new rows later on."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from sandbox.frame import made_up
from sandbox.frame.times import DAY_MS, SECOND_MS
from sandbox.salespro.catalogue import TABLES
from sandbox.salespro.config import SalesProConfig
from sandbox.salespro.forms import make_form
from sandbox.salespro.quirks import add_quirks
from sandbox.salespro.store import Row, Store
from sandbox.salespro.times import write_moment

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789"
_COMPANIES = 4


def generate(config: SalesProConfig) -> Store:
    """All rows, evenly over the lake's history."""
    store = Store()
    store.database.execute("BEGIN")
    for kind in TABLES:
        rng = Random(f"{config.seed}:{kind}")
        count = config.count_of(kind)
        step = config.history_s * SECOND_MS // max(count, 1)
        rows = [
            make_row(
                kind, rng, config.anchor_ms - (count - number) * step + rng.randrange(max(step, 1)), number
            )
            for number in range(count)
        ]
        if config.quirks:
            add_quirks(kind, rows, rng, config)
        for row in rows:
            store.add(kind, row)
    store.database.execute("COMMIT")
    return store


def make_id(kind: str, number: int) -> str:
    """The id of a row: ten characters, as the app's backend makes them."""
    rng = Random(f"{kind}:{number}")
    return "".join(rng.choices(_LETTERS, k=10))


def make_row(kind: str, rng: Random, at_ms: int, number: int) -> Row:
    """One row, written at a moment."""
    row = _MAKERS[kind](rng, number)
    row["created_at"] = write_moment(at_ms - rng.randrange(DAY_MS) if kind != "user_activities" else at_ms)
    if "updated_at" in TABLES[kind].columns:
        row["updated_at"] = write_moment(at_ms)
    names = TABLES[kind].columns
    return {name: row.get(name) for name in names}


def _make_company(rng: Random) -> Row:
    number = rng.randrange(_COMPANIES)
    return {"company_id": make_id("companies", number), "company_name": f"Example Company {number + 1}"}


def _make_customer(rng: Random, number: int) -> Row:
    # of three rows two are of one customer
    return {
        **_make_company(rng),
        "customer_id": make_id("customers", number - number % 3 // 2),
        "estimate_id": make_id("estimates", number),
        "customer_first_name": rng.choice(made_up.FIRST_NAMES),
        "customer_last_name": rng.choice(made_up.LAST_NAMES),
        "crm_source": rng.choice(("hubspot", "marketsharp", "")),
        "crm_source_id": str(10**9 + number),
    }


def _make_estimate(rng: Random, number: int) -> Row:
    city, state, zip_code = rng.choice(made_up.CITIES)
    amount = rng.randrange(4_000, 60_000) + 0.5
    return {
        **_make_company(rng),
        "estimate_id": make_id("estimates", number),
        "office_id": make_id("offices", number % 5),
        "office_name": f"Office {number % 5 + 1}",
        "sales_rep_id": make_id("users", number % 9),
        "sales_rep_first_name": rng.choice(made_up.FIRST_NAMES),
        "sales_rep_last_name": rng.choice(made_up.LAST_NAMES),
        "customer_id": make_id("customers", number),
        "customer_first_name": rng.choice(made_up.FIRST_NAMES),
        "customer_last_name": rng.choice(made_up.LAST_NAMES),
        "street_address": made_up.street_addresses(rng, 1)[0],
        "city": city,
        "state": state,
        "zip_code": zip_code,
        "sale_amount": str(amount),
        "finance_amount": rng.choice((None, "1.0E7", str(amount / 2))),
        "down_payment": rng.choice((None, "0.0", "500.0")),
        "is_sale": rng.choice(("true", "false")),
        "has_credit_app": rng.choice(("true", "false", None)),
        "job_type": rng.choice(made_up.TRADES),
        "bank_name": rng.choice(("Example Bank", "", None)),
        "loan_name": rng.choice(("12 months", None)),
        "document_count": str(rng.randrange(6)),
        "lake_batch": f"batch-{number % 7}",
    }


def _make_credit_application(rng: Random, number: int) -> Row:
    return {
        **_make_company(rng),
        "leap_credit_app_id": make_id("credit_applications", number),
        "sales_rep_id": make_id("users", number % 9),
        "customer_id": make_id("customers", number),
        "credit_app_vendor": rng.choice(("Example Lender", "Sample Credit")),
        "credit_app_vendor_id": str(7_000_000 + number),
        "credit_app_status": rng.choice(("approved", "declined", "pending")),
        "credit_app_amount": f"{rng.randrange(1_000, 50_000)}.00",
        "credit_app_note": made_up.sentence(rng),
    }


def _make_lead_result(rng: Random, number: int) -> Row:
    return {
        "estimate_id": make_id("estimates", number),
        "company_id": _make_company(rng)["company_id"],
        "lead_results": make_form(rng, number),
    }


def _make_payment(rng: Random, number: int) -> Row:
    return {
        **_make_company(rng),
        "payment_id": make_id("payments", number),
        "customer_id": make_id("customers", number),
        "payment_type": rng.choice(("card", "check", "ach")),
        "payment_description": made_up.sentence(rng, words=4),
        "payment_amount": f"{rng.randrange(100, 9_000)}.{rng.randrange(100):02d}",
        "payment_success": rng.choice(("true", "false")),
    }


def _make_activity(rng: Random, number: int) -> Row:
    return {
        **_make_company(rng),
        "user_id": make_id("users", number % 9),
        "local_customer_uuid": f"00000000-0000-4000-8000-{number:012d}",
        "customer_id": rng.choice((make_id("customers", number), "", None)),
        "activity_note": made_up.sentence(rng, words=5),
        "key_metric": rng.choice(("demo", "presentation", None)),
        "activity_identifier": f"screen-{number % 40}",
        "price_type": rng.choice(("one year", None)),
        "price": rng.choice((None, "12500.5", "9.99E3")),
        "original_row_num": str(number),
    }


def _make_measure_sheet(rng: Random, number: int) -> Row:
    return {
        **_make_company(rng),
        "estimate_id": make_id("estimates", number // 3),
        "measure_sheet_item_id": make_id("items", number),
        "office_id": make_id("offices", number % 5),
        "office_name": f"Office {number % 5 + 1}",
        "quantity": str(rng.randrange(1, 400) / 4),
        "category": rng.choice(made_up.TRADES),
        "measurement_type": rng.choice(("each", "sq ft", "ln ft")),
        "measure_sheet_item_name": rng.choice(made_up.PRODUCTS),
        "measure_sheet_item_price": f"{rng.randrange(5, 900)}.25",
    }


_MAKERS: dict[str, Callable[[Random, int], Row]] = {
    "customers": _make_customer,
    "estimates": _make_estimate,
    "credit_applications": _make_credit_application,
    "lead_results": _make_lead_result,
    "payments": _make_payment,
    "user_activities": _make_activity,
    "measure_sheets": _make_measure_sheet,
}

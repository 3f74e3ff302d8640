"""Awkward values, as real lakes hold them: a small share of rows, the same for the same seed."""

from __future__ import annotations

from random import Random

from sandbox.salespro.config import SalesProConfig
from sandbox.salespro.store import Row

_TEXT_COLUMN = {
    "customers": "customer_last_name",
    "estimates": "street_address",
    "credit_applications": "credit_app_note",
    "payments": "payment_description",
    "user_activities": "activity_note",
    "measure_sheets": "measure_sheet_item_name",
}
_NUMBER_COLUMN = {
    "estimates": "sale_amount",
    "credit_applications": "credit_app_amount",
    "payments": "payment_amount",
    "user_activities": "price",
    "measure_sheets": "measure_sheet_item_price",
}
_TEXTS = (
    "\u05e9\u05dc\u05d5\u05dd \u202eright to left\u202c",
    "\U0001f3e0\U0001f525 astral",
    "quotes \" and ' and \\ and , and \n a line",
    "",
    "  blanks  ",
    "[a, b] {k=v}",
)
_MOST_ROWS = 12


def add_quirks(kind: str, rows: list[Row], rng: Random, config: SalesProConfig) -> None:
    """Change some of a table's rows in place, and add versions of one key where the vendor does."""
    if len(rows) < _MOST_ROWS:
        return
    text, number = _TEXT_COLUMN.get(kind), _NUMBER_COLUMN.get(kind)
    for place, value in enumerate(_TEXTS):
        if text is not None:
            rows[place][text] = value
    if text is not None:
        rows[len(_TEXTS)][text] = "x" * config.long_text
    if number is not None:
        rows[1][number] = "123456789012345678.99" if kind != "estimates" else "1.0E7"
        rows[2][number] = None
    if kind == "customers":
        rows[3]["estimate_id"], rows[4]["estimate_id"] = None, ""
        rows[5]["crm_source_id"] = "12345678901234567890"
    if kind in ("estimates", "measure_sheets"):
        rows[3]["updated_at"] = None
    if kind == "lead_results":
        rows[0]["lead_results"] = "not a form {"
        rows[1]["lead_results"] = None
        rows[2]["lead_results"] = ""
        _add_versions(rows, rng, config.versions)


def _add_versions(rows: list[Row], rng: Random, count: int) -> None:
    """Older rows of estimates, somewhere in the table."""
    for place in range(4, 4 + count):
        older, newer = dict(rows[place]), dict(rows[-place])
        older["estimate_id"] = newer["estimate_id"]
        rows.insert(rng.randrange(len(rows)), older)

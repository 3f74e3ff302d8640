"""The lake's tables: columns in the vendor's order, with their types, and the sync_type that reads each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """One table of the lake.

    Args:
        kind: sync_type that reads it.
        name: in the lake.
        columns: name to Athena's type.
        key: columns that tell rows apart, as far as any do.
    """

    kind: str
    name: str
    columns: dict[str, str]
    key: tuple[str, ...]


def _columns(text: str) -> dict[str, str]:
    """`name type` pairs, the type left out for varchar."""
    pairs = (part.split() for part in text.split(","))
    return {pair[0]: pair[1] if len(pair) > 1 else "varchar" for pair in pairs}


_TIMES = "created_at timestamp, updated_at timestamp"
TABLES = {
    table.kind: table
    for table in (
        Table(
            "customers",
            "customer",
            _columns(
                "customer_id, estimate_id, company_id, company_name, customer_first_name, "
                f"customer_last_name, crm_source, crm_source_id, {_TIMES}"
            ),
            ("customer_id", "estimate_id"),
        ),
        Table(
            "estimates",
            "estimate",
            _columns(
                "estimate_id, company_id, company_name, office_id, office_name, sales_rep_id, "
                "sales_rep_first_name, sales_rep_last_name, customer_id, customer_first_name, "
                "customer_last_name, street_address, city, state, zip_code, sale_amount double, "
                "finance_amount double, down_payment double, is_sale boolean, has_credit_app boolean, "
                f"job_type, bank_name, loan_name, document_count bigint, {_TIMES}, lake_batch"
            ),
            ("estimate_id",),
        ),
        Table(
            "credit_applications",
            "credit_applications",
            _columns(
                "leap_credit_app_id, company_id, company_name, sales_rep_id, customer_id, credit_app_vendor, "
                "credit_app_vendor_id, credit_app_status, credit_app_amount decimal, credit_app_note, "
                + _TIMES
            ),
            ("leap_credit_app_id",),
        ),
        Table(
            "lead_results",
            "lead_results",
            _columns(f"estimate_id, company_id, lead_results, {_TIMES}"),
            ("estimate_id",),
        ),
        Table(
            "payments",
            "payments",
            _columns(
                "payment_id, company_id, company_name, customer_id, payment_type, payment_description, "
                f"payment_amount decimal, payment_success boolean, {_TIMES}"
            ),
            ("payment_id",),
        ),
        Table(
            "user_activities",
            "user_activity",
            _columns(
                "created_at timestamp, user_id, company_id, company_name, local_customer_uuid, customer_id, "
                "activity_note, key_metric, activity_identifier, price_type, price double, "
                "original_row_num bigint"
            ),
            ("created_at", "user_id", "activity_note", "original_row_num"),
        ),
        Table(
            "measure_sheets",
            "measure_sheet",
            _columns(
                "estimate_id, measure_sheet_item_id, office_id, office_name, company_id, company_name, "
                "quantity double, category, measurement_type, measure_sheet_item_name, "
                f"measure_sheet_item_price decimal, {_TIMES}"
            ),
            ("estimate_id", "measure_sheet_item_id"),
        ),
    )
}
BY_NAME = {table.name: table for table in TABLES.values()}
TYPES = {name: kind for table in TABLES.values() for name, kind in table.columns.items()}
"""By column, whichever table it is in."""

"""Fields that follow from others of the same record: the platform fills them on each save."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sandbox.salesforce.store import Fields, Store

_CHANCE = {
    "Prospecting": 10.0,
    "Qualification": 20.0,
    "Proposal/Price Quote": 75.0,
    "Negotiation/Review": 90.0,
    "Closed Won": 100.0,
    "Closed Lost": 0.0,
}
_FORECAST = {100.0: "Closed", 0.0: "Omitted", 90.0: "Forecast", 75.0: "BestCase"}


def fill_own_fields(kind: str, store: Store, record: Fields) -> None:
    """Fill what follows from the other fields."""
    if kind in _FILLERS:
        _FILLERS[kind](store, record)


def _fill_name(_store: Store, record: Fields) -> None:
    parts = [record.get(name) for name in ("FirstName", "LastName")]
    record["Name"] = " ".join(part for part in parts if part) or None


def _fill_opportunity(_store: Store, record: Fields) -> None:
    chance = _CHANCE.get(record["StageName"], 50.0)
    amount, deposit = record.get("Amount"), record.get("Deposit__c")
    closes = date.fromisoformat(record["CloseDate"])
    quarter = (closes.month - 1) // 3 + 1
    record |= {
        "Probability": chance,
        "ExpectedRevenue": None if amount is None else round(amount * chance / 100, 2),
        "IsClosed": chance in (0.0, 100.0),
        "IsWon": chance == 100.0,
        "ForecastCategory": _FORECAST.get(chance, "Pipeline"),
        "ForecastCategoryName": _FORECAST.get(chance, "Pipeline").replace("BestCase", "Best Case"),
        "FiscalYear": closes.year,
        "FiscalQuarter": quarter,
        "Fiscal": f"{closes.year} {quarter}",
        "Net_Amount__c": None if amount is None else round(amount - (deposit or 0.0), 2),
    }


def _fill_task(store: Store, record: Fields) -> None:
    is_closed = record["Status"] == "Completed"
    record["IsClosed"] = is_closed
    record["IsHighPriority"] = record["Priority"] == "High"
    if not is_closed:
        record["CompletedDateTime"] = None
    elif record.get("CompletedDateTime") is None:
        record["CompletedDateTime"] = record["LastModifiedDate"]
    if "WhoCount" in record:
        record["WhoCount"] = int(record.get("WhoId") is not None)
        record["WhatCount"] = int(record.get("WhatId") is not None)
    # an account, or the one of the opportunity or contact
    record["AccountId"] = _find_account(store, record.get("WhatId")) or _find_account(
        store, record.get("WhoId")
    )


def _find_account(store: Store, record_id: str | None) -> str | None:
    found = store.find(record_id)
    if found is None:
        return None
    table, record = found
    account: str | None = record["Id"] if table.type.kind == "accounts" else record.get("AccountId")
    return account


_FILLERS: dict[str, Callable[[Store, Fields], None]] = {
    "users": _fill_name,
    "contacts": _fill_name,
    "leads": _fill_name,
    "opportunities": _fill_opportunity,
    "tasks": _fill_task,
}

"""Fields that follow from other records: their change stamps nothing, and no delta sees it.

Source: heroku/roadmap issue 319 (formula and roll-up fields leave SystemModstamp alone), read 2026-11.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from sandbox.salesforce.store import Fields, Store

_ACTIVITY_KINDS = ("accounts", "contacts", "leads", "opportunities", "campaigns")


def settle_rollups(store: Store, *changed: str) -> None:
    """Bring them up to date, without a stamp: those that follow from the kinds that changed, or all."""
    for settle, kinds in _SETTLED_AFTER.items():
        if not changed or kinds & set(changed):
            settle(store)


def _settle_campaigns(store: Store) -> None:
    by_campaign = _group(store.tables["opportunities"].live(), "CampaignId")
    for campaign in store.tables["campaigns"]:
        found = by_campaign.get(campaign["Id"], [])
        won = [one for one in found if one["IsWon"]]
        campaign["NumberOfOpportunities"] = len(found)
        campaign["NumberOfWonOpportunities"] = len(won)
        campaign["AmountAllOpportunities"] = _sum_amounts(found)
        campaign["AmountWonOpportunities"] = _sum_amounts(won)


def _settle_accounts(store: Store) -> None:
    accounts = store.tables["accounts"]
    if "Open_Amount__c" not in accounts.specs:
        return
    is_open = (one for one in store.tables["opportunities"].live() if not one["IsClosed"])
    by_account = _group(is_open, "AccountId")
    for account in accounts:
        account["Open_Amount__c"] = _sum_amounts(by_account.get(account["Id"], ()))


def _settle_account_names(store: Store) -> None:
    accounts = store.tables["accounts"]
    if "Account_Name__c" in store.tables["contacts"].specs:
        for contact in store.tables["contacts"]:
            parent = accounts.records.get(contact["AccountId"] or "")
            contact["Account_Name__c"] = None if parent is None else parent["Name"]


def _settle_activity(store: Store) -> None:
    latest: dict[str, str] = {}
    open_for = set()
    for task in store.tables["tasks"].live():
        for parent_id in _list_parents(task):
            if not task["IsClosed"]:
                open_for.add(parent_id)
            elif task["ActivityDate"] is not None:
                latest[parent_id] = max(latest.get(parent_id, ""), task["ActivityDate"])
    for kind in _ACTIVITY_KINDS:
        for record in store.tables[kind]:
            record["LastActivityDate"] = latest.get(record["Id"])
    for opportunity in store.tables["opportunities"]:
        opportunity["HasOpenActivity"] = opportunity["Id"] in open_for


def _list_parents(task: Fields) -> Iterator[str]:
    yield from {task[name] for name in ("WhoId", "WhatId", "AccountId")} - {None}


def _group(records: Iterable[Fields], key: str) -> dict[str, list[Fields]]:
    groups = defaultdict(list)
    for record in records:
        groups[record[key]].append(record)
    return groups


def _sum_amounts(opportunities: Iterable[Fields]) -> float:
    return round(sum((one["Amount"] or 0.0 for one in opportunities), 0.0), 2)


_SETTLED_AFTER: dict[Callable[[Store], None], frozenset[str]] = {
    _settle_campaigns: frozenset(("campaigns", "opportunities")),
    _settle_accounts: frozenset(("accounts", "opportunities")),
    _settle_account_names: frozenset(("accounts", "contacts")),
    _settle_activity: frozenset(("tasks",)),
}

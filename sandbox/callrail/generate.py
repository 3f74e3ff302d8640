"""Generates the accounts' data, the same for the same seed and anchor, and single new records later on."""

from __future__ import annotations

import string
from random import Random

from sandbox.callrail.builders import (
    Builder,
    build_account,
    build_company,
    build_tag,
    build_tracker,
    build_user,
    make_id,
)
from sandbox.callrail.config import CallRailConfig
from sandbox.callrail.event_builders import build_call, build_conversation, build_form
from sandbox.callrail.kinds import EVENTS, KINDS
from sandbox.callrail.store import Record, Store
from sandbox.callrail.times import to_ms
from sandbox.frame.times import DAY_MS, MINUTE_MS

FIRST_TAG = 7_000_001
_BUILDERS: dict[str, Builder] = {
    "accounts": build_account,
    "companies": build_company,
    "trackers": build_tracker,
    "tags": build_tag,
    "users": build_user,
    "calls": build_call,
    "form_submissions": build_form,
    "text_messages": build_conversation,
}
"""In the order in which they need each other."""


def generate(config: CallRailConfig) -> Store:
    """All records of all accounts."""
    anchor = config.find_anchor()
    store = Store(anchor, config.seed)
    anchor_ms = to_ms(anchor)
    for kind in _BUILDERS:
        count = config.count_of(kind)
        rng = Random(f"{config.seed}:{kind}")
        for number, at_ms in enumerate(_moments(kind, count, config, anchor_ms, rng)):
            if kind == "form_submissions" and _account_of(store, number) in _off_accounts(store, config):
                continue
            record_id = new_id(store, kind, rng)
            account = record_id if kind == "accounts" else _account_of(store, number)
            make_record(store, kind, record_id, account, at_ms=at_ms, quirks=config.quirks)
            if kind == "trackers" and config.quirks and config.plain_texts and number % 20 == 19:
                # as has been seen on session trackers
                fields = store.get(kind, record_id).fields
                fields |= {"source": "all", "tracking_numbers": fields["tracking_numbers"][0]}
        if kind == "companies":
            for company in store.records["companies"].values():
                if company.account in _off_accounts(store, config):
                    company.fields["form_capture"] = False
    return store


def make_record(
    store: Store, kind: str, record_id: str, account: str, *, at_ms: int, quirks: bool = False
) -> Record:
    """Make one record and add it; the same id gives the same record.

    Raises:
        KeyError: No such account.
    """
    if kind != "accounts":
        store.get("accounts", account)
    rng = Random(f"{store.seed}:{record_id}")
    quirk = rng.random() if quirks else 0.5
    fields = _BUILDERS[kind](store, rng, record_id, account, at_ms, quirk)
    record = Record(account, fields, at_ms)
    store.add(kind, record)
    return record


def new_id(store: Store, kind: str, rng: Random) -> str:
    """An id of the kind's shape that no record has."""
    taken = store.records[kind]
    if kind == "tags":
        return str(max((int(one) for one in taken), default=FIRST_TAG - 1) + 1)
    while True:
        if KINDS[kind].prefix:
            record_id = make_id(rng, KINDS[kind].prefix)
        else:
            record_id = "".join(rng.choices(string.ascii_lowercase + string.digits, k=5))
        if record_id not in taken:
            return record_id


def _moments(kind: str, count: int, config: CallRailConfig, anchor_ms: int, rng: Random) -> list[int]:
    """Spread over the history; what is no event is as old as the history."""
    span = config.history_days * DAY_MS
    if kind not in EVENTS:
        return [anchor_ms - span - rng.randrange(100 * DAY_MS) for _ in range(count)]
    step = (span - 10 * MINUTE_MS) / max(1, count)
    return [anchor_ms - span + int((number + rng.random()) * step) for number in range(count)]


def _account_of(store: Store, number: int) -> str:
    """Three of four records belong to the first account, but each account gets one of the first few."""
    accounts = store.ids("accounts")
    if number < len(accounts):
        return accounts[number]
    return accounts[0] if number % 4 else accounts[number // 4 % len(accounts)]


def _off_accounts(store: Store, config: CallRailConfig) -> set[str]:
    accounts = store.ids("accounts")
    return {accounts[number] for number in config.forms_off}

"""Random business between two demo runs: new calls, forms, messages, late edits, something gone."""

from __future__ import annotations

from random import Random

from sandbox.callrail.changes import Changes
from sandbox.callrail.store import Store
from sandbox.frame import made_up
from sandbox.frame.activity import recent_moments
from sandbox.frame.times import DAY_MS

_EDITABLE_MS = 5 * DAY_MS
"""Late edits concern calls this young: inside the days that a delta reads again."""


def make_activity(changes: Changes, rng: Random, now_ms: int) -> None:
    """Make `config.activity` changes, new events stamped two to six minutes before `now_ms`."""
    store = changes.store
    accounts = store.ids("accounts")
    for number, at_ms in recent_moments(rng, count=changes.config.activity, now_ms=now_ms):
        account, draw = rng.choice(accounts), rng.random()
        if number == 1:
            _remove_user(changes, store, rng)
        elif draw < 0.4:
            changes.create("calls", account=account, at_ms=at_ms)
        elif draw < 0.5 and store.has_forms(account):
            changes.create("form_submissions", account=account, at_ms=at_ms)
        elif draw < 0.65 and store.records["text_messages"]:
            changes.add_message(rng.choice(store.ids("text_messages")), made_up.sentence(rng), at_ms=at_ms)
        else:
            _edit_call(changes, store, rng, now_ms)


def _edit_call(changes: Changes, store: Store, rng: Random, now_ms: int) -> None:
    young = [one.id for one in store.records["calls"].values() if one.at_ms > now_ms - _EDITABLE_MS]
    if not young:
        return
    if rng.random() < 0.1:
        changes.mark_spam(rng.choice(young))
    else:
        values = {"note": made_up.sentence(rng), "lead_status": "good_lead", "value": "950.00"}
        changes.update("calls", rng.choice(young), values)


def _remove_user(changes: Changes, store: Store, rng: Random) -> None:
    if users := store.ids("users"):
        changes.remove("users", rng.choice(users))

"""Random business between two demo runs: notes, new leads, a sale, a row that is deleted."""

from __future__ import annotations

from random import Random

from sandbox.frame import made_up
from sandbox.frame.activity import recent_moments
from sandbox.marketsharp.changes import Changes


def make_activity(changes: Changes, rng: Random, now_ms: int) -> None:
    """Make `config.activity` changes, stamped two to six minutes before `now_ms`, in time order."""
    store = changes.store
    for number, at_ms in recent_moments(rng, count=changes.config.activity, now_ms=now_ms):
        leads = store.ids("leads")
        if number == 1 and len(leads) > 1:
            changes.convert("leads", rng.choice(leads), "customers", moves_time=True, at_ms=at_ms)
        elif number == 2 and (phones := store.ids("contact_phones")):
            changes.update("contact_phones", rng.choice(phones), {"pager": "+15550100199"}, at_ms=at_ms)
        elif number == 3 and (addresses := store.ids("addresses")):
            changes.remove("addresses", rng.choice(addresses))
        elif number % 4 == 0:
            fields = {
                "firstName": rng.choice(made_up.FIRST_NAMES),
                "lastName": rng.choice(made_up.LAST_NAMES),
            }
            changes.create("leads", fields, at_ms=at_ms)
        else:
            kind = rng.choice(("inquiries", "appointments", "jobs"))
            if ids := store.ids(kind):
                fields = {"note": made_up.sentence(rng)}
                changes.update(kind, rng.choice(ids), fields, at_ms=at_ms)

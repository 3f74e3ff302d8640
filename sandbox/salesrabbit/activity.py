"""Random business between two demo runs: status changes, new pins, a re-assignment, a deletion."""

from __future__ import annotations

from random import Random

from sandbox.frame import made_up
from sandbox.frame.activity import recent_moments
from sandbox.salesrabbit.changes import Changes
from sandbox.salesrabbit.people import STATUSES
from sandbox.salesrabbit.store import Store


def make_activity(changes: Changes, rng: Random, now_ms: int) -> None:
    """Make `config.activity` changes, stamped two to six minutes before `now_ms`, in time order."""
    store = changes.store
    for number, at_ms in recent_moments(rng, count=changes.config.activity, now_ms=now_ms):
        leads, users = store.ids("leads"), store.ids("users")
        draw = rng.random()
        if draw < 0.15 or not leads:
            changes.create("leads", _new_lead(store, rng), at_ms=at_ms)
        elif number == 1:
            changes.delete(rng.choice(leads), at_ms=at_ms)
        elif number == 2 and users:
            changes.update("users", rng.choice(users), {"active": rng.random() < 0.5}, at_ms=at_ms)
        elif number == 3 and users:
            chosen = sorted(rng.sample(leads, min(5, len(leads))))
            changes.touch("leads", chosen, fields={"userId": rng.choice(users)}, at_ms=at_ms)
        else:
            status = rng.choice(STATUSES)[0]
            fields = {"status": status, "notes": made_up.sentence(rng, words=4)}
            changes.update("leads", rng.choice(leads), fields, at_ms=at_ms)


def _new_lead(store: Store, rng: Random) -> dict[str, object]:
    users = store.ids("users")
    city, state, zip_code = rng.choice(made_up.CITIES)
    return {
        **({"userId": rng.choice(users)} if users else {}),
        "firstName": rng.choice(made_up.FIRST_NAMES),
        "street1": made_up.street_addresses(rng, 1)[0],
        "city": city,
        "state": state,
        "zip": zip_code,
        "country": "USA",
        "latitude": round(44 + rng.random(), 12),
        "longitude": round(-123 - rng.random(), 12),
    }

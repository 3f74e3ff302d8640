"""Random business between two demo runs: mostly updates, some new records, a deletion, a return."""

from __future__ import annotations

from random import Random

from sandbox.frame import made_up
from sandbox.frame.activity import recent_moments
from sandbox.salesforce.changes import Changes
from sandbox.salesforce.columns import STAGES
from sandbox.salesforce.store import Fields

_EDITS: tuple[tuple[str, str, tuple[object, ...]], ...] = (
    ("contacts", "Title", made_up.JOB_TITLES),
    ("accounts", "Rating", ("Hot", "Warm", "Cold")),
    ("leads", "Status", ("Working - Contacted", "Closed - Not Converted")),
    ("opportunities", "StageName", STAGES),
    ("opportunities", "Amount", (1500.0, 12500.5, 1.25e7)),
    ("campaigns", "Status", ("In Progress", "Completed")),
    ("tasks", "Status", ("In Progress", "Completed")),
    ("users", "IsActive", (True, False)),
)


def make_activity(changes: Changes, rng: Random, now_ms: int) -> None:
    """Make `config.activity` changes, stamped two to six minutes before `now_ms`, in time order."""
    store = changes.store
    edits = [one for one in _EDITS if any(store.tables[one[0]].live())]
    if not edits:
        return
    for number, at_ms in recent_moments(rng, count=changes.config.activity, now_ms=now_ms):
        kind, name, values = rng.choice(edits)
        ids, deleted = store.ids(kind), store.ids(kind, deleted=True)
        if number == 1 and kind != "users" and len(ids) > 1:
            changes.delete(kind, rng.choice(ids), at_ms=at_ms)
        elif number == 2 and deleted:
            changes.undelete(kind, rng.choice(deleted), at_ms=at_ms)
        elif rng.random() < 0.15 and kind in ("contacts", "leads"):
            changes.create(kind, _make_person(rng), at_ms=at_ms)
        elif ids:
            changes.update(kind, rng.choice(ids), {name: rng.choice(values)}, at_ms=at_ms)


def _make_person(rng: Random) -> Fields:
    first, last = rng.choice(made_up.FIRST_NAMES), rng.choice(made_up.LAST_NAMES)
    return {
        "FirstName": first,
        "LastName": last,
        "Email": f"{first}.{last}.{rng.randrange(10**9)}@example.com".lower(),
        "Phone": made_up.phone_numbers(rng, 1)[0],
    }

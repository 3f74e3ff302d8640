"""Random business between two demo runs: deals won, archived and deleted, leads archived, new activities."""

from __future__ import annotations

from random import Random

from sandbox.frame import made_up
from sandbox.frame.activity import recent_moments
from sandbox.pipedrive.changes import Changes


def make_activity(changes: Changes, rng: Random, now_ms: int) -> None:
    """Make `config.activity` changes, stamped a few minutes before `now_ms`, in time order."""
    store = changes.store
    for number, at_ms in recent_moments(rng, count=changes.config.activity, now_ms=now_ms):
        deals, leads, persons = (store.list_live(kind) for kind in ("deals", "leads", "persons"))
        if number == 1 and deals:
            changes.archive("deals", rng.choice(deals), at_ms=at_ms)
        elif number == 2 and deals:
            changes.delete("deals", rng.choice(deals), at_ms=at_ms)
        elif number == 3 and leads:
            changes.archive("leads", rng.choice(leads), at_ms=at_ms)
        elif number == 4 and persons:
            changes.delete("persons", rng.choice(persons), at_ms=at_ms)
        elif rng.random() < 0.3:
            changes.create("activities", at_ms=at_ms)
        elif rng.random() < 0.5 and deals:
            changes.update(
                "deals", rng.choice(deals), {"status": "won", "value": rng.randrange(9_000)}, at_ms=at_ms
            )
        elif persons:
            fields = {"job_title": rng.choice(made_up.JOB_TITLES)}
            changes.update("persons", rng.choice(persons), fields, at_ms=at_ms)

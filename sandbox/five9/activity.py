"""Random business between two demo runs: calls that change contacts, new ones, one that is deleted."""

from __future__ import annotations

from random import Random

from sandbox.five9.changes import Changes
from sandbox.frame.activity import recent_moments


def make_activity(changes: Changes, rng: Random, now_ms: int) -> None:
    """Make `config.activity` changes, stamped two to six minutes before `now_ms`."""
    for number, at_ms in recent_moments(rng, count=changes.config.activity, now_ms=now_ms):
        ids = list(changes.store.contacts)
        if number == 1 and ids:
            changes.do("remove", id=str(rng.choice(ids)), at_ms=at_ms)
        elif not ids or rng.random() < 0.3:
            changes.do("create", fields={}, at_ms=at_ms)
        else:
            fields = {"company": f"Company {rng.randrange(1000)}"}
            changes.do("update", id=str(rng.choice(ids)), fields=fields, at_ms=at_ms)

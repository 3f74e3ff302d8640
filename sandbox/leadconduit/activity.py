"""Random business between two demo runs: new leads, feedback about old ones, an event that turns up late."""

from __future__ import annotations

from random import Random

from sandbox.frame.activity import recent_moments
from sandbox.frame.times import MINUTE_MS
from sandbox.leadconduit.changes import Changes


def make_activity(changes: Changes, rng: Random, now_ms: int) -> None:
    """Make `config.activity` changes, stamped two to six minutes before `now_ms`."""
    for number, at_ms in recent_moments(rng, count=changes.config.activity, now_ms=now_ms):
        if number == 1:
            changes.create(at_ms=at_ms - 40 * MINUTE_MS)
        elif rng.random() < 0.3:
            changes.create("events", {"type": "feedback-received", "outcome": "success"}, at_ms=at_ms)
        else:
            changes.create(at_ms=at_ms)

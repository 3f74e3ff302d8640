"""Random commits between two demo runs: cells edited, a ZIP code added, one deleted."""

from __future__ import annotations

from random import Random

from sandbox.frame.activity import recent_moments
from sandbox.github.changes import Changes
from sandbox.github.generate import HEADER, build_row
from sandbox.github.store import Row


def make_activity(changes: Changes, rng: Random, now_ms: int) -> None:
    """Make `config.activity` edits in one commit, stamped two to six minutes before `now_ms`."""
    moments = list(recent_moments(rng, count=changes.config.activity, now_ms=now_ms))
    if not moments:
        return
    keys = [row["zipcode"] for row in changes.store.read_rows()]
    edits: dict[str, Row | None] = {}
    for number, _ in moments:
        if number == 0:
            key = f"{max(map(int, keys)) + 1:05d}"
            edits[key] = {**build_row(rng, number, quirks=False), HEADER[0]: key}
        elif number == 1:
            edits[rng.choice(keys)] = None
        else:
            edits[rng.choice(keys)] = {"division": rng.choice(("North", "South", "East", "West"))}
    changes.do("edit_rows", rows=edits, at_ms=moments[-1][1])

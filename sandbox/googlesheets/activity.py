"""Random edits between two demo runs: cells, new rows below, one inserted above, one deleted."""

from __future__ import annotations

from random import Random

from sandbox.frame import made_up
from sandbox.frame.activity import recent_moments
from sandbox.googlesheets.changes import Changes


def make_activity(changes: Changes, rng: Random, now_ms: int) -> None:
    """Make `config.activity` edits, stamped two to six minutes before `now_ms`, in time order."""
    kind = "marketing_leads"
    tab = changes.store.tab_by_kind[kind]
    for number, at_ms in recent_moments(rng, count=changes.config.activity, now_ms=now_ms):
        rows = len(tab.rows)
        values = {
            "Status": rng.choice(("Contacted", "Sold", "Lost")),
            "Notes": made_up.sentence(rng, words=4),
        }
        if rng.random() < 0.2 or rows < 3:
            lead = {"Lead ID": f"L-{at_ms}-{number}", "Lead Date": "01/15/2026", "Source": "Web", **values}
            changes.do("append", kind=kind, values=lead, at_ms=at_ms)
        elif number == 1:
            changes.do("delete", kind=kind, rows=[rng.randrange(2, rows)], at_ms=at_ms)
        else:
            row = rng.randrange(2, rows)
            if any(tab.rows[row - 1]):
                changes.do("write", kind=kind, row=row, values=values, at_ms=at_ms)

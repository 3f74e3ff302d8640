"""Random business between two demo runs: jobs move on, new ones come, one is deleted."""

from __future__ import annotations

from random import Random
from zoneinfo import ZoneInfo

from sandbox.arrivy.changes import Changes
from sandbox.arrivy.config import ArrivyConfig
from sandbox.arrivy.jobs import plan_fields
from sandbox.arrivy.store import Store
from sandbox.frame import made_up
from sandbox.frame.activity import recent_moments
from sandbox.frame.times import DAY_MS, HOUR_MS

VISIBLE_MS = 20 * DAY_MS
"""Only jobs planned after this long ago are edited: a delta sees them."""
_EDITS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("tasks", "status", ("ENROUTE", "STARTED", "COMPLETE", "CANCELLED")),
    ("tasks", "details", ("Bring a long ladder", "Call on arrival")),
    ("bookings", "status", ("confirmed", "cancelled")),
    ("customers", "notes", ("Prefers mornings", "Dog in the yard")),
    ("entities", "details", ("On leave", "Back from leave")),
)


def make_activity(changes: Changes, rng: Random, now_ms: int) -> None:
    """Make `config.activity` changes, stamped two to six minutes before `now_ms`, in time order."""
    store, config = changes.store, changes.config
    for number, at_ms in recent_moments(rng, count=config.activity, now_ms=now_ms):
        kind, field, values = rng.choice(_EDITS)
        ids = _find_editable(store, kind, now_ms)
        if rng.random() < 0.3 or not ids:
            changes.create(*_make_new(rng, config, now_ms), at_ms=at_ms)
        elif number == 1 and len(ids) > 1:
            changes.remove(kind, rng.choice(ids), at_ms=at_ms)
        else:
            changes.update(kind, rng.choice(ids), {field: rng.choice(values)}, at_ms=at_ms)


def _find_editable(store: Store, kind: str, now_ms: int) -> list[int]:
    return sorted(
        record.id
        for record in store.tables[kind]
        if record.schedule_ms is None or now_ms - VISIBLE_MS < record.schedule_ms < now_ms + 300 * DAY_MS
    )


def _make_new(rng: Random, config: ArrivyConfig, now_ms: int) -> tuple[str, dict[str, object]]:
    start_ms = now_ms // DAY_MS * DAY_MS + rng.randrange(1, 30) * DAY_MS + rng.randrange(14, 24) * HOUR_MS
    first, last = rng.choice(made_up.FIRST_NAMES), rng.choice(made_up.LAST_NAMES)
    plan = plan_fields(rng, start_ms, now_ms, ZoneInfo(config.time_zone))
    names = {"customer_first_name": first, "customer_last_name": last, "customer_name": f"{first} {last}"}
    return rng.choice(("tasks", "tasks", "bookings")), {**plan, **names}

"""Random business between two demo runs: new rows, changed ones, a row that turns up late."""

from __future__ import annotations

from random import Random

from sandbox.frame.activity import recent_moments
from sandbox.frame.times import HOUR_MS
from sandbox.salespro.catalogue import TABLES
from sandbox.salespro.changes import Changes

_CHANGED = {
    "customers": "customer_last_name",
    "estimates": "job_type",
    "credit_applications": "credit_app_status",
    "payments": "payment_type",
    "measure_sheets": "category",
}


def make_activity(changes: Changes, rng: Random, now_ms: int) -> None:
    """Make `config.activity` changes, stamped two to six minutes before `now_ms`."""
    for number, at_ms in recent_moments(rng, count=changes.config.activity, now_ms=now_ms):
        kind = list(TABLES)[number % len(TABLES)]
        numbers = [one for one, _ in changes.store.list_rows(kind)] if kind in _CHANGED else []
        if number == 1:
            # the vendor's batches are hours late
            changes.create(kind, at_ms=at_ms - 5 * HOUR_MS)
        elif numbers and rng.random() < 0.5:
            fields: dict[str, str | None] = {_CHANGED[kind]: f"Changed {number}"}
            changes.update(kind, rng.choice(numbers), fields, at_ms=at_ms)
        else:
            changes.create(kind, at_ms=at_ms)

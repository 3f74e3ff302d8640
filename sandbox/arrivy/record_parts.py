"""What records of every kind are made of: ids, times, addresses, places."""

from __future__ import annotations

from random import Random

from sandbox.arrivy.config import ArrivyConfig
from sandbox.arrivy.store import Fields
from sandbox.arrivy.times import to_naive
from sandbox.frame import made_up
from sandbox.frame.times import DAY_MS, HOUR_MS

OWNER_ID = 5629499534213120
FIRST_ID = {
    "tasks": 5348024557509001,
    "bookings": 5700000000000001,
    "customers": 7458024557501236,
    "entities": 6473924464345088,
    "groups": 6100296669331456,
    "statuses": 4201,
}
LARGE_ID = {"tasks": 9503933968570001, "customers": 9212005507489001}
"""The last third of these kinds has ids above 2^53, which a float can't hold."""
NEWEST_MS = HOUR_MS
"""The newest change lies at least this long before the anchor."""


def make_ids(kind: str, count: int, rng: Random) -> list[int]:
    """Ascending ids of 16 digits with gaps; the last third may start anew above 2^53."""
    ids, current = [], FIRST_ID[kind]
    for number in range(count):
        if kind in LARGE_ID and number == count - count // 3:
            current = LARGE_ID[kind]
        ids.append(current)
        current += rng.randint(1, 1999)
    return ids


def make_times(config: ArrivyConfig, kind: str, anchor_ms: int, rng: Random) -> list[tuple[int, int]]:
    """Creation and modified time of each record of a kind, ascending by creation; all before the anchor."""
    count = config.count_of(kind)
    oldest, newest = anchor_ms - config.history_days * DAY_MS, anchor_ms - NEWEST_MS
    step = (newest - oldest) / max(1, count)
    created = [oldest + int((number + rng.random()) * step) for number in range(count)]
    return [(at, min(at + int(rng.expovariate(1 / (30 * DAY_MS))), newest)) for at in created]


def time_fields(config: ArrivyConfig, created_ms: int, updated_ms: int) -> Fields:
    """`created` and `updated`, or the names that another integrator saw."""
    names = ("created", "updated") if config.changed_key == "updated" else ("created_at", "updated_at")
    return dict(zip(names, (to_naive(created_ms), to_naive(updated_ms)), strict=True))


def address(rng: Random, prefix: str = "") -> Fields:
    """The five fields of an address, in Arrivy's names."""
    city, state, zipcode = rng.choice(made_up.CITIES)
    values = {
        "address_line_1": made_up.street_addresses(rng, 1)[0],
        "address_line_2": rng.choice(("", "", "Unit 2", None)),
        "city": city,
        "state": state,
        "country": "USA",
        "zipcode": zipcode,
    }
    return {prefix + name: value for name, value in values.items()}


def position(rng: Random) -> dict[str, float]:
    """A place as `exact_location` has it."""
    return {"lat": round(rng.uniform(30.0, 48.0), 6), "lng": round(rng.uniform(-122.0, -75.0), 6)}

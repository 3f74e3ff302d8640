"""Generates the account's events, the same for the same seed and anchor, and single new leads later on."""

from __future__ import annotations

from random import Random

from sandbox.frame.times import DAY_MS, SECOND_MS
from sandbox.leadconduit.config import LeadConduitConfig
from sandbox.leadconduit.events import LeadTimes, build_destinations, build_flows, write_lead
from sandbox.leadconduit.store import Store


def generate(config: LeadConduitConfig) -> Store:
    """All events, evenly over the account's history."""
    store = Store(config.hosts)
    store.flows, store.destinations = build_flows(), build_destinations()
    rng = Random(f"{config.seed}:leads")
    count = config.count_of("leads")
    newest_ms = config.anchor_ms - config.newest_s * SECOND_MS
    step = max(config.history_s * SECOND_MS // max(count, 1), 1)
    first_ms = newest_ms - count * step
    for number in range(count):
        at_ms = first_ms + number * step + rng.randrange(step)
        times = _straddle(at_ms) if number % 7 == 6 else LeadTimes(at_ms - rng.randrange(200, 30_000), at_ms)
        if times.completed_ms > newest_ms or times.completed_ms < first_ms:
            times = LeadTimes(at_ms - 500, at_ms)
        write_lead(store, config, rng, times, number)
    return store


def create_lead(store: Store, config: LeadConduitConfig, at_ms: int) -> str:
    """Write a new lead that passed its flow at that moment; gives its id."""
    rng = Random(f"{config.seed}:{at_ms}:{store.made}")
    times = LeadTimes(at_ms - rng.randrange(200, 3000), at_ms)
    return write_lead(store, config, rng, times, store.made)


def _straddle(at_ms: int) -> LeadTimes:
    """A flow that begins two seconds before a midnight and ends one second behind it."""
    midnight_ms = at_ms // DAY_MS * DAY_MS
    return LeadTimes(midnight_ms - 2 * SECOND_MS, midnight_ms + SECOND_MS)

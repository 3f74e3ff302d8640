"""Generates the account's data, the same for the same seed and anchor."""

from __future__ import annotations

from sandbox.arrivy import people
from sandbox.arrivy.config import ArrivyConfig
from sandbox.arrivy.jobs import Cast, generate_bookings, generate_tasks
from sandbox.arrivy.quirks import spread_quirks
from sandbox.arrivy.store import Store, Table


def generate(config: ArrivyConfig) -> Store:
    """All records of the account."""
    anchor_ms = config.anchor_ms
    groups = people.generate_groups(config, anchor_ms)
    customers = people.generate_customers(config, anchor_ms)
    entities = people.generate_entities(config, anchor_ms, groups)
    cast = Cast(customers, entities, groups)
    records = {
        "entities": entities,
        "groups": groups,
        "tasks": generate_tasks(config, anchor_ms, cast),
        "bookings": generate_bookings(config, anchor_ms, cast),
        "statuses": people.generate_statuses(config, anchor_ms),
        "customers": customers,
    }
    tables = {}
    for kind, found in records.items():
        if config.quirks:
            spread_quirks(kind, found, config.seed)
        tables[kind] = Table()
        tables[kind].fill(found)
    return Store(tables)

"""The account's data, the same for the same seed."""

from __future__ import annotations

from random import Random
from typing import Any

from sandbox.frame.times import DAY_MS, HOUR_MS, SECOND_MS
from sandbox.pipedrive import people, sales
from sandbox.pipedrive.config import PipedriveConfig
from sandbox.pipedrive.custom_fields import generate_field_lists, make_values
from sandbox.pipedrive.hostile import make_hostile
from sandbox.pipedrive.kinds import KINDS
from sandbox.pipedrive.store import Store

Fields = dict[str, Any]
HISTORY_MS = 700 * DAY_MS
"""The account's age at the anchor."""


def generate(config: PipedriveConfig) -> Store:
    """All records, each kind after those that it refers to."""
    store = Store()
    store.field_lists = generate_field_lists()
    for kind in KINDS:
        store.fill(kind, _generate_kind(kind, config, store))
    return store


def build_record(kind: str, number: int, rng: Random, times: tuple[int, int], store: Store) -> Fields:
    """One record.

    Args:
        kind: Of the record.
        number: Decides its id.
        rng: Decides the rest.
        times: When it was created and changed, in milliseconds.
        store: What it may refer to.
    """
    owner = rng.choice(store.ids("users") or [11])
    build_by_kind = {
        "users": lambda: people.build_user(number, rng, *times),
        "pipelines": lambda: sales.build_pipeline(number, *times),
        "stages": lambda: sales.build_stage(number, *times, rng.choice(store.ids("pipelines") or [1])),
        "organizations": lambda: people.build_organization(number, rng, *times, owner),
        "persons": lambda: people.build_person(
            number, rng, *times, owner, _choose(store, "organizations", rng)
        ),
        "products": lambda: sales.build_product(number, rng, *times, owner),
        "leads": lambda: sales.build_lead(number, rng, *times, owner, _choose(store, "persons", rng) or 501),
        "deals": lambda: sales.build_deal(number, rng, *times, _link_deal(store, rng, owner)),
        "activities": lambda: sales.build_activity(number, rng, *times, _link_activity(store, rng, owner)),
    }
    record = build_by_kind[kind]()
    if (field_list := KINDS[kind].field_list) == "":
        return record
    values = make_values(store.field_lists[field_list], rng)
    if KINDS[kind].version == 1:
        # flat, and unset ones are not there
        return {**record, **{code: value for code, value in values.items() if value is not None}}
    return {**record, "custom_fields": values}


def _generate_kind(kind: str, config: PipedriveConfig, store: Store) -> list[Fields]:
    count = config.count_of(kind)
    rng = Random(f"{config.seed}:{kind}")
    step = (HISTORY_MS - 2 * HOUR_MS) // max(count, 1)
    records = []
    for number in range(count):
        created_ms = config.anchor_ms - HISTORY_MS + number * step + rng.randrange(max(step, 1))
        changed_ms = min(created_ms + int(rng.expovariate(1 / (30 * DAY_MS))), config.anchor_ms - HOUR_MS)
        times = created_ms // SECOND_MS * SECOND_MS, changed_ms // SECOND_MS * SECOND_MS
        record = build_record(kind, number, rng, times, store)
        if config.hostile:
            record = make_hostile(kind, number, record, huge_money=config.huge_money)
        records.append(record)
    return records


def _choose(store: Store, kind: str, rng: Random) -> int | None:
    ids = store.ids(kind)
    return rng.choice(ids) if ids and rng.random() < 0.8 else None


def _link_deal(store: Store, rng: Random, owner: int) -> Fields:
    return {
        "creator_user_id": owner,
        "owner_id": owner,
        "person_id": _choose(store, "persons", rng),
        "org_id": _choose(store, "organizations", rng),
        "stage_id": rng.choice(store.ids("stages") or [1]),
        "pipeline_id": rng.choice(store.ids("pipelines") or [1]),
    }


def _link_activity(store: Store, rng: Random, owner: int) -> Fields:
    names = (("deal_id", "deals"), ("person_id", "persons"), ("org_id", "organizations"))
    return {
        "owner_id": owner,
        "creator_user_id": owner,
        **{name: _choose(store, kind, rng) for name, kind in names},
    }

"""Generates the account's records, the same ones for the same seed; links are made by `generate_links`."""

from __future__ import annotations

from random import Random

from sandbox.frame.times import DAY_MS, MINUTE_MS
from sandbox.hubspot.catalogue import PropertySpec, property_definitions, property_specs
from sandbox.hubspot.columns import Basis, Value, fill_column
from sandbox.hubspot.config import HubSpotConfig
from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.quirks import spread_quirks
from sandbox.hubspot.records import Record, TypeStore
from sandbox.hubspot.times import to_iso

HISTORY_MS = 720 * DAY_MS
"""The account's age at the anchor."""
NEWEST_MS = 60 * MINUTE_MS
"""The newest change lies at least this long before the anchor."""
BACKDATED_SHARE = 0.02


def generate_type(object_type: ObjectType, config: HubSpotConfig, owner_ids: list[str]) -> TypeStore:
    """All records and property definitions of one type."""
    name = object_type.name
    lacking = config.undefined_properties.get(name, ())
    specs = [
        spec
        for spec in property_specs(object_type, custom_count=config.custom_properties)
        if spec.name not in lacking
    ]
    store = TypeStore(object_type, property_definitions(object_type, specs))
    count = config.count_of(name)
    if not count:
        return store
    anchor_ms = config.anchor_ms
    rng = Random(f"{config.seed}:{name}")
    ids = _make_ids(object_type, count, rng)
    created = _make_creation_times(count, anchor_ms, rng)
    modified = [min(at + int(rng.expovariate(1 / (40 * DAY_MS))), anchor_ms - NEWEST_MS) for at in created]
    basis = Basis(ids, created, anchor_ms, owner_ids)
    columns = [(spec.name, _column(spec, config.seed, name, basis)) for spec in specs]
    _add_records(store, basis, modified, columns)
    _archive_some(store, round(count * config.archived_share), anchor_ms, rng)
    if config.quirks:
        spread_quirks(store, config.seed)
    return store


def _column(spec: PropertySpec, seed: int, type_name: str, basis: Basis) -> list[Value]:
    # A stream of its own for each property: a property more or less leaves the others as they were.
    return fill_column(spec, Random(f"{seed}:{type_name}:{spec.name}"), basis)


def _make_ids(object_type: ObjectType, count: int, rng: Random) -> list[int]:
    switch_at = count - count // 3 if object_type.long_ids_from is not None else count
    ids = []
    current = object_type.first_id
    for number in range(count):
        if number == switch_at and object_type.long_ids_from is not None:
            current = object_type.long_ids_from
        ids.append(current)
        current += rng.randint(1, 2 * object_type.id_step - 1)
    return ids


def _make_creation_times(count: int, anchor_ms: int, rng: Random) -> list[int]:
    """Ascending like the ids, but for a few back-dated records."""
    oldest = anchor_ms - HISTORY_MS
    step = (HISTORY_MS - 2 * NEWEST_MS) / count
    times = [oldest + int((number + rng.random()) * step) for number in range(count)]
    for number in rng.sample(range(count), int(count * BACKDATED_SHARE)):
        times[number] -= rng.randrange(90 * DAY_MS)
    return times


def _add_records(
    store: TypeStore, basis: Basis, modified: list[int], columns: list[tuple[str, list[Value]]]
) -> None:
    created_name, modified_name, id_name = store.object_type.always
    names = [*(name for name, _ in columns), created_name, modified_name, id_name]
    rows = zip(
        *(values for _, values in columns),
        [to_iso(ms) for ms in basis.created_ms],
        [to_iso(ms) for ms in modified],
        [str(record_id) for record_id in basis.ids],
        strict=True,
    )
    for record_id, created_ms, modified_ms, row in zip(
        basis.ids, basis.created_ms, modified, rows, strict=True
    ):
        record = Record(record_id, created_ms, modified_ms, dict(zip(names, row, strict=True)))
        store.records[record_id] = record
    store.live_ids = list(basis.ids)


def _archive_some(store: TypeStore, count: int, anchor_ms: int, rng: Random) -> None:
    """Archive without touching the modified date, as HubSpot does."""
    for record_id in rng.sample(store.live_ids, count):
        record = store.records[record_id]
        record.archived_ms = record.modified_ms + rng.randrange(1, max(2, anchor_ms - record.modified_ms))
        store.archived_ids.append(record_id)
    gone = set(store.archived_ids)
    store.live_ids = [record_id for record_id in store.live_ids if record_id not in gone]
    store.archived_ids.sort()

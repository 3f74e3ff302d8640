"""Generates the org's records, the same ones for the same seed and anchor."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from sandbox.frame.times import DAY_MS, HOUR_MS
from sandbox.salesforce.catalogue import list_fields
from sandbox.salesforce.columns import Basis, fill_column
from sandbox.salesforce.config import SalesforceConfig
from sandbox.salesforce.ids import make_id
from sandbox.salesforce.object_types import OBJECT_TYPES, ObjectType
from sandbox.salesforce.own_fields import fill_own_fields
from sandbox.salesforce.quirks import spread_quirks
from sandbox.salesforce.rollups import settle_rollups
from sandbox.salesforce.store import Fields, Store, Table
from sandbox.salesforce.times import to_rest

HISTORY_MS = 720 * DAY_MS
"""The org's age at the anchor."""
NEWEST_MS = HOUR_MS
"""The newest change lies at least this long before the anchor."""
LOADED_SHARE = 0.1
"""Records with one and the same stamp, as a bulk load leaves them."""
ARCHIVED_AFTER_MS = 365 * DAY_MS


def generate(config: SalesforceConfig) -> Store:
    """All records of the org."""
    ids_by_kind: dict[str, list[str]] = {}
    tables = {}
    for object_type in OBJECT_TYPES:
        tables[object_type.kind] = _generate_table(object_type, config, ids_by_kind)
    store = Store(tables)
    for kind, table in tables.items():
        for record in table:
            fill_own_fields(kind, store, record)
        if config.quirks:
            spread_quirks(kind, store, config.seed)
    _convert_leads(store, config)
    _archive_tasks(store, config.anchor_ms)
    for kind, table in tables.items():
        if table.type.is_deletable:
            _delete_some(table, config, Random(f"{config.seed}:deleted:{kind}"))
    settle_rollups(store)
    return store


def _generate_table(
    object_type: ObjectType, config: SalesforceConfig, ids_by_kind: dict[str, list[str]]
) -> Table:
    kind, anchor_ms = object_type.kind, config.anchor_ms
    table = Table(object_type, list_fields(object_type, config.features, config.custom_fields))
    rng = Random(f"{config.seed}:{kind}")
    numbers = _make_numbers(config.count_of(kind), rng)
    created = _make_creation_times(len(numbers), anchor_ms, rng)
    ids = ids_by_kind[kind] = [make_id(object_type.prefix, number) for number in numbers]
    basis = Basis(numbers, created, anchor_ms, ids_by_kind)
    # A stream of its own for each field: a field more or less leaves the others as they were.
    columns = [
        fill_column(spec, Random(f"{config.seed}:{kind}:{spec.name}"), basis) for spec in table.specs.values()
    ]
    loaded_ms = anchor_ms - 30 * DAY_MS
    for index, record_id in enumerate(ids):
        record: Fields = {name: column[index] for name, column in zip(table.specs, columns, strict=True)}
        modified_ms = min(created[index] + int(rng.expovariate(1 / (40 * DAY_MS))), anchor_ms - NEWEST_MS)
        if rng.random() < LOADED_SHARE and created[index] < loaded_ms:
            modified_ms = loaded_ms
        record |= {
            "Id": record_id,
            "CreatedDate": to_rest(created[index]),
            "LastModifiedDate": to_rest(modified_ms),
            # always the later one: system changes move it alone
            "SystemModstamp": to_rest(min(modified_ms + rng.choice((0, 0, 2_000)), anchor_ms - NEWEST_MS)),
        }
        if object_type.is_deletable:
            record["IsDeleted"] = False
        table.add(record)
    return table


def _make_numbers(count: int, rng: Random) -> list[int]:
    numbers, current = [], 0
    for _ in range(count):
        current += rng.randint(1, 3)
        numbers.append(current)
    return numbers


def _make_creation_times(count: int, anchor_ms: int, rng: Random) -> list[int]:
    """Ascending like the ids."""
    step = (HISTORY_MS - 2 * NEWEST_MS) / max(1, count)
    return [anchor_ms - HISTORY_MS + int((number + rng.random()) * step) for number in range(count)]


def _convert_leads(store: Store, config: SalesforceConfig) -> None:
    """A share of the leads became account, contact and opportunity; they stay, with where they went."""
    rng = Random(f"{config.seed}:converted")
    targets = {name: store.ids(kind) for name, kind in CONVERTED_TO.items()}
    for lead in store.tables["leads"]:
        if rng.random() < 0.15 and targets["ConvertedAccountId"]:
            lead |= {"IsConverted": True, "Status": "Closed - Converted"}
            lead["ConvertedDate"] = lead["LastModifiedDate"][:10]
            lead |= {name: rng.choice(ids) for name, ids in targets.items() if ids}


CONVERTED_TO = {
    "ConvertedAccountId": "accounts",
    "ConvertedContactId": "contacts",
    "ConvertedOpportunityId": "opportunities",
}


def _archive_tasks(store: Store, anchor_ms: int) -> None:
    before = datetime.fromtimestamp((anchor_ms - ARCHIVED_AFTER_MS) / 1000, UTC).date().isoformat()
    for task in store.tables["tasks"]:
        if task["IsClosed"] and task["ActivityDate"] is not None and task["ActivityDate"] < before:
            task["IsArchived"] = True


def _delete_some(table: Table, config: SalesforceConfig, rng: Random) -> None:
    """Into the recycle bin during the last days; a few as losers of a merge."""
    ids = list(table.records)
    gone = rng.sample(ids, round(len(ids) * config.deleted_share))
    kept = [one for one in ids if one not in set(gone)]
    for turn, record_id in enumerate(gone):
        record = table.records[record_id]
        at_ms = config.anchor_ms - NEWEST_MS - rng.randrange(10 * DAY_MS)
        record |= {"IsDeleted": True, "SystemModstamp": max(to_rest(at_ms), record["SystemModstamp"])}
        if table.type.is_mergeable and turn % 3 == 0 and kept:
            record["MasterRecordId"] = rng.choice(kept)

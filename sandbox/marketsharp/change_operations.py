"""What each change does to the data; times, ids and journal are `changes`' business."""

from __future__ import annotations

from random import Random
from typing import Any

from sandbox.frame.changes import Command, Operation
from sandbox.marketsharp import times
from sandbox.marketsharp.config import MarketSharpConfig
from sandbox.marketsharp.generate import make_id
from sandbox.marketsharp.sets import BY_KIND
from sandbox.marketsharp.store import TYPED_KINDS, Fields, Store


def create(store: Store, config: MarketSharpConfig, command: Command) -> dict[str, Any]:
    """A new record; what is not given is null."""
    kind = command["kind"]
    entity_set = BY_KIND[kind]
    record_id = command.get("id")
    if record_id is None:
        numbers = [one for one in store.tables[kind] if isinstance(one, int)]
        rng = Random(f"{config.seed}:{kind}:new:{len(store.tables[kind])}:{command['at_ms']}")
        record_id = max(numbers, default=100) + 1 if entity_set.has_number else make_id(rng, 0)
    if record_id in store.tables[kind]:
        message = f"{kind} {record_id} exists"
        raise ValueError(message)
    fields: Fields = {name: True if name == "isActive" else None for name in entity_set.properties}

    for name in ("creationDate", "createdDate", "CreatedDate", "createdDateUtc"):
        if name in entity_set.properties:
            fields[name] = _stamp(config, name, command)
    fields |= {entity_set.key: record_id, **(command.get("fields") or {})}
    if kind in TYPED_KINDS and store.tables["contacts"]:
        # a contact of a type is among all contacts, too
        store.tables["contacts"][record_id] = fields
    _put(store, config, command, fields)
    return {"id": record_id}


def update(store: Store, config: MarketSharpConfig, command: Command) -> dict[str, Any]:
    """New values; the modified time moves unless it is among them."""
    before = store.get(command["kind"], command["id"])
    _put(store, config, command, {**before, **command["fields"]})
    return {}


def touch(store: Store, config: MarketSharpConfig, command: Command) -> dict[str, Any]:
    """Many records get one modified time, as an import does."""
    ids = command.get("ids")
    chosen = store.ids(command["kind"])[: command.get("count")] if ids is None else ids
    for record_id in chosen:
        _put(store, config, command, dict(store.get(command["kind"], record_id)))
    return {"touched": len(chosen)}


def remove(store: Store, _config: MarketSharpConfig, command: Command) -> dict[str, Any]:
    """Gone without a trace."""
    store.remove(command["kind"], command["id"])
    return {}


def clear(store: Store, _config: MarketSharpConfig, command: Command) -> dict[str, Any]:
    """All records of a kind are gone without a trace."""
    store.clear(command["kind"])
    return {}


def convert(store: Store, config: MarketSharpConfig, command: Command) -> dict[str, Any]:
    """A contact leaves its set for another one; `moves_time` says whether its modified time moves."""
    kind, target, record_id = command["kind"], command["to"], command["id"]
    if kind not in TYPED_KINDS or target not in TYPED_KINDS:
        message = f"no contact goes from {kind} to {target}"
        raise ValueError(message)
    fields = dict(store.get(kind, record_id))
    store.remove(kind, record_id)
    if command.get("moves_time"):
        fields["lastUpdate"] = _stamp(config, "lastUpdate", command)
    store.put(target, fields)
    return {}


def _put(store: Store, config: MarketSharpConfig, command: Command, fields: Fields) -> None:
    changed = BY_KIND[command["kind"]].changed
    if changed is not None and changed not in (command.get("fields") or {}):
        fields[changed] = _stamp(config, changed, command)
    store.put(command["kind"], fields)


def _stamp(config: MarketSharpConfig, name: str, command: Command) -> str:
    return times.to_wall(int(command["at_ms"]), "UTC" if name.endswith("Utc") else config.time_zone)


OPERATIONS: dict[str, Operation] = {
    operation.__name__: operation for operation in (create, update, touch, remove, clear, convert)
}

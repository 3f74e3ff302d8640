"""What each change does to the data.

Source: HubSpot's archive, restore, merge and GDPR delete as collected in the vendor notes, 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sandbox.hubspot.catalogue import PropertySpec, define_property
from sandbox.hubspot.owners import FIRST_OWNER_ID, FIRST_USER_ID, Owner
from sandbox.hubspot.records import Properties, Record, TypeStore, created_ms_of
from sandbox.hubspot.store import ObjectStore
from sandbox.hubspot.times import to_iso

Command = Mapping[str, Any]


class Moment(NamedTuple):
    """When a change happens and when search knows of it."""

    at_ms: int
    indexed_at_ms: int
    """0 = at once."""


def _find(store: ObjectStore, command: Command, key: str = "id") -> tuple[TypeStore, Record]:
    type_store = store.types[command["type"]]
    return type_store, type_store.records[int(command[key])]


def _delay_index(record: Record, moment: Moment, *, is_new: bool = False) -> None:
    """Keep what search knew; called before the change. A change during the delay prolongs it."""
    if not moment.indexed_at_ms:
        return
    if not is_new and record.indexed_at_ms <= moment.at_ms:
        record.indexed = record.copy()
    record.indexed_at_ms = moment.indexed_at_ms


def _write(type_store: TypeStore, record: Record, values: Properties, moment: Moment) -> None:
    _delay_index(record, moment)
    record.write(dict(values), moment.at_ms)
    object_type = type_store.object_type
    if object_type.created in values:
        record.created_ms = created_ms_of(record.properties, object_type, record.created_ms)
    record.set_modified(object_type, moment.at_ms)


def create(store: ObjectStore, moment: Moment, command: Command) -> dict[str, Any]:
    """A new record; the given `createdate` may be back-dated."""
    type_store = store.types[command["type"]]
    record_id = int(command.get("id") or type_store.next_id())
    if record_id in type_store.records:
        message = f"{command['type']} {record_id} exists"
        raise ValueError(message)
    properties: Properties = dict.fromkeys(type_store.definitions)
    properties |= command.get("properties") or {}
    properties["hs_object_id"] = str(record_id)
    if "hs_ticket_id" in properties:
        properties["hs_ticket_id"] = str(record_id)
    if "hs_createdate" in properties:
        # The true moment of insertion, which a back-dated createdate leaves alone.
        properties["hs_createdate"] = properties["hs_createdate"] or to_iso(moment.at_ms)
    created_ms = created_ms_of(properties, type_store.object_type, moment.at_ms)
    record = Record(record_id, created_ms, moment.at_ms, properties)
    record.set_created(type_store.object_type, created_ms)
    record.set_modified(type_store.object_type, moment.at_ms)
    _delay_index(record, moment, is_new=True)
    type_store.add(record)
    return {"id": str(record_id)}


def update(store: ObjectStore, moment: Moment, command: Command) -> dict[str, Any]:
    """New property values; the modified date moves."""
    type_store, record = _find(store, command)
    _write(type_store, record, command["properties"], moment)
    return {"updatedAt": to_iso(record.modified_ms)}


def touch(store: ObjectStore, moment: Moment, command: Command) -> dict[str, Any]:
    """Many records get one modified date."""
    type_store = store.types[command["type"]]
    ids = command.get("ids")
    chosen = [int(one) for one in ids] if ids is not None else type_store.live_ids[: command.get("count")]
    for record_id in chosen:
        _write(type_store, type_store.records[record_id], command.get("properties") or {}, moment)
    return {"touched": len(chosen)}


def archive(store: ObjectStore, moment: Moment, command: Command) -> dict[str, Any]:
    """Into the recycle bin; the modified date stays."""
    type_store, record = _find(store, command)
    type_store.remove(record.id)
    record.archived_ms = moment.at_ms
    type_store.add(record)
    return {"archivedAt": to_iso(moment.at_ms)}


def restore(store: ObjectStore, moment: Moment, command: Command) -> dict[str, Any]:
    """Out of the recycle bin."""
    type_store, record = _find(store, command)
    type_store.remove(record.id)
    record.archived_ms = None
    type_store.add(record)
    if command.get("moves_modified"):
        _write(type_store, record, {}, moment)
    return {}


def purge(store: ObjectStore, _moment: Moment, command: Command) -> dict[str, Any]:
    """Gone, with its links."""
    type_store, record = _find(store, command)
    type_store.remove(record.id)
    store.links.remove_record(command["type"], record.id)
    return {}


def merge(store: ObjectStore, moment: Moment, command: Command) -> dict[str, Any]:
    """The loser disappears, its links and blanks go to the winner, or both go into a new record."""
    type_store, winner = _find(store, command, "winner")
    _, loser = _find(store, command, "loser")
    filled = {name: value for name, value in loser.properties.items() if not winner.properties.get(name)}
    absorbed = [loser]
    if command.get("new_id"):
        own = {name: value for name, value in winner.properties.items() if name != "hs_object_id"}
        new = create(store, moment, {**command, "properties": {**own, **filled}})
        absorbed, winner = [winner, loser], type_store.records[int(new["id"])]
    merged = [part for part in (winner.properties.get("hs_merged_object_ids") or "").split(";") if part]
    merged += [str(record.id) for record in absorbed]
    values: Properties = {**filled, "hs_merged_object_ids": ";".join(merged)}
    if "hs_calculated_merged_vids" in type_store.definitions:
        values["hs_calculated_merged_vids"] = ";".join(f"{one}:{moment.at_ms}" for one in merged)
    _write(type_store, winner, values, moment)
    for record in absorbed:
        store.links.move_record(command["type"], record.id, winner.id)
        type_store.remove(record.id)
        type_store.merged_into[record.id] = winner.id
    return {"id": str(winner.id)}


def link(store: ObjectStore, _moment: Moment, command: Command) -> dict[str, Any]:
    """A link; neither record is touched."""
    pair = (command["from_type"], command["to_type"])
    from_id, to_id = int(command["from_id"]), int(command["to_id"])
    for type_name, record_id in zip(pair, (from_id, to_id), strict=True):
        store.record(type_name, record_id)
    store.links.add(pair, from_id, to_id, command.get("words") or (None,))
    return {}


def unlink(store: ObjectStore, _moment: Moment, command: Command) -> dict[str, Any]:
    """No link any more; neither record is touched."""
    pair = (command["from_type"], command["to_type"])
    store.links.remove(pair, int(command["from_id"]), int(command["to_id"]))
    return {}


def add_property(store: ObjectStore, moment: Moment, command: Command) -> dict[str, Any]:
    """A new definition, or one brought back."""
    type_store = store.types[command["type"]]
    spec = PropertySpec(command["name"], command.get("hs_type", "string"), "none", 0)
    type_store.archived_definitions.pop(spec.name, None)
    definition = define_property(type_store.object_type, spec, at=to_iso(moment.at_ms))
    label = command.get("label") or definition["label"]
    type_store.definitions[spec.name] = {**definition, "label": label, "hubspotDefined": False}
    return {}


def relabel_property(store: ObjectStore, moment: Moment, command: Command) -> dict[str, Any]:
    """Another label; HubSpot does not mind one that another property has."""
    definition = store.types[command["type"]].definitions[command["name"]]
    definition |= {"label": command["label"], "updatedAt": to_iso(moment.at_ms)}
    return {}


def remove_property(store: ObjectStore, moment: Moment, command: Command) -> dict[str, Any]:
    """The definition moves to the archived ones."""
    type_store = store.types[command["type"]]
    definition = type_store.definitions.pop(command["name"])
    archived = {"archived": True, "archivedAt": to_iso(moment.at_ms)}
    type_store.archived_definitions[command["name"]] = {**definition, **archived}
    return {}


def retype_property(store: ObjectStore, moment: Moment, command: Command) -> dict[str, Any]:
    """Another type; stored values stay."""
    definition = store.types[command["type"]].definitions[command["name"]]
    definition |= {"type": command["hs_type"], "updatedAt": to_iso(moment.at_ms)}
    return {}


def create_owner(store: ObjectStore, moment: Moment, command: Command) -> dict[str, Any]:
    """A new owner."""
    owner_id = int(command.get("id") or max(store.owners, default=FIRST_OWNER_ID) + 1)
    user_id = max((owner.user_id for owner in store.owners.values()), default=FIRST_USER_ID) + 1
    store.owners[owner_id] = Owner(owner_id, user_id, moment.at_ms, moment.at_ms, **command.get("fields", {}))
    return {"id": str(owner_id)}


def update_owner(store: ObjectStore, moment: Moment, command: Command) -> dict[str, Any]:
    """Changed fields."""
    owner = store.owners[int(command["id"])]
    for name, value in command["fields"].items():
        setattr(owner, name, value)
    owner.updated_ms = moment.at_ms
    return {}


def archive_owner(store: ObjectStore, _moment: Moment, command: Command) -> dict[str, Any]:
    """Deactivated; `updatedAt` stays and there is no `archivedAt`."""
    store.owners[int(command["id"])].archived = True
    return {}


OPERATIONS: dict[str, Callable[[ObjectStore, Moment, Command], dict[str, Any]]] = {
    operation.__name__: operation
    for operation in (
        create,
        update,
        touch,
        archive,
        restore,
        purge,
        merge,
        link,
        unlink,
        add_property,
        remove_property,
        relabel_property,
        retype_property,
        create_owner,
        update_owner,
        archive_owner,
    )
}

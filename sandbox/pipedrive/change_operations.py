"""What each change does to the data; times, ids and journal are `changes`' business."""

from __future__ import annotations

from random import Random
from typing import Any

from sandbox.frame.changes import Command, Operation
from sandbox.pipedrive.config import PipedriveConfig
from sandbox.pipedrive.custom_fields import build_field, make_code
from sandbox.pipedrive.generate import build_record
from sandbox.pipedrive.store import Fields, RecordId, Store
from sandbox.pipedrive.times import to_lead, to_user, to_v2

_FIRST_ID = {"users": 11, "pipelines": 1, "stages": 1, "organizations": 301, "persons": 501, "products": 901,
             "deals": 101, "activities": 801}  # fmt: skip


def create(store: Store, config: PipedriveConfig, command: Command) -> dict[str, Any]:
    """A new record, live whatever its number."""
    kind, at_ms = command["kind"], int(command["at_ms"])
    ids = store.ids(kind)
    number = int(
        command.get("number", len(ids) if kind == "leads" else max(ids, default=0) + 1 - _FIRST_ID[kind])
    )
    rng = Random(f"{config.seed}:{kind}:new:{number}")
    record = build_record(kind, number, rng, (at_ms, at_ms), store)
    flags = {"is_deleted": False, "is_archived": False, "archive_time": None}
    record |= {name: value for name, value in flags.items() if name in record}
    record |= command.get("fields") or {}
    if record["id"] in store.tables[kind].records:
        message = f"{kind} {record['id']} exists"
        raise ValueError(message)
    store.tables[kind].put(record)
    return {"id": record["id"]}


def update(store: Store, _config: PipedriveConfig, command: Command) -> dict[str, Any]:
    """New values; the modified time moves, unless it is among them."""
    _write(store, command, command["id"], command["fields"])
    return {}


def touch(store: Store, _config: PipedriveConfig, command: Command) -> dict[str, Any]:
    """Many records get one modified second, as a bulk edit does."""
    chosen = store.ids(command["kind"]) if command.get("ids") is None else command["ids"]
    for record_id in chosen:
        _write(store, command, record_id, command.get("fields") or {})
    return {"touched": len(chosen)}


def delete(store: Store, config: PipedriveConfig, command: Command) -> dict[str, Any]:
    """Deleted, for 30 days still there."""
    kind, record_id = command["kind"], command["id"]
    table = store.tables[kind]
    values: Fields = {"is_deleted": True} if kind != "leads" else {}
    if kind == "deals":
        values["status"] = "deleted"
    _write(store, command, record_id, values, moves=config.deletion_moves_time)
    table.deleted_ms[record_id] = int(command["at_ms"])
    return {}


def restore(store: Store, config: PipedriveConfig, command: Command) -> dict[str, Any]:
    """A deleted record is there again; a deal is open."""
    kind, record_id = command["kind"], command["id"]
    del store.tables[kind].deleted_ms[record_id]
    values: Fields = {"is_deleted": False} if kind != "leads" else {}
    if kind == "deals":
        values["status"] = "open"
    _write(store, command, record_id, values, moves=config.deletion_moves_time)
    return {}


def archive(store: Store, config: PipedriveConfig, command: Command) -> dict[str, Any]:
    """A deal or lead moves to the list of archived ones."""
    kind, at_ms = command["kind"], int(command["at_ms"])
    values: Fields = {"is_archived": True} | ({"archive_time": to_v2(at_ms)} if kind == "deals" else {})
    _write(store, command, command["id"], values, moves=config.archiving_moves_time)
    store.tables[kind].archived.add(command["id"])
    return {}


def unarchive(store: Store, config: PipedriveConfig, command: Command) -> dict[str, Any]:
    """And back."""
    kind = command["kind"]
    values: Fields = {"is_archived": False} | ({"archive_time": None} if kind == "deals" else {})
    _write(store, command, command["id"], values, moves=config.archiving_moves_time)
    store.tables[kind].archived.discard(command["id"])
    return {}


def merge(store: Store, config: PipedriveConfig, command: Command) -> dict[str, Any]:
    """The loser is deleted, without a word about the winner; the winner keeps its id."""
    delete(store, config, {**command, "id": command["loser"]})
    _write(store, command, command["id"], {})
    return {}


def remove(store: Store, _config: PipedriveConfig, command: Command) -> dict[str, Any]:
    """Gone without a trace."""
    store.tables[command["kind"]].remove(command["id"])
    return {}


def clear(store: Store, _config: PipedriveConfig, command: Command) -> dict[str, Any]:
    """All records of a kind are gone without a trace."""
    for record_id in store.ids(command["kind"]):
        store.tables[command["kind"]].remove(record_id)
    return {}


def add_field(store: Store, _config: PipedriveConfig, command: Command) -> dict[str, Any]:
    """A new custom field; several may have one label."""
    name = command["field_list"]
    code = command.get("code") or make_code(name, f"{command['label']}:{len(store.field_lists[name])}")
    store.field_lists[name].append(build_field(code, command["label"], command.get("type") or "varchar"))
    return {"code": code}


def relabel_field(store: Store, _config: PipedriveConfig, command: Command) -> dict[str, Any]:
    """Another label for a custom field."""
    for one in store.field_lists[command["field_list"]]:
        if one["field_code"] == command["code"]:
            one["field_name"] = command["label"]
    return {}


def _write(
    store: Store, command: Command, record_id: RecordId, values: Fields, *, moves: bool = True
) -> None:
    kind, at_ms = command["kind"], int(command["at_ms"])
    before = store.get(kind, record_id)
    stamp = {"modified": to_user(at_ms)} if kind == "users" else {"update_time": to_v2(at_ms)}
    if kind == "leads":
        stamp = {"update_time": to_lead(at_ms)}
    store.tables[kind].put({**before, **(stamp if moves else {}), **values})


_ALL = (
    *(create, update, touch, delete, restore, archive, unarchive),
    *(merge, remove, clear, add_field, relabel_field),
)
OPERATIONS: dict[str, Operation] = {operation.__name__: operation for operation in _ALL}

"""What each change does to the data; times, ids and journal are `changes`' business."""

from __future__ import annotations

from typing import Any

from sandbox.frame.changes import Command, Operation
from sandbox.salesrabbit.config import SalesRabbitConfig
from sandbox.salesrabbit.leads import build_event, nest
from sandbox.salesrabbit.people import FIRST_STATUS_ID, FIRST_USER_ID, STATUSES
from sandbox.salesrabbit.store import Fields, Store
from sandbox.salesrabbit.times import to_iso

_BLANK_LEAD: Fields = {
    **dict.fromkeys(("userName", "firstName", "lastName", "phonePrimary", "phoneAlternate", "email"), ""),
    **dict.fromkeys(("street1", "street2", "city", "state", "zip", "country", "businessName"), ""),
    **dict.fromkeys(("latitude", "longitude", "notes", "appointment")),
    "userId": FIRST_USER_ID,
    "status": "Not Home",
    "customFields": "{}",
    "integrationData": [],
}
_BLANK_USER: Fields = {
    **dict.fromkeys(("firstName", "lastName", "email", "phone", "hireDate", "office", "team", "region"), ""),
    **dict.fromkeys(("supervisorId", "recruiterId", "cmsId", "leadRepCmsId", "photo_url")),
    "active": True,
    "businessUnit": "Home",
    "department": "Sales",
    "role": "Rep",
    "orgId": 12,
    "externalIds": [],
}


def create(store: Store, config: SalesRabbitConfig, command: Command) -> dict[str, Any]:
    """A new record; what is not given is blank."""
    kind, now = command["kind"], to_iso(int(command["at_ms"]))
    record_id = int(command.get("id") or max(store.ids(kind), default=1) + 1)
    if record_id in store.tables[kind].records:
        message = f"{kind} {record_id} exists"
        raise ValueError(message)
    given = command.get("fields") or {}
    if kind == "lead_statuses":
        fields = {"id": record_id, "name": "New", "abbreviation": "N", "active": True, **given}
    elif kind == "users":
        fields = {"id": record_id, **_BLANK_USER, "dateCreated": now, "dateModified": now, **given}
    else:
        fields = {"id": record_id, **_BLANK_LEAD, **given}
        stamps = ("statusModified", "ownerModified", "dateCreated", "dateModified")
        fields |= {name: given.get(name, now) for name in stamps}
        if config.ancestor_fields:
            fields |= {name: given.get(name) for name in ("campaignId", "dateOfBirth", "deletedAt")}
            fields["files"] = given.get("files", [])
        fields = nest(fields) if config.shape == "nested" else fields
    _put(store, kind, fields, command)
    return {"id": record_id}


def update(store: Store, _config: SalesRabbitConfig, command: Command) -> dict[str, Any]:
    """New values; dateModified moves, with a new status or owner their own times too."""
    _write(store, command, int(command["id"]), command["fields"])
    return {}


def touch(store: Store, _config: SalesRabbitConfig, command: Command) -> dict[str, Any]:
    """Many records get one modified second, as a bulk re-assignment does."""
    ids = command.get("ids")
    chosen = store.ids(command["kind"])[: command.get("count")] if ids is None else [int(one) for one in ids]
    for record_id in chosen:
        _write(store, command, record_id, command.get("fields") or {})
    return {"touched": len(chosen)}


def delete(store: Store, _config: SalesRabbitConfig, command: Command) -> dict[str, Any]:
    """A lead stays, with the moment of its deletion."""
    _write(store, command, int(command["id"]), {"deletedAt": to_iso(int(command["at_ms"]))})
    return {}


def restore(store: Store, _config: SalesRabbitConfig, command: Command) -> dict[str, Any]:
    """A deleted lead is there again."""
    _write(store, command, int(command["id"]), {"deletedAt": None})
    return {}


def remove(store: Store, _config: SalesRabbitConfig, command: Command) -> dict[str, Any]:
    """Gone without a trace."""
    store.tables[command["kind"]].remove(int(command["id"]))
    return {}


def clear(store: Store, _config: SalesRabbitConfig, command: Command) -> dict[str, Any]:
    """All records of a kind are gone without a trace."""
    store.tables[command["kind"]].clear()
    return {}


def _write(store: Store, command: Command, record_id: int, values: Fields) -> None:
    kind, now = command["kind"], to_iso(int(command["at_ms"]))
    before = store.get(kind, record_id)
    fields = {**before, **values}
    if "dateModified" in before and "dateModified" not in values:
        fields["dateModified"] = now
    if kind == "leads":
        if fields["status"] != before["status"]:
            fields["statusModified"] = now
            _note_status(store, fields)
        if fields["userId"] != before["userId"]:
            fields["ownerModified"] = now
    _put(store, kind, fields, command)


def _note_status(store: Store, lead: Fields) -> None:
    numbers = [number for number, (name, _, _) in enumerate(STATUSES) if name == lead["status"]]
    event = build_event(lead, numbers[0] if numbers else 0)
    if not numbers:
        event |= {"id": FIRST_STATUS_ID - 1, "name": lead["status"]}
    store.histories.setdefault(lead["id"], []).append(event)


def _put(store: Store, kind: str, fields: Fields, command: Command) -> None:
    store.tables[kind].put(fields, shown_from_ms=int(command.get("shown_from_ms", 0)))


OPERATIONS: dict[str, Operation] = {
    operation.__name__: operation for operation in (create, update, touch, delete, restore, remove, clear)
}

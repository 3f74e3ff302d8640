"""What each change does to the data.

Source: Salesforce's delete, undelete, merge and lead conversion as collected in the vendor notes, 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.salesforce.catalogue import FieldSpec, make_field
from sandbox.salesforce.config import SalesforceConfig
from sandbox.salesforce.ids import to_long
from sandbox.salesforce.object_types import INTEGRATION_USER
from sandbox.salesforce.own_fields import fill_own_fields
from sandbox.salesforce.store import Fields, Store, Table, Value
from sandbox.salesforce.times import to_date, to_rest

Command = Mapping[str, Any]
_NEW: dict[str, Fields] = {
    "users": {"LastName": "User", "Username": "new@example.com.sample", "Email": "new@example.com"},
    "accounts": {"Name": "New Account"},
    "contacts": {"LastName": "Contact"},
    "leads": {"LastName": "Lead", "Company": "New Company", "Status": "Open - Not Contacted"},
    "opportunities": {"Name": "New job", "StageName": "Prospecting"},
    "campaigns": {"Name": "New campaign", "Status": "Planned"},
    "tasks": {"Subject": "Call", "Status": "Not Started", "Priority": "Normal"},
}
_RESTATED = ("counted", "summed", "flagged")


def create(store: Store, _config: SalesforceConfig, command: Command) -> dict[str, Any]:
    """A new record; one with an earlier `at_ms` surfaces late, as after a long transaction."""
    table = store.tables[command["type"]]
    record_id = to_long(str(command.get("id") or table.next_id()))
    if record_id in table.records:
        message = f"{command['type']} {record_id} exists"
        raise ValueError(message)
    at = to_rest(int(command["at_ms"]))
    record: Fields = {
        name: False if spec.type == "boolean" else 0 if spec.values.startswith("counted") else None
        for name, spec in table.specs.items()
    }
    record |= {"Id": record_id, "CreatedDate": at, "CreatedById": INTEGRATION_USER}
    record |= {"OwnerId": INTEGRATION_USER} if "OwnerId" in table.specs else {}
    record |= {"CloseDate": to_date(int(command["at_ms"]))} if "CloseDate" in table.specs else {}
    record |= {"IsActive": True} if table.type.kind == "users" else {}
    table.add(record)
    _write(store, table, record, {**_NEW[command["type"]], **(command.get("fields") or {})}, at)
    return {"id": record_id}


def update(store: Store, _config: SalesforceConfig, command: Command) -> dict[str, Any]:
    """New values; both stamps move."""
    table, record = _find(store, command)
    _write(store, table, record, command["fields"], _at(command))
    return {}


def touch(store: Store, _config: SalesforceConfig, command: Command) -> dict[str, Any]:
    """Many records get one `SystemModstamp`, as after a change by the system: the other stamp stays."""
    table = store.tables[command["type"]]
    ids = command.get("ids")
    chosen = list(table.records) if ids is None else [to_long(str(one)) for one in ids]
    for record_id in chosen:
        record = table.records[record_id]
        modified = record["LastModifiedDate"]
        _write(store, table, record, command.get("fields") or {}, _at(command))
        record["LastModifiedDate"] = modified
    return {"touched": len(chosen)}


def delete(store: Store, _config: SalesforceConfig, command: Command) -> dict[str, Any]:
    """Into the recycle bin; the stamp moves."""
    table, record = _find(store, command)
    _require_deletable(table)
    record |= {"IsDeleted": True, "SystemModstamp": _at(command)}
    return {}


def undelete(store: Store, _config: SalesforceConfig, command: Command) -> dict[str, Any]:
    """Out of the recycle bin; the stamp moves again."""
    table, record = _find(store, command)
    _require_deletable(table)
    record |= {"IsDeleted": False, "SystemModstamp": _at(command)}
    record |= {"MasterRecordId": None} if "MasterRecordId" in record else {}
    return {}


def purge(store: Store, _config: SalesforceConfig, command: Command) -> dict[str, Any]:
    """Gone from `queryAll` as well."""
    table, record = _find(store, command)
    table.purge(record["Id"])
    return {}


def merge(store: Store, _config: SalesforceConfig, command: Command) -> dict[str, Any]:
    """The loser goes into the recycle bin and names the winner, who gets what referred to it."""
    table = store.tables[command["type"]]
    if not table.type.is_mergeable:
        message = f"{command['type']} can't be merged"
        raise ValueError(message)
    winner, loser = (table.records[to_long(command[name])] for name in ("winner", "loser"))
    at = _at(command)
    for other in store.tables.values():
        for record in other:
            moved = {
                name: winner["Id"]
                for name, spec in other.specs.items()
                if table.type.name in spec.targets and record[name] == loser["Id"] and record is not loser
            }
            if moved:
                record |= {**moved, "SystemModstamp": at}
    loser |= {"IsDeleted": True, "MasterRecordId": winner["Id"], "SystemModstamp": at}
    winner |= {"LastModifiedDate": at, "SystemModstamp": at}
    return {"id": winner["Id"]}


def convert_lead(store: Store, _config: SalesforceConfig, command: Command) -> dict[str, Any]:
    """The lead stays and says what became of it; the three records that it names are already there."""
    table, lead = _find(store, command)
    fields = {"IsConverted": True, "Status": "Closed - Converted", "ConvertedDate": _at(command)[:10]}
    _write(store, table, lead, {**fields, **command["targets"]}, _at(command))
    return {}


def archive_task(store: Store, _config: SalesforceConfig, command: Command) -> dict[str, Any]:
    """Old tasks are archived without a stamp: `query` does not show them any more."""
    _, task = _find(store, command)
    task["IsArchived"] = True
    return {}


def restate(store: Store, _config: SalesforceConfig, command: Command) -> dict[str, Any]:
    """Values that follow from records which the fake does not have, without a stamp.

    Raises:
        ValueError: A field that is no such one.
    """
    table, record = _find(store, command)
    for name, value in command["fields"].items():
        if table.specs[name].values.partition(":")[0] not in _RESTATED:
            message = f"{name} is not restated: change what it follows from"
            raise ValueError(message)
        record[name] = _fit(table.specs[name], value)
    return {}


def hide_field(store: Store, _config: SalesforceConfig, command: Command) -> dict[str, Any]:
    """Field-level security takes a field away: describe and queries no longer know it."""
    table = store.tables[command["type"]]
    table.hidden.add(table.specs[command["name"]].name)
    return {}


def grant_field(store: Store, _config: SalesforceConfig, command: Command) -> dict[str, Any]:
    """And gives it back."""
    store.tables[command["type"]].hidden.discard(command["name"])
    return {}


def add_field(store: Store, _config: SalesforceConfig, command: Command) -> dict[str, Any]:
    """A new custom field: records have no value yet, and none is stamped."""
    table, name = store.tables[command["type"]], str(command["name"])
    if not name.endswith("__c") or name in table.specs:
        message = f"{name}: expected the name of a new field that ends in __c"
        raise ValueError(message)
    spec = make_field(name, str(command.get("field_type", "string:255")))
    table.specs[name] = replace(spec, label=command.get("label") or spec.label)
    for record in table:
        record[name] = False if table.specs[name].type == "boolean" else None
    return {}


def relabel_field(store: Store, _config: SalesforceConfig, command: Command) -> dict[str, Any]:
    """Another label; Salesforce does not mind one that another field has."""
    specs, name = store.tables[command["type"]].specs, str(command["name"])
    specs[name] = replace(specs[name], label=str(command["label"]))
    return {}


def remove_field(store: Store, _config: SalesforceConfig, command: Command) -> dict[str, Any]:
    """A field is deleted with its values."""
    table, name = store.tables[command["type"]], str(command["name"])
    if not name.endswith("__c"):
        message = f"{name}: only fields that end in __c can be deleted"
        raise ValueError(message)
    del table.specs[name]
    for record in table:
        record.pop(name, None)
    return {}


def set_access(store: Store, _config: SalesforceConfig, command: Command) -> dict[str, Any]:
    """Let the user see an object, or not: then it is as if it were not there."""
    change = store.forbidden.discard if command["is_allowed"] else store.forbidden.add
    change(command["type"])
    return {}


def _find(store: Store, command: Command) -> tuple[Table, Fields]:
    table = store.tables[command["type"]]
    return table, table.records[to_long(str(command["id"]))]


def _at(command: Command) -> str:
    return to_rest(int(command["at_ms"]))


def _require_deletable(table: Table) -> None:
    if not table.type.is_deletable:
        message = f"{table.type.kind} can't be deleted, only made inactive"
        raise ValueError(message)


def _write(store: Store, table: Table, record: Fields, fields: Fields, at: str) -> None:
    """Write values, what follows from them, and both stamps.

    Raises:
        KeyError: No such field.
    """
    record |= {name: _fit(table.specs[name], value) for name, value in fields.items()}
    record |= {"LastModifiedDate": at, "LastModifiedById": INTEGRATION_USER, "SystemModstamp": at}
    fill_own_fields(table.type.kind, store, record)


def _fit(spec: FieldSpec, value: Value) -> Value:
    """A number as the field's type has it."""
    return float(value) if isinstance(value, int) and spec.has_fraction else value


OPERATIONS = {
    one.__name__: one
    for one in (
        create, update, touch, delete, undelete, purge, merge, convert_lead, archive_task, restate,
        hide_field, grant_field, add_field, relabel_field, remove_field, set_access,
    )
}  # fmt: skip

"""Changes of the Five9 fake's data, by name, and what each does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from sandbox.five9.config import Five9Config
from sandbox.five9.fields import CREATED, LAST_LIST, ContactField
from sandbox.five9.generate import build_contact
from sandbox.five9.store import Store
from sandbox.frame import changes
from sandbox.frame.changes import Command

KINDS = ("contacts",)


def _create(store: Store, config: Five9Config, command: Command) -> dict[str, Any]:
    at_ms = int(command["at_ms"])
    contact = build_contact(store, Random(f"{config.seed}:{at_ms}:{store.made}"), at_ms)
    store.stamp(contact, at_ms, CREATED)
    store.stamp(contact, at_ms)
    contact |= dict(command.get("fields") or {})
    return {"id": store.add(contact)}


def _update(store: Store, _config: Five9Config, command: Command) -> dict[str, Any]:
    contact = store.get(int(command["id"]))
    contact.update(command["fields"])
    if not command.get("is_silent"):
        store.stamp(contact, int(command["at_ms"]))
    return {}


def _remove(store: Store, _config: Five9Config, command: Command) -> dict[str, Any]:
    store.remove(int(command["id"]))
    return {}


def _clear(store: Store, _config: Five9Config, _command: Command) -> dict[str, Any]:
    store.clear()
    return {}


def _move(store: Store, _config: Five9Config, command: Command) -> dict[str, Any]:
    contact_id, name = int(command["id"]), str(command["list"])
    store.lists.setdefault(name, set()).add(contact_id)
    if (field := store.find_field(LAST_LIST)) is not None:
        store.get(contact_id)[field] = name
    return {}


def _drop_list(store: Store, _config: Five9Config, command: Command) -> dict[str, Any]:
    store.lists.pop(str(command["list"]))
    return {}


def _add_field(store: Store, _config: Five9Config, command: Command) -> dict[str, Any]:
    limits = tuple((str(kind), str(value)) for kind, value in command.get("restrictions") or ())
    kind, map_to = str(command.get("type") or "STRING"), str(command.get("map_to") or "None")
    # an API that was asked for a system field makes an ordinary one
    store.fields.append(ContactField(str(command["name"]), kind, map_to, limits))
    return {}


def _drop_field(store: Store, _config: Five9Config, command: Command) -> dict[str, Any]:
    name = str(command["name"])
    store.fields = [one for one in store.fields if one.name != name]
    for contact in store.contacts.values():
        contact.pop(name, None)
    return {}


_OPERATIONS = {
    "create": _create,
    "update": _update,
    "remove": _remove,
    "clear": _clear,
    "move": _move,
    "drop_list": _drop_list,
    "add_field": _add_field,
    "drop_field": _drop_field,
}


class Changes(changes.Changes[Store, Five9Config]):
    """Makes changes; each may be called from any thread while the fake answers."""

    operations = _OPERATIONS

    def create(self, kind: str = "contacts", fields: Mapping[str, str] | None = None) -> str:
        """Make a contact and give its internal id."""
        _check(kind)
        return str(self.do("create", fields=dict(fields or {}))["id"])

    def update(
        self, kind: str, contact_id: str, fields: Mapping[str, str], *, is_silent: bool = False
    ) -> None:
        """Write fields of a contact; `is_silent`: without a new modified time."""
        _check(kind)
        self.do("update", id=contact_id, fields=dict(fields), is_silent=is_silent)

    def remove(self, contact_id: str) -> None:
        """Delete a contact from the domain."""
        self.do("remove", id=contact_id)

    def clear(self) -> None:
        """Delete all contacts."""
        self.do("clear")

    def move(self, contact_id: str, list_name: str) -> None:
        """Put a contact on a list, which becomes its last one."""
        self.do("move", id=contact_id, list=list_name)

    def drop_list(self, list_name: str) -> None:
        """Delete a list; its contacts stay, and name it as their last one."""
        self.do("drop_list", list=list_name)

    def add_field(
        self,
        name: str,
        kind: str = "STRING",
        map_to: str = "None",
        restrictions: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Make a field of the domain; no contact has a value in it."""
        self.do(
            "add_field", name=name, type=kind, map_to=map_to, restrictions=[list(one) for one in restrictions]
        )

    def drop_field(self, name: str) -> None:
        """Delete a field of the domain."""
        self.do("drop_field", name=name)


def _check(kind: str) -> None:
    if kind not in KINDS:
        message = f"unknown kind {kind!r}; known: {', '.join(KINDS)}"
        raise ValueError(message)

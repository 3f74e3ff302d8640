"""Changes of the CallRail fake's data, by name, and what each does.

Nothing here moves a "modified" date: CallRail's records have none.
"""

from __future__ import annotations

from random import Random
from typing import Any

from sandbox.callrail.config import CallRailConfig
from sandbox.callrail.event_builders import make_message
from sandbox.callrail.generate import make_record, new_id
from sandbox.callrail.store import Fields, Store
from sandbox.callrail.times import find_zone, in_zulu, with_offset
from sandbox.frame import changes
from sandbox.frame.changes import Command


def _create(store: Store, config: CallRailConfig, command: Command) -> dict[str, Any]:
    kind = command["kind"]
    rng = Random(f"{store.seed}:{kind}:{command['at_ms']}:{len(store.records[kind])}")
    record_id = str(command.get("id") or new_id(store, kind, rng))
    if record_id in store.records[kind]:
        message = f"{kind} {record_id} exists"
        raise ValueError(message)
    account = command.get("account") or store.ids("accounts")[0]
    account = record_id if kind == "accounts" else account
    record = make_record(store, kind, record_id, account, at_ms=command["at_ms"])
    record.fields |= command.get("fields") or {}
    record.listed_from_ms = command["at_ms"] + round(config.late_s * 1000)
    return {"id": record_id}


def _update(store: Store, _config: CallRailConfig, command: Command) -> dict[str, Any]:
    store.get(command["kind"], command["id"]).fields |= command["fields"]
    return {}


def _remove(store: Store, _config: CallRailConfig, command: Command) -> dict[str, Any]:
    del store.records[command["kind"]][command["id"]]
    return {}


def _mark_spam(store: Store, _config: CallRailConfig, command: Command) -> dict[str, Any]:
    store.get("calls", command["id"]).is_spam = command.get("is_spam", True)
    return {}


def _add_message(store: Store, _config: CallRailConfig, command: Command) -> dict[str, Any]:
    record = store.get("text_messages", command["id"])
    moment = with_offset(command["at_ms"], find_zone(record.fields["company_time_zone"]))
    message = make_message(command.get("direction", "incoming"), command["content"], moment)
    record.fields["recent_messages"] = [*record.fields["recent_messages"], message][-5:]
    record.fields["last_message_at"] = moment
    record.at_ms = command["at_ms"]
    return {}


def _disable(store: Store, _config: CallRailConfig, command: Command) -> dict[str, Any]:
    kind, is_disabled = command["kind"], command.get("is_disabled", True)
    fields = store.get(kind, command["id"]).fields
    fields["status"] = "disabled" if is_disabled else ("enabled" if kind == "tags" else "active")
    if "disabled_at" in fields:
        fields["disabled_at"] = in_zulu(command["at_ms"]) if is_disabled else None
    return {}


def _set_forms(store: Store, _config: CallRailConfig, command: Command) -> dict[str, Any]:
    for company in store.of_account("companies", command["account"]):
        company.fields["form_capture"] = command["is_on"]
    return {}


_OPERATIONS = {
    "create": _create,
    "update": _update,
    "remove": _remove,
    "mark_spam": _mark_spam,
    "add_message": _add_message,
    "disable": _disable,
    "set_forms": _set_forms,
}


class Changes(changes.Changes[Store, CallRailConfig]):
    """Makes changes; each may be called from any thread while the fake answers."""

    operations = _OPERATIONS

    def create(self, kind: str, fields: Fields | None = None, **options: Any) -> str:
        """Create a record and return its id; options: `account` (the first), `id`, `at_ms`."""
        return str(self.do("create", kind=kind, fields=fields or {}, **options)["id"])

    def update(self, kind: str, record_id: str, fields: Fields) -> None:
        """Write fields; no date moves, as when a call gets a note or a tag."""
        self.do("update", kind=kind, id=str(record_id), fields=fields)

    def remove(self, kind: str, record_id: str) -> None:
        """Delete for good, without a trace."""
        self.do("remove", kind=kind, id=str(record_id))

    def mark_spam(self, call_id: str, *, is_spam: bool = True) -> None:
        """Hide a call from the list, or show it again."""
        self.do("mark_spam", id=str(call_id), is_spam=is_spam)

    def add_message(self, conversation_id: str, content: str, **options: Any) -> None:
        """Add a message to a conversation; moves `last_message_at`. Options: `at_ms`, `direction`."""
        self.do("add_message", id=conversation_id, content=content, **options)

    def disable(self, kind: str, record_id: str, *, is_disabled: bool = True) -> None:
        """Disable a company, tracker or tag, or enable it again; it stays in its list."""
        self.do("disable", kind=kind, id=str(record_id), is_disabled=is_disabled)

    def set_forms(self, account: str, *, is_on: bool) -> None:
        """Switch Form Tracking on or off for all companies of an account."""
        self.do("set_forms", account=account, is_on=is_on)

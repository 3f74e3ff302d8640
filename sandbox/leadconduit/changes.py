"""Changes of the LeadConduit fake's data, by name, and what each does; real events never change."""

from __future__ import annotations

from random import Random
from typing import Any

from sandbox.frame import changes
from sandbox.frame.changes import Command
from sandbox.leadconduit.config import LeadConduitConfig
from sandbox.leadconduit.events import build_step
from sandbox.leadconduit.generate import create_lead
from sandbox.leadconduit.ids import make_id
from sandbox.leadconduit.store import Fields, Store

KINDS = ("leads", "events")


def _create(store: Store, config: LeadConduitConfig, command: Command) -> dict[str, Any]:
    """A lead with its steps, or with the kind `events` one event of any type."""
    known, at_ms = set(store.events), int(command["at_ms"])
    if command["kind"] == "leads":
        event_id = create_lead(store, config, at_ms)
        fields = store.get(event_id)
        given = dict(command.get("fields") or {})
        fields["vars"]["lead"] |= given.pop("lead", {})
        fields |= given
    else:
        store.made += 1
        rng = Random(f"{config.seed}:{at_ms}:{store.made}")
        event_id = str(command.get("id") or make_id(at_ms, 0, store.made))
        store.add(build_step(event_id, rng, at_ms, {}) | (command.get("fields") or {}))
    shown_from_ms = int(command.get("shown_from_ms") or 0)
    for one in store.events.keys() - known:
        store.events[one].shown_from_ms = shown_from_ms
    return {"id": event_id}


def _update(store: Store, _config: LeadConduitConfig, command: Command) -> dict[str, Any]:
    store.get(command["id"]).update(command["fields"])
    return {}


def _set_lead(store: Store, _config: LeadConduitConfig, command: Command) -> dict[str, Any]:
    store.get(command["id"])["vars"]["lead"] |= command["fields"]
    return {}


def _remove(store: Store, _config: LeadConduitConfig, command: Command) -> dict[str, Any]:
    store.remove(command["id"])
    return {}


def _clear(store: Store, _config: LeadConduitConfig, _command: Command) -> dict[str, Any]:
    store.clear()
    return {}


_OPERATIONS = {
    "create": _create,
    "update": _update,
    "set_lead": _set_lead,
    "remove": _remove,
    "clear": _clear,
}


class Changes(changes.Changes[Store, LeadConduitConfig]):
    """Makes changes; each may be called from any thread while the fake answers."""

    operations = _OPERATIONS

    def complete(self, command: Command) -> Command:
        """Also when it becomes visible, where that is later."""
        if command.get("kind", "leads") not in KINDS:
            message = f"unknown kind {command.get('kind')!r}; known: {', '.join(KINDS)}"
            raise ValueError(message)
        if command["op"] == "create" and self.config.late_s:
            command.setdefault("shown_from_ms", self.clock.now_ms() + round(self.config.late_s * 1000))
        return command

    def create(self, kind: str = "leads", fields: Fields | None = None, **options: Any) -> str:
        """Let a lead pass its flow and give its event's id; options: `at_ms`, which may lie below known ids.

        Fields of the lead itself are below `lead`; the kind `events` is one event of any type (`id`).
        """
        return str(self.do("create", kind=kind, fields=fields or {}, **options)["id"])

    def update(self, kind: str, event_id: str, fields: Fields) -> None:
        """Write fields of an event, which LeadConduit never does."""
        self.do("update", kind=kind, id=event_id, fields=fields)

    def set_lead(self, event_id: str, fields: Fields) -> None:
        """Write fields of an event's lead."""
        self.do("set_lead", id=event_id, fields=fields)

    def remove(self, event_id: str) -> None:
        """Let an event vanish without a trace."""
        self.do("remove", id=event_id)

    def clear(self) -> None:
        """Let all events vanish."""
        self.do("clear")

"""Changes of the data while the fake runs; each is a command that a journal can keep and play again.

A command names its operation and carries everything that decides its effect, time and new ids included.
Nothing here moves a "modified" date: CallRail's records have none.
"""

from __future__ import annotations

from random import Random
from typing import Any

from sandbox.callrail.event_builders import make_message
from sandbox.callrail.generate import make_record, new_id
from sandbox.callrail.store import Fields, Store
from sandbox.callrail.times import find_zone, in_zulu, with_offset
from sandbox.frame.clock import SandboxClock
from sandbox.frame.journal import Journal

Command = dict[str, Any]


class Changes:
    """Makes changes; each may be called from any thread while the fake answers.

    Args:
        store: The data.
        clock: Stamps changes that do not say when they happened.
        late_s: How long after it happened a new event is listed.
        journal: Keeps every change, or `None`.
    """

    def __init__(
        self, store: Store, clock: SandboxClock, *, late_s: float = 0.0, journal: Journal | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._late_ms = round(late_s * 1000)
        self._journal = journal

    def apply(self, command: Command, *, keep: bool = True) -> dict[str, Any]:
        """Run a command: `{"op": …, "kind": …, …}`, the arguments named as in the methods below.

        Args:
            command: The change; `at_ms` and a new id are filled in when they are missing.
            keep: False when it comes from the journal.

        Returns:
            What it did, e.g. the new id.

        Raises:
            ValueError: Unknown operation.
            KeyError: Unknown kind or record, or an argument is missing.
        """
        operation = getattr(self, f"_do_{command.get('op')}", None)
        if operation is None:
            known = sorted(name.removeprefix("_do_") for name in dir(self) if name.startswith("_do_"))
            message = f"unknown operation {command.get('op')!r}; known: {', '.join(known)}"
            raise ValueError(message)
        command = {"at_ms": self._clock.now_ms(), **command}
        with self._store.lock:
            result: dict[str, Any] = operation(command)
            if self._journal is not None and keep:
                self._journal.append({**command, **{key: result[key] for key in ("id",) if key in result}})
        return result

    def create(self, kind: str, fields: Fields | None = None, **options: Any) -> str:
        """Create a record and return its id; options: `account` (the first), `id`, `at_ms`."""
        return str(self.apply({"op": "create", "kind": kind, "fields": fields or {}, **options})["id"])

    def update(self, kind: str, record_id: str, fields: Fields) -> None:
        """Write fields; no date moves, as when a call gets a note or a tag."""
        self.apply({"op": "update", "kind": kind, "id": str(record_id), "fields": fields})

    def remove(self, kind: str, record_id: str) -> None:
        """Delete for good, without a trace."""
        self.apply({"op": "remove", "kind": kind, "id": str(record_id)})

    def mark_spam(self, call_id: str, *, is_spam: bool = True) -> None:
        """Hide a call from the list, or show it again."""
        self.apply({"op": "mark_spam", "id": str(call_id), "is_spam": is_spam})

    def add_message(self, conversation_id: str, content: str, **options: Any) -> None:
        """Add a message to a conversation; moves `last_message_at`. Options: `at_ms`, `direction`."""
        self.apply({"op": "add_message", "id": conversation_id, "content": content, **options})

    def disable(self, kind: str, record_id: str, *, is_disabled: bool = True) -> None:
        """Disable a company, tracker or tag, or enable it again; it stays in its list."""
        self.apply({"op": "disable", "kind": kind, "id": str(record_id), "is_disabled": is_disabled})

    def set_forms(self, account: str, *, is_on: bool) -> None:
        """Switch Form Tracking on or off for all companies of an account."""
        self.apply({"op": "set_forms", "account": account, "is_on": is_on})

    def _do_create(self, command: Command) -> dict[str, Any]:
        kind, store = command["kind"], self._store
        rng = Random(f"{store.seed}:{kind}:{command['at_ms']}:{len(store.records[kind])}")
        record_id = str(command.get("id") or new_id(store, kind, rng))
        if record_id in store.records[kind]:
            message = f"{kind} {record_id} exists"
            raise ValueError(message)
        account = command.get("account") or store.ids("accounts")[0]
        account = record_id if kind == "accounts" else account
        record = make_record(store, kind, record_id, account, at_ms=command["at_ms"])
        record.fields |= command.get("fields") or {}
        record.listed_from_ms = command["at_ms"] + self._late_ms
        return {"id": record_id}

    def _do_update(self, command: Command) -> dict[str, Any]:
        self._store.get(command["kind"], command["id"]).fields |= command["fields"]
        return {}

    def _do_remove(self, command: Command) -> dict[str, Any]:
        del self._store.records[command["kind"]][command["id"]]
        return {}

    def _do_mark_spam(self, command: Command) -> dict[str, Any]:
        self._store.get("calls", command["id"]).is_spam = command.get("is_spam", True)
        return {}

    def _do_add_message(self, command: Command) -> dict[str, Any]:
        record = self._store.get("text_messages", command["id"])
        moment = with_offset(command["at_ms"], find_zone(record.fields["company_time_zone"]))
        message = make_message(command.get("direction", "incoming"), command["content"], moment)
        record.fields["recent_messages"] = [*record.fields["recent_messages"], message][-5:]
        record.fields["last_message_at"] = moment
        record.at_ms = command["at_ms"]
        return {}

    def _do_disable(self, command: Command) -> dict[str, Any]:
        kind, is_disabled = command["kind"], command.get("is_disabled", True)
        fields = self._store.get(kind, command["id"]).fields
        fields["status"] = "disabled" if is_disabled else ("enabled" if kind == "tags" else "active")
        if "disabled_at" in fields:
            fields["disabled_at"] = in_zulu(command["at_ms"]) if is_disabled else None
        return {}

    def _do_set_forms(self, command: Command) -> dict[str, Any]:
        for company in self._store.of_account("companies", command["account"]):
            company.fields["form_capture"] = command["is_on"]
        return {}

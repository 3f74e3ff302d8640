"""Changes of the Salesforce fake's data, by name; what each does is in `change_operations`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.frame import changes
from sandbox.frame.changes import Command
from sandbox.salesforce.change_operations import OPERATIONS
from sandbox.salesforce.config import SalesforceConfig
from sandbox.salesforce.object_types import find_object_type
from sandbox.salesforce.rollups import settle_rollups
from sandbox.salesforce.store import Fields, Store

_WITHOUT_ROLLUPS = frozenset(
    ("hide_field", "grant_field", "relabel_field", "set_access", "archive_task", "restate")
)


class Changes(changes.Changes[Store, SalesforceConfig]):
    """Makes changes; each may be called from any thread while the fake answers.

    Kinds may be called by our name or the vendor's. Changes that stamp take `at_ms`; a moment in the past is
    a change that surfaces late.
    """

    operations = OPERATIONS

    def complete(self, command: Command) -> Command:
        """Give kinds the name that the store has for them."""
        object_type = find_object_type(str(command.get("type")))
        if object_type is None:
            message = f"unknown object {command.get('type')!r}; known: {', '.join(self.store.tables)}"
            raise ValueError(message)
        return {**command, "type": object_type.kind}

    def run(self, command: Command) -> dict[str, Any]:
        """Other records' roll-ups follow at once, without a stamp."""
        result = super().run(command)
        if command["op"] == "merge":
            settle_rollups(self.store)
        elif command["op"] not in _WITHOUT_ROLLUPS:
            settle_rollups(self.store, command["type"])
        return result

    def create(self, kind: str, fields: Fields | None = None, **options: Any) -> str:
        """Create a record and return its id; options: `id`, `at_ms`."""
        return str(self.do("create", type=kind, fields=fields or {}, **options)["id"])

    def update(self, kind: str, record_id: str, fields: Fields, **options: Any) -> None:
        """Write fields; moves both stamps."""
        self.do("update", type=kind, id=record_id, fields=fields, **options)

    def touch(self, kind: str, ids: Iterable[str] | None = None, **options: Any) -> int:
        """Give records, or all of a kind, one `SystemModstamp`; options: `at_ms`, `fields`."""
        return int(self.do("touch", type=kind, ids=None if ids is None else list(ids), **options)["touched"])

    def delete(self, kind: str, record_id: str, **options: Any) -> None:
        """Move a record to the recycle bin."""
        self.do("delete", type=kind, id=record_id, **options)

    def undelete(self, kind: str, record_id: str, **options: Any) -> None:
        """Bring it back."""
        self.do("undelete", type=kind, id=record_id, **options)

    def purge(self, kind: str, record_id: str, **options: Any) -> None:
        """Remove it for good; only the log of deletions still has its id."""
        self.do("purge", type=kind, id=record_id, **options)

    def merge(self, kind: str, winner_id: str, loser_id: str, **options: Any) -> None:
        """Merge two records; accounts, contacts and leads only."""
        self.do("merge", type=kind, winner=winner_id, loser=loser_id, **options)

    def convert_lead(
        self, lead_id: str, *, account: str, contact: str, opportunity: str | None = None
    ) -> None:
        """Convert a lead into records that are already there."""
        targets = {"ConvertedAccountId": account, "ConvertedContactId": contact}
        targets |= {} if opportunity is None else {"ConvertedOpportunityId": opportunity}
        self.do("convert_lead", type="leads", id=lead_id, targets=targets)

    def archive_task(self, task_id: str) -> None:
        """Archive a task, without a stamp."""
        self.do("archive_task", type="tasks", id=task_id)

    def restate(self, kind: str, record_id: str, fields: Fields) -> None:
        """Write counts and sums that follow from records which the fake does not have, without a stamp."""
        self.do("restate", type=kind, id=record_id, fields=fields)

    def hide_field(self, kind: str, name: str) -> None:
        """Take a field away by field-level security."""
        self.do("hide_field", type=kind, name=name)

    def grant_field(self, kind: str, name: str) -> None:
        """Give it back."""
        self.do("grant_field", type=kind, name=name)

    def add_field(self, kind: str, name: str, *, field_type: str = "string:255", label: str = "") -> None:
        """Make a custom field; its type as in the catalogue's tables, its label by default from its name."""
        self.do("add_field", type=kind, name=name, field_type=field_type, label=label)

    def relabel_field(self, kind: str, name: str, label: str) -> None:
        """Change what people see; the name stays."""
        self.do("relabel_field", type=kind, name=name, label=label)

    def remove_field(self, kind: str, name: str) -> None:
        """Delete a custom field."""
        self.do("remove_field", type=kind, name=name)

    def set_access(self, kind: str, *, is_allowed: bool) -> None:
        """Let the user see an object, or not."""
        self.do("set_access", type=kind, is_allowed=is_allowed)

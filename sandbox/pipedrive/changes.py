"""Changes of the Pipedrive fake's data, by name; what each does is in `change_operations`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.frame import changes
from sandbox.frame.changes import Command
from sandbox.pipedrive.change_operations import OPERATIONS
from sandbox.pipedrive.config import PipedriveConfig
from sandbox.pipedrive.kinds import FIELD_LISTS, KINDS
from sandbox.pipedrive.store import Fields, RecordId, Store


class Changes(changes.Changes[Store, PipedriveConfig]):
    """Makes changes; each may be called from any thread while the fake answers. Option of all: `at_ms`."""

    operations = OPERATIONS

    def complete(self, command: Command) -> Command:
        """Check the kind, or the list of fields."""
        key, known = (
            ("field_list", FIELD_LISTS) if command["op"].endswith("_field") else ("kind", tuple(KINDS))
        )
        if command.get(key) not in known:
            message = f"unknown {key} {command.get(key)!r}; known: {', '.join(known)}"
            raise ValueError(message)
        return command

    def create(self, kind: str, fields: Fields | None = None, **options: Any) -> RecordId:
        """Create a record and return its id; option: `number`, which decides the id."""
        made: RecordId = self.do("create", kind=kind, fields=fields or {}, **options)["id"]
        return made

    def update(self, kind: str, record_id: RecordId, fields: Fields, **options: Any) -> None:
        """Write values; moves the modified time unless it is among them."""
        self.do("update", kind=kind, id=record_id, fields=fields, **options)

    def touch(self, kind: str, ids: Iterable[RecordId] | None = None, **options: Any) -> int:
        """Give records (None: all) one identical modified second; option: `fields` to write into each."""
        listed = None if ids is None else list(ids)
        return int(self.do("touch", kind=kind, ids=listed, **options)["touched"])

    def delete(self, kind: str, record_id: RecordId, **options: Any) -> None:
        """Delete a record, which can be restored for 30 days."""
        self.do("delete", kind=kind, id=record_id, **options)

    def restore(self, kind: str, record_id: RecordId, **options: Any) -> None:
        """Bring it back."""
        self.do("restore", kind=kind, id=record_id, **options)

    def archive(self, kind: str, record_id: RecordId, **options: Any) -> None:
        """Archive a deal or lead."""
        self.do("archive", kind=kind, id=record_id, **options)

    def unarchive(self, kind: str, record_id: RecordId, **options: Any) -> None:
        """Bring it back into the list."""
        self.do("unarchive", kind=kind, id=record_id, **options)

    def merge(self, kind: str, winner: RecordId, loser: RecordId, **options: Any) -> None:
        """Merge two records."""
        self.do("merge", kind=kind, id=winner, loser=loser, **options)

    def remove(self, kind: str, record_id: RecordId) -> None:
        """Let a record vanish without a trace."""
        self.do("remove", kind=kind, id=record_id)

    def clear(self, kind: str) -> None:
        """Let all records of a kind vanish."""
        self.do("clear", kind=kind)

    def add_field(self, field_list: str, label: str, **options: Any) -> str:
        """Define a custom field and return its hash; options: `code`, `type`."""
        return str(self.do("add_field", field_list=field_list, label=label, **options)["code"])

    def relabel_field(self, field_list: str, code: str, label: str) -> None:
        """Give a custom field another label."""
        self.do("relabel_field", field_list=field_list, code=code, label=label)

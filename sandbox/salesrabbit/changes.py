"""Changes of the SalesRabbit fake's data, by name; what each does is in `change_operations`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.frame import changes
from sandbox.frame.changes import Command
from sandbox.salesrabbit.change_operations import OPERATIONS
from sandbox.salesrabbit.config import SalesRabbitConfig
from sandbox.salesrabbit.store import KINDS, Fields, Store


class Changes(changes.Changes[Store, SalesRabbitConfig]):
    """Makes changes; each may be called from any thread while the fake answers."""

    operations = OPERATIONS

    def complete(self, command: Command) -> Command:
        """Also when it shows, where the lists lag behind."""
        if command.get("kind") not in KINDS:
            message = f"unknown kind {command.get('kind')!r}; known: {', '.join(KINDS)}"
            raise ValueError(message)
        if self.config.index_delay_s:
            command["shown_from_ms"] = self.clock.now_ms() + int(self.config.index_delay_s * 1000)
        return command

    def create(self, kind: str, fields: Fields | None = None, **options: Any) -> int:
        """Create a record and return its id; options: `id`, `at_ms`."""
        return int(self.do("create", kind=kind, fields=fields or {}, **options)["id"])

    def update(self, kind: str, record_id: int, fields: Fields, **options: Any) -> None:
        """Write values; moves dateModified unless it is among them. Options: `at_ms`."""
        self.do("update", kind=kind, id=record_id, fields=fields, **options)

    def touch(self, kind: str, ids: Iterable[int] | None = None, **options: Any) -> int:
        """Give records one identical modified second, as a bulk re-assignment does.

        Args:
            kind: Of the records.
            ids: The records; `None` takes the first `count` in id order, or all.
            **options: `count`, `at_ms`, `fields` to write into each.

        Returns:
            How many were touched.
        """
        listed = None if ids is None else list(ids)
        return int(self.do("touch", kind=kind, ids=listed, **options)["touched"])

    def delete(self, lead_id: int, **options: Any) -> None:
        """Delete a lead that stays in the lists with `deletedAt`. Options: `at_ms`."""
        self.do("delete", kind="leads", id=lead_id, **options)

    def restore(self, lead_id: int, **options: Any) -> None:
        """Bring such a lead back. Options: `at_ms`."""
        self.do("restore", kind="leads", id=lead_id, **options)

    def remove(self, kind: str, record_id: int) -> None:
        """Let a record vanish without a trace."""
        self.do("remove", kind=kind, id=record_id)

    def clear(self, kind: str) -> None:
        """Let all records of a kind vanish."""
        self.do("clear", kind=kind)

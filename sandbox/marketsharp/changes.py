"""Changes of the MarketSharp fake's data, by name; what each does is in `change_operations`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.frame import changes
from sandbox.frame.changes import Command
from sandbox.marketsharp.change_operations import OPERATIONS
from sandbox.marketsharp.config import MarketSharpConfig
from sandbox.marketsharp.sets import KINDS
from sandbox.marketsharp.store import Fields, Id, Store


class Changes(changes.Changes[Store, MarketSharpConfig]):
    """Makes changes; each may be called from any thread while the fake answers."""

    operations = OPERATIONS

    def complete(self, command: Command) -> Command:
        """Check the kind."""
        if command.get("kind") not in KINDS:
            message = f"unknown kind {command.get('kind')!r}; known: {', '.join(KINDS)}"
            raise ValueError(message)
        return command

    def create(self, kind: str, fields: Fields | None = None, **options: Any) -> Id:
        """Create a record and return its id; options: `id`, `at_ms`."""
        made: Id = self.do("create", kind=kind, fields=fields or {}, **options)["id"]
        return made

    def update(self, kind: str, record_id: Id, fields: Fields, **options: Any) -> None:
        """Write values; moves the modified time unless it is among them. Options: `at_ms`."""
        self.do("update", kind=kind, id=record_id, fields=fields, **options)

    def touch(self, kind: str, ids: Iterable[Id] | None = None, **options: Any) -> int:
        """Give records one identical modified time, as an import does.

        Args:
            kind: Of the records.
            ids: The records; `None` takes the first `count` in id order, or all.
            **options: `count`, `at_ms`.

        Returns:
            How many were touched.
        """
        listed = None if ids is None else list(ids)
        return int(self.do("touch", kind=kind, ids=listed, **options)["touched"])

    def convert(self, kind: str, record_id: Id, to: str, **options: Any) -> None:
        """Let a contact leave its set for another one. Options: `moves_time`, `at_ms`."""
        self.do("convert", kind=kind, id=record_id, to=to, **options)

    def remove(self, kind: str, record_id: Id) -> None:
        """Let a record vanish without a trace."""
        self.do("remove", kind=kind, id=record_id)

    def clear(self, kind: str) -> None:
        """Let all records of a kind vanish."""
        self.do("clear", kind=kind)

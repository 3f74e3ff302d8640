"""Changes of the lake's rows, by name, and what each does."""

from __future__ import annotations

from random import Random
from typing import Any

from sandbox.frame import changes
from sandbox.frame.changes import Command
from sandbox.salespro.catalogue import TABLES
from sandbox.salespro.config import SalesProConfig
from sandbox.salespro.generate import make_row
from sandbox.salespro.store import Row, Store
from sandbox.salespro.times import write_moment


def _create(store: Store, config: SalesProConfig, command: Command) -> dict[str, Any]:
    kind, at_ms = command["kind"], int(command["at_ms"])
    made = sum(store.counts().values())
    row = make_row(kind, Random(f"{config.seed}:{kind}:{at_ms}:{made}"), at_ms, 10_000_000 + made)
    row |= command.get("fields") or {}
    return {"number": store.add(kind, row, shown_from_ms=int(command.get("shown_from_ms") or 0))}


def _update(store: Store, _config: SalesProConfig, command: Command) -> dict[str, Any]:
    kind, fields = command["kind"], dict(command["fields"])
    if "updated_at" in TABLES[kind].columns:
        fields.setdefault("updated_at", write_moment(int(command["at_ms"])))
    store.update(kind, int(command["number"]), fields)
    return {}


def _remove(store: Store, _config: SalesProConfig, command: Command) -> dict[str, Any]:
    store.remove(command["kind"], int(command["number"]))
    return {}


def _clear(store: Store, _config: SalesProConfig, command: Command) -> dict[str, Any]:
    store.remove(command["kind"])
    return {}


_OPERATIONS = {"create": _create, "update": _update, "remove": _remove, "clear": _clear}


class Changes(changes.Changes[Store, SalesProConfig]):
    """Makes changes; each may be called from any thread while the fake answers."""

    operations = _OPERATIONS

    def complete(self, command: Command) -> Command:
        """Also when a new row becomes visible, where that is later."""
        if command.get("kind") not in TABLES:
            message = f"unknown kind {command.get('kind')!r}; known: {', '.join(TABLES)}"
            raise ValueError(message)
        if command["op"] == "create" and self.config.late_s:
            command.setdefault("shown_from_ms", self.clock.now_ms() + round(self.config.late_s * 1000))
        return command

    def create(self, kind: str, fields: Row | None = None, **options: Any) -> int:
        """Add a row and give its number; options: `at_ms`, `shown_from_ms`."""
        return int(self.do("create", kind=kind, fields=fields or {}, **options)["number"])

    def update(self, kind: str, number: int, fields: Row, **options: Any) -> None:
        """Write fields of a row; `updated_at` moves to `at_ms` (now) where it is not among them."""
        self.do("update", kind=kind, number=number, fields=fields, **options)

    def remove(self, kind: str, number: int) -> None:
        """Let a row vanish without a trace."""
        self.do("remove", kind=kind, number=number)

    def clear(self, kind: str) -> None:
        """Let all rows of a table vanish."""
        self.do("clear", kind=kind)

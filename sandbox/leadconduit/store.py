"""The account's events in the order of their ids, and its flows and destinations, behind one lock."""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.leadconduit.ids import second_of

Fields = dict[str, Any]


@dataclass(slots=True)
class Event:
    """One event with all its fields."""

    fields: Fields
    shown_from_ms: int = 0
    """By the fake's clock: it is not visible before."""


class Store:
    """Everything the fake serves; changes go through `Changes`.

    Args:
        hosts: that make ids.
    """

    def __init__(self, hosts: int) -> None:
        self.lock = threading.RLock()
        self.hosts = hosts
        self.events: dict[str, Event] = {}
        self.flows: list[Fields] = []
        self.destinations: list[Fields] = []
        self.made = 0
        """Events so far, for new ids."""
        self._order: list[str] = []

    def add(self, fields: Fields, *, shown_from_ms: int = 0) -> None:
        """Add an event."""
        event_id = str(fields["id"])
        if event_id in self.events:
            message = f"event {event_id} exists"
            raise ValueError(message)
        self.events[event_id] = Event(fields, shown_from_ms)
        insort(self._order, event_id)

    def get(self, event_id: str) -> Fields:
        """An event by id.

        Raises:
            KeyError: there is none.
        """
        return self.events[event_id].fields

    def remove(self, event_id: str) -> None:
        """Let an event vanish without a trace."""
        del self.events[event_id]
        self._order.remove(event_id)

    def clear(self) -> None:
        """Let all events vanish."""
        self.events.clear()
        self._order.clear()

    def list_visible(
        self, now_ms: int, oldest_s: float, *, after: str = "", before: str = ""
    ) -> Iterator[Fields]:
        """Events that are visible and not past the retention, by id; both bounds are left out themselves."""
        start = bisect_left(self._order, max(after, f"{max(int(oldest_s), 0):08x}"))
        for event_id in self._order[start:]:
            if before and event_id >= before:
                return
            event = self.events[event_id]
            if event_id != after and event.shown_from_ms <= now_ms and second_of(event_id) >= oldest_s:
                yield event.fields

    def list_type(self, name: str) -> list[Fields]:
        """All events of a type, by id."""
        return [self.events[one].fields for one in self._order if self.events[one].fields["type"] == name]

    def counts(self) -> dict[str, int]:
        """Events by type; those of type source are the leads."""
        found: dict[str, int] = {}
        for event in self.events.values():
            found[event.fields["type"]] = found.get(event.fields["type"], 0) + 1
        return {"leads": found.get("source", 0), **found}

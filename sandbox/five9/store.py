"""The domain's contacts, fields and lists, behind one lock."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sandbox.five9.fields import MODIFIED, ContactField

Contact = dict[str, str]
"""Texts by field; a field that it does not have is empty."""


class Store:
    """Everything the fake serves; changes go through `Changes`.

    Args:
        fields: of the domain.
        time_zone: of its dates.
    """

    def __init__(self, fields: list[ContactField], time_zone: str) -> None:
        self.lock = threading.RLock()
        self.fields = fields
        self.zone = ZoneInfo(time_zone)
        self.contacts: dict[int, Contact] = {}
        self.lists: dict[str, set[int]] = {}
        """Contacts of each list; one may be in several."""
        self.made = 0
        """Contacts so far, for new ids."""

    def find_field(self, map_to: str) -> str | None:
        """The name of the first field with a mapping."""
        return next((one.name for one in self.fields if one.map_to == map_to), None)

    def add(self, contact: Contact) -> int:
        """Add a contact; gives its internal id."""
        self.made += 1
        self.contacts[self.made] = contact
        return self.made

    def get(self, contact_id: int) -> Contact:
        """A contact by id.

        Raises:
            KeyError: there is none.
        """
        return self.contacts[contact_id]

    def stamp(self, contact: Contact, at_ms: int, map_to: str = MODIFIED) -> None:
        """Write a moment into the field with a mapping, if the domain has one."""
        if (name := self.find_field(map_to)) is not None:
            contact[name] = self.write_moment(at_ms)

    def write_moment(self, at_ms: int) -> str:
        """A moment as the domain's fields for stamps have it."""
        moment = datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(self.zone)
        return f"{moment:%Y-%m-%d %H:%M:%S}.{at_ms % 1000:03d}"

    def remove(self, contact_id: int) -> None:
        """Let a contact vanish."""
        del self.contacts[contact_id]
        for members in self.lists.values():
            members.discard(contact_id)

    def clear(self) -> None:
        """Let all contacts vanish."""
        self.contacts.clear()
        for members in self.lists.values():
            members.clear()

    def counts(self) -> dict[str, int]:
        """Contacts and lists."""
        return {"contacts": len(self.contacts), "lists": len(self.lists)}

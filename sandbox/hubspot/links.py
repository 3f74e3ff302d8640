"""Associations: which records are linked, in both directions, and by which association types.

Source: HubSpot API guide "Associate records", table of HubSpot-defined type ids, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class LinkType(NamedTuple):
    """One association type, as answers show it."""

    category: str
    type_id: int
    label: str | None


def _defined(type_id: int, label: str | None = None) -> LinkType:
    return LinkType("HUBSPOT_DEFINED", type_id, label)


UNLABELLED: dict[tuple[str, str], LinkType] = {
    ("contacts", "companies"): _defined(279),
    ("companies", "contacts"): _defined(280),
    ("contacts", "deals"): _defined(4),
    ("deals", "contacts"): _defined(3),
    ("deals", "companies"): _defined(341),
    ("companies", "deals"): _defined(342),
    ("contacts", "tickets"): _defined(15),
    ("tickets", "contacts"): _defined(16),
    ("tickets", "companies"): _defined(339),
    ("companies", "tickets"): _defined(340),
    ("deals", "tickets"): _defined(27),
    ("tickets", "deals"): _defined(28),
    ("deals", "line_items"): _defined(19),
    ("line_items", "deals"): _defined(20),
    ("calls", "contacts"): _defined(194),
    ("contacts", "calls"): _defined(193),
    ("calls", "companies"): _defined(182),
    ("companies", "calls"): _defined(181),
    ("calls", "deals"): _defined(206),
    ("deals", "calls"): _defined(205),
    ("calls", "tickets"): _defined(220),
    ("tickets", "calls"): _defined(219),
    ("contacts", "contacts"): _defined(449),
    ("companies", "companies"): _defined(450),
}
PRIMARY: dict[tuple[str, str], LinkType] = {
    ("contacts", "companies"): _defined(1, "Primary"),
    ("companies", "contacts"): _defined(2, "Primary"),
    ("deals", "companies"): _defined(5, "Primary"),
    ("companies", "deals"): _defined(6, "Primary"),
    ("tickets", "companies"): _defined(26, "Primary"),
    ("companies", "tickets"): _defined(25, "Primary"),
}
USER_LABELS: dict[tuple[str, str], LinkType] = {
    ("contacts", "companies"): LinkType("USER_DEFINED", 28, "Billing contact"),
    ("companies", "contacts"): LinkType("USER_DEFINED", 29, "Billing contact"),
}
_BY_WORD = {"primary": PRIMARY, "billing": USER_LABELS}
Pair = tuple[str, str]


def find_link_type(pair: Pair, word: str | None) -> LinkType | None:
    """The type of a pair by word: `primary`, `billing`, or `None` for the unlabelled one."""
    if word is None:
        return UNLABELLED.get(pair)
    return _BY_WORD[word].get(pair)


class LinkStore:
    """All links; a pair of types that HubSpot does not link is refused."""

    def __init__(self) -> None:
        self._by_pair: dict[Pair, dict[int, dict[int, list[LinkType]]]] = {}

    def add(self, pair: Pair, from_id: int, to_id: int, words: Iterable[str | None] = (None,)) -> None:
        """Link two records in both directions; `words` as in `find_link_type`.

        Raises:
            ValueError: HubSpot has no such association type.
        """
        for word in words:
            for way, start, end in ((pair, from_id, to_id), (pair[::-1], to_id, from_id)):
                link_type = find_link_type(way, word)
                if link_type is None:
                    message = f"no association type {word!r} from {way[0]} to {way[1]}"
                    raise ValueError(message)
                types = self._by_pair.setdefault(way, {}).setdefault(start, {}).setdefault(end, [])
                if link_type not in types:
                    types.append(link_type)

    def remove(self, pair: Pair, from_id: int, to_id: int) -> None:
        """Remove all links between two records.

        Raises:
            KeyError: They are not linked.
        """
        del self._by_pair[pair][from_id][to_id]
        self._by_pair[pair[::-1]].get(to_id, {}).pop(from_id, None)

    def remove_record(self, type_name: str, record_id: int) -> None:
        """Remove all links of one record."""
        for pair, linked in list(self._by_pair.items()):
            if pair[0] == type_name:
                for to_id in list(linked.get(record_id, ())):
                    self.remove(pair, record_id, to_id)

    def move_record(self, type_name: str, old_id: int, new_id: int) -> None:
        """Give all links of one record to another, as a merge does."""
        for pair, linked in list(self._by_pair.items()):
            if pair[0] != type_name or old_id not in linked:
                continue
            back = self._by_pair[pair[::-1]]
            for to_id, types in list(linked.pop(old_id).items()):
                linked.setdefault(new_id, {}).setdefault(to_id, types)
                back_types = back[to_id].pop(old_id)
                back[to_id].setdefault(new_id, back_types)

    def of(self, pair: Pair, from_id: int) -> dict[int, list[LinkType]]:
        """Linked ids and their association types."""
        return self._by_pair.get(pair, {}).get(from_id, {})

    def count(self) -> int:
        """Linked pairs, each counted once per direction."""
        return sum(len(targets) for linked in self._by_pair.values() for targets in linked.values())

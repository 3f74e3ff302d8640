"""The objects that the fake knows: names, id prefixes, and what each can have."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.salesforce.ids import make_id


@dataclass(frozen=True)
class ObjectType:
    """One kind of record."""

    kind: str
    """The fake's key for it: the name of our entity."""
    name: str
    """The vendor's name, as queries write it."""
    prefix: str
    """First three characters of its ids."""
    is_deletable: bool = True
    """Users are only deactivated, and have no `IsDeleted`."""
    is_mergeable: bool = False


OBJECT_TYPES = (
    ObjectType("users", "User", "005", is_deletable=False),
    ObjectType("campaigns", "Campaign", "701"),
    ObjectType("accounts", "Account", "001", is_mergeable=True),
    ObjectType("contacts", "Contact", "003", is_mergeable=True),
    ObjectType("opportunities", "Opportunity", "006"),
    ObjectType("leads", "Lead", "00Q", is_mergeable=True),
    ObjectType("tasks", "Task", "00T"),
)
"""Those that others refer to come first."""
TYPE_BY_KIND = {one.kind: one for one in OBJECT_TYPES}
TYPE_BY_NAME = {one.name: one for one in OBJECT_TYPES}
_BY_ANY_NAME = {name.lower(): one for one in OBJECT_TYPES for name in (one.kind, one.name)}

INTEGRATION_USER = make_id("005", 1)
"""Owner of what nobody else owns, whether or not there is a record of it."""
QUEUES = tuple(make_id("00G", number) for number in (1, 2))
"""Owners that are no users; the fake has no records of them."""


def find_object_type(name: str) -> ObjectType | None:
    """The type of either name, whatever its case; `None` when there is none."""
    return _BY_ANY_NAME.get(name.lower())

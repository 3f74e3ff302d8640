"""Owners: made-up people and queues, active and archived, and the shape in which they are answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from sandbox.frame import made_up
from sandbox.frame.times import DAY_MS
from sandbox.hubspot.times import to_iso

FIRST_OWNER_ID = 41_620_001
FIRST_ARCHIVED_ID = 42_100_001
FIRST_USER_ID = 9_500_001


@dataclass
class Owner:
    """One owner; `None` in a name, the email or the teams leaves the key out of answers."""

    id: int
    user_id: int
    created_ms: int
    updated_ms: int
    email: str | None = ""
    first_name: str | None = ""
    last_name: str | None = ""
    kind: str = "PERSON"
    archived: bool = False
    teams: list[dict[str, Any]] | None = field(default=None)

    def answer(self) -> dict[str, Any]:
        """The owner as JSON; archived owners have no `userId` and no `archivedAt`."""
        fields: dict[str, Any] = {
            "id": str(self.id),
            "email": self.email,
            "type": self.kind,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "teams": self.teams,
        }
        return {name: value for name, value in fields.items() if value is not None} | {
            "userId": None if self.archived else self.user_id,
            "userIdIncludingInactive": self.user_id,
            "createdAt": to_iso(self.created_ms),
            "updatedAt": to_iso(self.updated_ms),
            "archived": self.archived,
        }


def generate_owners(rng: Random, count: int, anchor_ms: int) -> dict[int, Owner]:
    """`count` owners by id: about a tenth archived, one in twenty a queue."""
    owners: dict[int, Owner] = {}
    archived_count = count // 10
    for number in range(count):
        archived = number >= count - archived_count
        base = FIRST_ARCHIVED_ID - (count - archived_count) if archived else FIRST_OWNER_ID
        created_ms = anchor_ms - rng.randrange(30, 700) * DAY_MS
        first, last = rng.choice(made_up.FIRST_NAMES), rng.choice(made_up.LAST_NAMES)
        owner = Owner(
            base + number,
            FIRST_USER_ID + number,
            created_ms,
            created_ms + rng.randrange(20 * DAY_MS),
            f"{first}.{last}.{number}@example.com".lower(),
            first,
            last,
            archived=archived,
            teams=[{"id": f"36800{1 + number % 3}", "name": f"Team {'ABC'[number % 3]}", "primary": True}],
        )
        _make_uneven(owner, number)
        owners[owner.id] = owner
    return owners


def _make_uneven(owner: Owner, number: int) -> None:
    """Queues, blank and absent fields, as real accounts have them."""
    if owner.archived:
        owner.first_name = owner.last_name = ""
        owner.teams = None
    elif number % 20 == 7:
        owner.kind, owner.email, owner.last_name, owner.teams = "QUEUE", None, None, None
    elif number % 9 == 4:
        owner.teams = None
        owner.last_name = None if number % 2 else ""

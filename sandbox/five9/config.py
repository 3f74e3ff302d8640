"""Every knob of the Five9 fake in one place; the ones named INFERRED say what nobody has shown yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.frame.config import FakeConfig

DEFAULT_USER = "sync@example.test"
DEFAULT_PASSWORD = "five9-0000000000000001"  # noqa: S105  # made up, opens nothing
SHARE_BY_KIND = {"contacts": 1.0}


@dataclass(frozen=True)
class Five9Config(FakeConfig):
    """Settings of one fake domain; `counts` says how many contacts there are."""

    shares = SHARE_BY_KIND
    data_settings = ("time_zone", "own_stamps", "own_fields", "shared_number")

    user: str = DEFAULT_USER
    password: str = DEFAULT_PASSWORD
    more_passwords: tuple[str, ...] = ("sandbox-token",)
    lock_after: int = 5
    """So many wrong passwords lock the user; then the right one is refused, too."""
    login_fault: Literal["401", "500", "200"] = "401"
    """How a wrong password is answered: by HTTP, or by a fault under one of these statuses."""
    rights: frozenset[str] = frozenset({"contacts", "lists", "counters"})
    """What the user may read; for anything else there is AccessDisallowedFault."""
    lacking: frozenset[str] = frozenset()
    """Operations that this version of the service does not have."""

    time_zone: str = "UTC"
    """Zone of the contacts' dates."""
    own_stamps: bool = True
    """The domain has fields for the created and the modified time; without, none of them has a mapping."""
    own_fields: bool = True
    """The domain has fields of its own beside these."""
    shared_number: int = 0
    """So many contacts have one and the same number."""

    cap: int = 1000
    """Most contacts in an answer; nothing in it says so."""
    wildcards: Literal["works", "literal", "ignored"] = "works"
    """What `%` does: the rest of a value, nothing, or it lets the criterion have no effect (INFERRED)."""
    wildcard: str = "%"
    ignores_case: bool = True
    """INFERRED."""
    empty_means: Literal["empty", "any"] = "empty"
    """What an empty value in a criterion finds (INFERRED)."""
    contact_ids: Literal["given", "empty", "absent"] = "given"
    """Whether `contactIdField` brings the internal id, an empty cell, or has no effect (INFERRED)."""
    bare_return: bool = False
    """No match gives an empty `return`, not one with `fields` (INFERRED)."""
    fault_status: Literal["500", "200", "mixed"] = "500"

    calls: int = 3000
    """Calls of the kind Query in a window."""
    window_s: float = 60.0
    chunked: bool = False
    """Answers have no Content-Length."""

"""What an account itself says of an entity's fields, beside those that the YAML has a column for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm_sync.constants import FieldType


@dataclass(frozen=True)
class ToldField:
    """A field of the account that no column takes."""

    path: str
    """As `source` in YAML names it."""
    type: FieldType | None = None
    """What its column would be; None: only its values can tell."""
    told: str = ""
    """The account's own word for its type."""
    label: str = ""
    """What people call it."""
    is_stale: bool = False
    """It changes without a new modified time."""


@dataclass(frozen=True)
class ToldFields:
    """An account's answer about one entity."""

    fields: tuple[ToldField, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    """By column that nothing fills: the path or label that the account does not have."""
    is_whole: bool = True
    """Records have no further keys; False: they have some that the account does not list."""
    are_named: bool = True
    """Records have a field's value only if it was asked for by its name; False: they have it anyway."""
    notes: tuple[str, ...] = ()
    """Sentences about what was not asked."""
